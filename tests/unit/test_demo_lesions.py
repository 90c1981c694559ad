"""What the demo measures of its lesions: marks as the room takes them, and a table that tells their course."""

from datetime import date

import pytest

from mdt.demo.prepared import FOLLOWED
from mdt.demo.preparing import _mark
from mdt.live import lesions, marks
from mdt.live.lesions import Drawn, Study

FRAME: dict[str, object] = {
    "position": [-185.0, -180.0, 0.0],
    "orientation": [1, 0, 0, 0, 1, 0],
    "spacing": [0.7, 0.7],
    "spacing_source": "PixelSpacing",
}
STUDIES = {
    "CT chest": Study("1.2.1", date(2026, 5, 21), "then"),
    "CT chest and upper abdomen": Study("1.2.2", date(2026, 11, 16), "now"),
}


def test_the_demo_s_nodule_has_grown_since_the_study_before() -> None:
    kept: dict[str, dict] = {}
    for one in FOLLOWED["9994128736"]:
        place = {"study": STUDIES[one.on[0]].uid, "series": "1.2.9", "sop": "1.2.9.1", "frame": 1}
        sent = _mark(one, place)
        kept[sent["id"]] = marks.put(
            kept,
            {"mark": sent},
            {"id": "a" * 32, "name": "Dr Siddiqui"},
            may_change_others=False,
            at="2026-11-28T20:00:00Z",
        )
    drawn = [Drawn(mark, date(2026, 11, 28)) for mark in kept.values()]
    told = lesions.followed(drawn, list(STUDIES.values()), lambda _: (FRAME, "CT"))
    then, now = told["points"]
    assert then["sum"] == pytest.approx(14, abs=0.2)
    assert now["sum"] == pytest.approx(22, abs=0.2)
    assert now["overall"] == "PD"
    assert [one["name"] for one in told["lesions"]] == ["RUL nodule", "Right hilar node"]
    assert all("one axis only" in said for said in told["warnings"])
