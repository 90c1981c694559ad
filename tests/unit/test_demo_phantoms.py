"""The demo's synthetic imaging: valid objects that show what their story says they show."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from datetime import date

import numpy as np
import pytest
from pydicom.dataset import Dataset

from mdt.demo.phantoms import studies
from mdt.demo.phantoms.brain import Head, Lesion
from mdt.demo.phantoms.breast import Mass
from mdt.demo.phantoms.drawn import Ball, Stack, drawn
from mdt.demo.phantoms.objects import Shot, uid
from mdt.demo.phantoms.person import Chest, Nodule
from mdt.demo.phantoms.report import encapsulated, pathology
from mdt.demo.phantoms.uptake import Focus
from mdt.imaging.files.parsing import describe
from mdt.imaging.pixels.suv import suv as standardised

DAY = date(2026, 11, 24)
NODULE = (-62.0, -12.0, 88.0)
WITH_NODULE = Chest(seed=11, nodules=(Nodule(NODULE, 22),))


def shot(key: str, body_part: str) -> Shot:
    return Shot(key, DAY, "101500", "A study", body_part)


def report() -> Iterator[Dataset]:
    pdf = pathology(
        trust="A trust", patient="SOMEBODY, Else", nhs="9994128736", born=DAY, specimen="S1", taken=DAY, reported=DAY,
        title="Histopathology report", sections=(("Conclusion", "Nothing."),), pathologist="Dr N. Obody",
    )  # fmt: skip
    yield encapsulated(shot("report", ""), "Histopathology report", pdf)


KINDS = {
    "chest CT, signed": lambda: studies.chest_ct(shot("ct", "CHEST"), WITH_NODULE, spacing=62),
    "chest CT, unsigned": lambda: studies.chest_ct(shot("ct2", "CHEST"), WITH_NODULE, spacing=62, signed=False),
    "PET/CT": lambda: studies.pet_ct(shot("pet", "WHOLEBODY"), WITH_NODULE, (Focus(NODULE, 22, 11.0),), spacing=50),
    "brain MR": lambda: studies.brain_mr(shot("mr", "BRAIN"), Head(3), count=4, spacing=30),
    "radiograph": lambda: studies.chest_film(shot("dx", "CHEST"), WITH_NODULE, fine=4),
    "mammograms": lambda: studies.mammograms(shot("mg", "BREAST"), 5, {"MLO": Mass((46.0, 68.0), 16)}),
    "ultrasound cine": lambda: studies.breast_cine(shot("us", "BREAST"), 9, 14.0, frames=3),
    "PDF report": report,
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_valid_for_its_iod(kind, tmp_path):
    if shutil.which("dciodvfy") is None:
        assert not os.environ.get("CI"), "dciodvfy (package dicom3tools) must be there in CI"
        pytest.skip("dciodvfy (package dicom3tools) is not installed")
    for number, ds in enumerate(KINDS[kind]()):
        ds.PatientName, ds.PatientID, ds.PatientBirthDate, ds.PatientSex = "PRŶS^Siân", "1", "19660301", "F"
        ds.AccessionNumber = "A1"
        path = tmp_path / f"{number}.dcm"
        ds.save_as(path, enforce_file_format=True)
        said = subprocess.run(["dciodvfy", str(path)], capture_output=True, text=True, check=False)
        assert not [line for line in (said.stdout + said.stderr).splitlines() if "Error" in line]


def test_the_nodule_is_where_and_as_large_as_the_story_says():
    sizes = {}
    for diameter in (14, 22):
        person = Chest(seed=11, emphysema=0, nodules=(Nodule(NODULE, diameter),))
        for ds in studies.chest_ct(shot("ct", "CHEST"), person, spacing=4, noise=0):
            if abs(ds.SliceLocation - NODULE[2]) > 2:
                continue
            hu = ds.pixel_array * ds.RescaleSlope + ds.RescaleIntercept
            x, y = (NODULE[k] - ds.ImagePositionPatient[k] for k in (0, 1))
            column, row = round(x / ds.PixelSpacing[1]), round(y / ds.PixelSpacing[0])
            assert hu[row, column] == pytest.approx(38, abs=12)
            line = hu[row, column - 40 : column + 40] > -300
            sizes[diameter] = line.sum() * ds.PixelSpacing[1]
    assert sizes[14] == pytest.approx(14, abs=4)
    assert sizes[22] == pytest.approx(22, abs=5)
    assert sizes[22] > sizes[14]


def test_signed_and_unsigned_scanners_give_the_same_hounsfield_units():
    signed, unsigned = (
        [ds.pixel_array * float(ds.RescaleSlope) + float(ds.RescaleIntercept) for ds in made]
        for made in (
            studies.chest_ct(shot("ct", "CHEST"), WITH_NODULE, spacing=62),
            studies.chest_ct(shot("ct", "CHEST"), WITH_NODULE, spacing=62, signed=False),
        )
    )
    for one, other in zip(signed, unsigned, strict=True):
        np.testing.assert_array_equal(one, other)
        assert one.min() >= -1024
        assert one.max() > 400


def test_uptake_can_be_read_as_suv_and_lies_where_the_ct_shows_the_nodule():
    foci = (Focus(NODULE, 22, 11.0),)
    made = list(studies.pet_ct(shot("pet", "WHOLEBODY"), WITH_NODULE, foci, spacing=8))
    slices = [ds for ds in made if ds.Modality == "PT"]
    assert len({ds.FrameOfReferenceUID for ds in made}) == 1
    nearest = min(slices, key=lambda ds: abs(ds.SliceLocation - NODULE[2]))
    tracer = nearest.RadiopharmaceuticalInformationSequence[0]
    waited = 62 * 60
    dose = float(tracer.RadionuclideTotalDose) * 0.5 ** (waited / float(tracer.RadionuclideHalfLife))
    suv = nearest.pixel_array * float(nearest.RescaleSlope) * float(nearest.PatientWeight) * 1000 / dose
    x, y = (NODULE[k] - nearest.ImagePositionPatient[k] for k in (0, 1))
    column, row = round(x / nearest.PixelSpacing[1]), round(y / nearest.PixelSpacing[0])
    worked_out = standardised(nearest)
    assert worked_out is not None
    assert worked_out["factor"] == pytest.approx(float(nearest.PatientWeight) * 1000 / dose, rel=1e-3)
    assert 6 < suv[row - 2 : row + 3, column - 2 : column + 3].max() < 16
    assert np.median(suv[suv > 0.2]) < 1.5


def test_the_rim_enhances_and_the_swelling_is_bright_on_flair():
    lesion = Lesion((-33.0, -22.0, 30.0), 27, 23)
    by_title: dict[str, Dataset] = {}
    for ds in studies.brain_mr(shot("mr", "BRAIN"), Head(3, (lesion,)), count=23, spacing=4):
        if abs(ds.SliceLocation - lesion.centre[2]) <= 2:
            by_title[ds.SeriesDescription] = ds
    t1, flair = by_title["Ax T1 +Gd"], by_title["Ax FLAIR"]
    x, y = (lesion.centre[k] - t1.ImagePositionPatient[k] for k in (0, 1))
    column, row = round(x / 0.9), round(y / 0.9)
    across = t1.pixel_array[row, column - 20 : column + 21]
    assert across.max() > 3 * t1.pixel_array[row, column]
    around = flair.pixel_array[row - 30 : row + 31, column - 30 : column + 31]
    assert (around > 800).sum() > 150


def test_the_same_names_always_give_the_same_uids():
    assert uid("a study", 2, 7) == uid("a study", 2, 7) != uid("a study", 2, 8)
    assert uid("a study").is_valid
    assert len(uid("a study")) <= 44


def test_what_others_drew_lies_on_the_nodule_and_says_who_drew_it(tmp_path):
    stack = Stack(shot("ct", "CHEST"), 2, (-40.0, -40.0, 80.0), 2.0, 4.0, 5, 40)
    made = {}
    for number, ds in enumerate(drawn(stack, Ball((0.0, 0.0, 88.0), 9.0), Ball((0.0, 0.0, 88.0), 17.0))):
        ds.PatientID, ds.PatientName, ds.PatientBirthDate, ds.PatientSex = "9990000018", "A^B", "19510314", "F"
        path = tmp_path / f"{number}.dcm"
        ds.save_as(path, enforce_file_format=True)
        about = describe(path, tmp_path / "document")
        assert about.problem is None
        assert about.layer is not None
        made[about.layer["kind"]] = about.layer["about"], ds
    (mask, segmentation), (plan, _), (report, _) = made["mask"], made["contours"], made["marks"]
    assert (mask["machine"], plan["machine"], report["machine"]) == (True, True, False)
    assert [part["machine"] for part in plan["parts"]] == [False, True]
    assert mask["refers"] == plan["refers"] == report["refers"] == [uid("ct", 2)]
    bits = np.unpackbits(np.frombuffer(segmentation.PixelData, np.uint8), bitorder="little")[: 40 * 40 * 5]
    frames = bits.reshape(-1, 40, 40)
    middle = frames[len(frames) // 2]
    assert middle[20, 20] == 1
    assert middle.sum() == pytest.approx(np.pi * 4.5**2, rel=0.15)
