"""Planes and volumes on the wire: the cases that the browser's own tests read too."""

import json
from pathlib import Path

import pytest

from mdt.core.errors import Invalid
from mdt.live import view

CASES = json.loads((Path(__file__).parents[1] / "cases" / "panes.json").read_text())


def a_view(pane, **more):
    return {"case": "b" * 32, "layout": "1x1", "active": 0, "panes": [pane], **more}


@pytest.mark.parametrize("name", CASES["good"])
def test_what_a_browser_sends_is_what_others_get(name):
    sent = a_view(CASES["good"][name])
    assert view.view(sent) == sent


@pytest.mark.parametrize("case", CASES["bad"], ids=lambda case: f"{case['of']} {json.dumps(case['with'])[:40]}")
def test_what_no_screen_could_show_is_refused(case):
    with pytest.raises(Invalid):
        view.view(a_view(CASES["good"][case["of"]] | case["with"]))


def test_the_crosshair_is_part_of_a_view():
    cross = {"frame_of_reference": "1.2.9", "at": [1, 2.5, -3]}
    sent = a_view(CASES["good"]["plane"], cross=cross)
    assert view.view(sent) == sent
    with pytest.raises(Invalid):
        view.view(sent | {"cross": {"at": [1, 2, 3]}})


def test_a_pointer_on_a_plane_names_the_series_and_the_point():
    assert view.pointer({"series": "1.2.3", "at": [1, 2, 3]}) == {"series": "1.2.3", "at": [1, 2, 3]}
    with pytest.raises(Invalid):
        view.pointer({"series": "1.2.3"})


DRAWN = json.loads((Path(__file__).parents[1] / "cases" / "drawings.json").read_text())


@pytest.mark.parametrize("sent", DRAWN["good"].values(), ids=DRAWN["good"])
def test_a_mark_in_the_making_may_lack_points_and_has_nothing_that_is_kept(sent):
    assert view.drawing(sent | {"version": 3, "text": "a secret", "lesion": {}}) == sent


@pytest.mark.parametrize("case", DRAWN["bad"], ids=lambda case: str(case["with"]))
def test_what_is_no_mark_in_the_making_is_refused(case):
    with pytest.raises(Invalid):
        view.drawing(DRAWN["good"][case["of"]] | case["with"])


def test_a_hand_that_has_let_go_draws_nothing():
    assert view.drawing(None) is None
