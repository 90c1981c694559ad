"""How a projection was taken: what mammograms are hung by."""

from datetime import date

import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence as Items

from mdt.demo.phantoms import projections
from mdt.demo.phantoms.breast import MG_PIXEL
from mdt.demo.phantoms.objects import Shot, code
from mdt.imaging.files import parsing
from tests.unit.objects import ramp


def said(position: str | None = None, coded: str | None = None) -> Dataset:
    dataset = Dataset()
    if position is not None:
        dataset.ViewPosition = position
    if coded is not None:
        dataset.ViewCodeSequence = Items([code(coded, "SCT", "some view")])
    return dataset


@pytest.mark.parametrize(
    ("dataset", "view"),
    [
        (said("CC"), "CC"),
        (said("MLO "), "MLO"),
        (said("PA", "399162004"), "PA"),
        (said(None, "399162004"), "CC"),
        (said("", "R-10226"), "MLO"),
        (said(None, "123456"), None),
        (said(), None),
    ],
)
def test_view_position_comes_before_the_code(dataset, view):
    assert parsing.view(dataset) == view


@pytest.mark.parametrize("view", ["CC", "MLO"])
@pytest.mark.parametrize("side", ["R", "L"])
def test_the_demo_region_s_mammograms_say_how_they_were_taken(side, view):
    shot = Shot("mg", date(2026, 11, 2), "093000", "Mammogram", "BREAST")
    film = projections.mg(shot, 1, (side, view), ramp("uint16").astype(float), MG_PIXEL)
    assert (parsing.laterality(film), parsing.view(film)) == (side, view)
    # The chest wall is at the left of a left breast: its rows lead to the front.
    assert film.PatientOrientation[0] == ("A" if side == "L" else "P")
