"""What justifies millimetres on an image, and what does not (PS3.3 10.7.1.3).

`static/src/measure/calibration.ts` says the same; `tests/cases/scales.json` is run by both. A frame is as a pack's
index writes it (`docs/wire.md` section 1).
"""

from dataclasses import dataclass
from math import dist
from typing import Any

Json = dict[str, Any]
Spot = tuple[float, float]  # column and row; the middle of the first pixel is 0, 0

_PROJECTIONS = frozenset({"CR", "DX", "MG", "IO", "PX", "XA", "RF", "RG"})
_PIXELS = (1.0, 1.0)


@dataclass(frozen=True)
class Scale:
    """`unit` is mm or px; `per_pixel` [between rows, between columns] in it; `notes` must be said beside a measure."""

    unit: str
    per_pixel: tuple[float, float]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Axes:
    """A length, or the longer and the shorter of two axes, in `unit`."""

    unit: str
    long: float
    short: float | None
    notes: tuple[str, ...]


def axes(points: list[list[float]], frame: Json | None, modality: str) -> Axes:
    """What a length (two points) or two axes (four) measure; without a frame, in patient millimetres as they lie."""
    if frame is None:
        scale, places = Scale("mm", _PIXELS), [tuple(point) for point in points]
    else:
        spots = [spot_of(point, frame) for point in points]
        scale = scale_of(spots, frame, modality)
        places = [(column * scale.per_pixel[1], row * scale.per_pixel[0]) for column, row in spots]
    lengths = sorted((dist(a, b) for a, b in zip(places[::2], places[1::2], strict=True)), reverse=True)
    return Axes(scale.unit, lengths[0], lengths[1] if len(lengths) > 1 else None, scale.notes)


def spot_of(point: list[float], frame: Json) -> Spot:
    """From patient millimetres to columns and rows, by the defaults it is drawn with where the image does not say."""
    origin, plane = frame["position"] or [0, 0, 0], frame["orientation"] or [1, 0, 0, 0, 1, 0]
    down, right = frame["spacing"] or _PIXELS
    away = [a - b for a, b in zip(point, origin, strict=True)]
    along = [sum(a * b for a, b in zip(away, axis, strict=True)) for axis in (plane[:3], plane[3:])]
    return along[0] / right, along[1] / down


def scale_of(spots: list[Spot], frame: Json, modality: str) -> Scale:
    """What a mark with these points is measured by."""
    said = frame.get("calibration") or {}
    if "regions" in said:
        return _in_regions(spots, said["regions"])
    if frame["spacing"] is None:
        return Scale("px", _PIXELS)
    down, right = frame["spacing"]
    magnification = said.get("magnification") or 1 if frame["spacing_source"] == "ImagerPixelSpacing" else 1
    return Scale("mm", (down / magnification, right / magnification), tuple(_notes(frame, said, modality)))


def _notes(frame: Json, said: Json, modality: str) -> list[str]:
    match frame["spacing_source"]:
        case "ImagerPixelSpacing" if magnification := said.get("magnification"):
            return [f"projection: at detector ÷ {magnification:g}"]
        case "ImagerPixelSpacing":
            return ["at detector (projection: magnified)"]
        case "NominalScannedPixelSpacing":
            return ["on the film as it was scanned"]
        case "PixelSpacing" | None:
            return [_corrected(said)] if said.get("projection", modality in _PROJECTIONS) else []
        case source:
            return [f"scale from {source}"]


def _corrected(said: Json) -> str:
    """How a projection's Pixel Spacing allows for magnification: Pixel Spacing Calibration Type (0028,0A02)."""
    described = f" ({said['description']})" if said.get("description") else ""
    match said.get("type"):
        case "FIDUCIAL":
            return f"projection: calibrated on a known object{described}"
        case "GEOMETRY":
            return f"projection: corrected for a geometry{described}"
    return f"projection: magnified, unless corrected: not stated{described}"


def _in_regions(spots: list[Spot], regions: list[Json]) -> Scale:
    """Ultrasound (PS3.3 C.8.5.5): millimetres hold where all of a mark lies in one region of tissue."""
    around = [region for region in regions if all(_inside(spot, region) for spot in spots)]
    if not around:
        crosses = any(_inside(spot, region) for spot in spots for region in regions)
        return _pixels("it crosses calibrated regions" if crosses else "outside the calibrated regions")
    scales = {tuple(region["spacing"]) for region in around if region["spacing"]}
    if len(scales) > 1:
        return _pixels("regions of two scales overlap here")
    if scales:
        return Scale("mm", scales.pop())
    down, right = around[0]["units"]
    return _pixels(f"across is {right or 'not said'}, down is {down or 'not said'} here")


def _inside(spot: Spot, region: Json) -> bool:
    if region["box"] is None:
        return True
    left, top, right, bottom = region["box"]
    return bool(left - 0.5 <= spot[0] <= right + 0.5 and top - 0.5 <= spot[1] <= bottom + 0.5)


def _pixels(note: str) -> Scale:
    return Scale("px", _PIXELS, (note,))
