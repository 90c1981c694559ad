"""Whole studies as somebody would order them, one DICOM object at a time."""

import io
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from PIL import Image
from pydicom.dataset import Dataset

from mdt.demo.phantoms import body, brain, breast, chest, projections, radiograph, slices, uptake
from mdt.demo.phantoms.canvas import Array, blank
from mdt.demo.phantoms.cine import Cine, multi_frame
from mdt.demo.phantoms.drawn import Ball, Stack, drawn
from mdt.demo.phantoms.objects import Place, Series, Shot, uid
from mdt.demo.phantoms.person import Chest
from mdt.demo.phantoms.texture import blur
from mdt.demo.phantoms.uptake import Focus

COLUMNS = 512
DOSE = 284e6  # Bq of FDG


def chest_ct(
    shot: Shot,
    person: Chest,
    *,
    spacing: float = 2.5,
    signed: bool = True,
    field: float = 370.0,
    noise: float = 13.0,
) -> Iterator[Dataset]:
    """From above the apices to the costophrenic angles; `spacing` between slices in mm, `field` of view in mm."""
    pixel = field / COLUMNS
    count = round(310 / spacing)
    canvas = blank((COLUMNS, COLUMNS, count), (pixel, pixel, spacing), (-field / 2, 5 - field / 2, -152.0), -1000.0)
    chest.paint(canvas, person)
    grain = Grain(np.random.default_rng(person.seed * 7919 + count), COLUMNS)
    series = Series(2, f"Chest {spacing:g} mm" + (" +C" if person.contrast else ""))
    for number, k in enumerate(range(count - 1, -1, -1), start=1):
        hu = canvas.values[k] + noise * grain.next()
        corner = (float(canvas.x[0]), float(canvas.y[0]), float(canvas.z[k]))
        place = Place(uid(shot.key, "frame"), corner, (pixel, pixel), spacing)
        yield slices.ct(shot, series, number, hu, place, signed=signed, contrast=bool(person.contrast))


def chest_ct_drawn_over(shot: Shot, person: Chest, *, spacing: float = 2.5, field: float = 370.0) -> Iterator[Dataset]:
    """A chest CT, and what others drew over its first nodule (see `drawn`)."""
    yield from chest_ct(shot, person, spacing=spacing, field=field)
    first, pixel = (-field / 2, 5 - field / 2, -152.0), field / COLUMNS
    nodule = person.nodules[0]
    stack = Stack(shot, 2, first, pixel, spacing, round(310 / spacing), COLUMNS)
    radius = nodule.diameter / 2
    yield from drawn(stack, Ball(nodule.centre, radius), Ball(nodule.centre, radius + 8))


def pet_ct(shot: Shot, person: Chest, foci: tuple[Focus, ...], *, spacing: float = 5.0) -> Iterator[Dataset]:
    """Vertex to thigh: a low-dose CT and the FDG uptake in the same frame of reference."""
    frame, count = uid(shot.key, "frame"), round(1000 / spacing)
    ct = blank((256, 256, count), (1.9531, 1.9531, spacing), (-249.0, -240.0, -600.0), -1000.0)
    plain = replace(person, contrast=0.0)
    body.paint(ct, plain)
    grain = Grain(np.random.default_rng(person.seed + 991), 256)
    for number, k in enumerate(range(count - 1, -1, -1), start=1):
        place = Place(frame, (-249.0, -240.0, float(ct.z[k])), (1.9531, 1.9531), spacing)
        hu = ct.values[k] + 17 * grain.next()
        yield slices.ct(shot, Series(2, f"CT low dose {spacing:g} mm"), number, hu, place, signed=True, contrast=False)
    pet = blank((128, 128, count), (4.0, 4.0, spacing), (-254.0, -246.0, -600.0), 0.0)
    suv = uptake.paint(ct, pet, foci, person.seed + 5)
    for number, k in enumerate(range(count - 1, -1, -1), start=1):
        place = Place(frame, (-254.0, -246.0, float(pet.z[k])), (4.0, 4.0), spacing)
        yield slices.pet(shot, Series(3, "FDG whole body AC"), number, suv[k], place, slices=count, dose=DOSE)


def brain_mr(
    shot: Shot, head: brain.Head, *, count: int = 34, spacing: float = 4.0, flair: bool = True, post: bool = True
) -> Iterator[Dataset]:
    """Axial T1 after gadolinium and axial FLAIR, in the same places."""
    frame, pixel = uid(shot.key, "frame"), 0.9
    canvas = blank((256, 256, count), (pixel, pixel, spacing), (-115.0, -118.0, -58.0), 0.0)
    parts = brain.tissues(canvas, head)
    for series, sequence, title, wanted in ((2, "FLAIR", "Ax FLAIR", flair), (5, "T1", "Ax T1 +Gd", post)):
        if not wanted:
            continue
        volume = brain.scan(canvas, parts, sequence, head.seed * 31 + series)
        for k in range(count):
            place = Place(frame, (-115.0, -118.0, float(canvas.z[k])), (pixel, pixel), spacing)
            yield slices.mr(shot, Series(series, title), k + 1, volume[k], place, flair=sequence == "FLAIR")


def chest_film(shot: Shot, person: Chest, *, fine: int = 3) -> Iterator[Dataset]:
    """One erect frontal radiograph; `fine` is how coarsely the volume is sampled, in detector pixels."""
    yield projections.dx(shot, radiograph.frontal(person, person.seed + 17, fine), radiograph.PIXEL)


def mammograms(shot: Shot, seed: int, masses: dict[str, breast.Mass]) -> Iterator[Dataset]:
    """Both sides, craniocaudal and mediolateral oblique; `masses` says where in each view of the left one lies."""
    number = 0
    for view in ("CC", "MLO"):
        for side in ("R", "L"):
            number += 1
            film = breast.mammogram(seed + number, side, masses.get(view) if side == "L" else None, view)
            yield projections.mg(shot, number, (side, view), film, breast.MG_PIXEL)


def breast_cine(shot: Shot, seed: int, diameter: float, frames: int = 32) -> Iterator[Dataset]:
    """A sweep over the lump, compressed by the machine as ultrasound machines do."""
    encoded, raw = [], 0
    for grey in breast.ultrasound(seed, frames, diameter):
        picture = Image.fromarray(grey.astype(np.uint8)).convert("RGB")
        buffer = io.BytesIO()
        picture.save(buffer, "JPEG", quality=82, subsampling="4:2:2")
        encoded.append(buffer.getvalue())
        raw += grey.size * 3
    columns, rows = breast.US_SIZE
    ratio = raw / sum(len(one) for one in encoded)
    yield multi_frame(shot, "L", Cine(encoded, ratio, columns, rows, breast.US_PIXEL))


class Grain:
    """CT noise of deviation 1 whose neighbours are alike: a few fields, laid anew at random for each slice."""

    def __init__(self, rng: np.random.Generator, size: int) -> None:
        self._rng = rng
        fields = blur(rng.standard_normal((6, size, size), dtype=np.float32), (0, 0.55, 0.55))
        self._fields = fields / fields.std()

    def next(self) -> Array:
        k, down, right = self._rng.integers(0, (6, *self._fields.shape[1:]))
        return np.roll(self._fields[k], (int(down), int(right)), (0, 1))
