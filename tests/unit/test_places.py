"""The suggested order with its reasons, the minutes reckoned from the team's own history, and what fits."""

from datetime import time, timedelta

import pytest

from mdt.core.errors import Forbidden, Invalid, NotFound, Stale
from mdt.meeting import lines, queries
from mdt.meeting.places import arranging, coming, minutes, reckoning
from mdt.meeting.places.order import Facts, suggested
from tests.unit.region import NOW, a_region

TODAY = NOW.date()
FULL = [
    Facts("unready", left=1, ready=False, missing="histology"),
    Facts("new-1", left=40, clock="Day 22 of 62", kind="new", kind_said="New diagnosis"),
    Facts("other", left=30, clock="Day 32 of 62"),
    Facts("new-2", left=25, clock="Day 37 of 62", kind="new", kind_said="New diagnosis"),
    Facts("soon", left=5, clock="Day 57 of 62"),
    Facts("late", left=-3, clock="Day 65 of 62"),
    Facts("leaver", left=50, leaves=time(10, 30), leaver="Mr Patel (thoracic surgeon)", needs=("thoracic surgeon",)),
]


@pytest.fixture
def region(tmp_path):
    with a_region(tmp_path) as region:
        yield region


def test_who_leaves_early_then_who_breaches_then_what_is_alike_and_last_what_is_not_ready():
    assert [one.case for one in suggested(FULL)] == ["leaver", "late", "soon", "new-2", "new-1", "other", "unready"]


def test_every_place_has_its_reason():
    why = {one.case: one.why for one in suggested(FULL)}
    assert why["leaver"][0] == "early, because Mr Patel (thoracic surgeon) leaves at 10:30"
    assert why["soon"] == ("Day 57 of 62",)
    assert why["new-1"] == ("Day 22 of 62", "beside 1 other of the same kind (new diagnosis)")
    assert why["unready"] == ("last, because it is not ready: histology",)
    assert suggested([Facts("plain")])[0].why == ("as it was listed",)


def test_law_a_suggestion_holds_every_case_once_and_is_its_own_suggestion():
    first = [one.case for one in suggested(FULL)]
    assert sorted(first) == sorted(one.case for one in FULL)
    again = suggested([next(one for one in FULL if one.case == case) for case in first])
    assert [one.case for one in again] == first


def test_minutes_are_the_median_of_the_kind_then_of_the_team_then_the_default():
    past = [("new", 300), ("new", 240), ("new", 360), ("new", 200), ("new", 900), ("benign", 60)]
    kinds = {"a": ("new", "New diagnosis"), "b": ("benign", "Benign"), "c": ("", "Not said")}
    found = minutes.estimates(kinds, past)
    assert (found["a"].seconds, found["a"].source) == (300, "the team's 5 of this kind (new diagnosis)")
    assert (found["b"].seconds, found["c"].seconds) == (270, 270)
    assert minutes.estimates(kinds, past[:2])["a"].seconds == 192


def test_what_fits_the_booked_minutes_and_what_rolls_over():
    found = minutes.estimates(dict.fromkeys("abcd", ("", "")), [], 600)
    made = minutes.slots("abcd", found, 30)
    assert [(one.begins, one.fits) for one in made] == [(0, True), (600, True), (1200, True), (1800, False)]
    assert minutes.said(made, 30) == "About 40 minutes for 4 cases. 30 are booked: 3 fit, 1 will roll over."
    assert minutes.said(minutes.slots("a", found, None), None).endswith("is not known.")


def put(region, meeting, expected, order, by="coordinator"):
    with region.db.writing() as session:
        return arranging.put(
            session, by=region[by], meeting_id=meeting.id, expected=expected, order=order, why="suggested", now=NOW
        )


def test_a_suggestion_that_was_used_can_be_put_back_while_the_list_is_the_same(region):
    meeting = region.plan()
    was = [region.list_case(meeting, number).id for number in range(2)]
    put(region, meeting, was, was[::-1])
    with pytest.raises(Stale):
        put(region, meeting, was, was[::-1])
    with region.db.writing() as session:
        arranging.undo(session, by=region["chair"], meeting_id=meeting.id, expected=was[::-1], now=NOW)
    with region.db.reading() as session:
        assert [case.id for case in queries.meeting(session, region["chair"], meeting.id).cases] == was
    with pytest.raises(Invalid, match="nothing to put back"), region.db.writing() as session:
        arranging.undo(session, by=region["chair"], meeting_id=meeting.id, expected=was, now=NOW)


def test_anybody_says_when_they_leave_and_only_who_orders_says_it_of_others(region):
    meeting = region.plan()

    def leaves(by, of, at=time(10)):
        with region.db.writing() as session:
            person = region[of].person_id
            coming.expect(session, by=region[by], meeting_id=meeting.id, person_id=person, leaves=at, now=NOW)

    leaves("observer", "observer")
    leaves("coordinator", "member", time(9, 30))
    with pytest.raises(Forbidden):
        leaves("member", "chair")
    with pytest.raises(NotFound):
        leaves("outsider", "outsider")
    with pytest.raises(Invalid, match="somebody of the team"):
        leaves("chair", "outsider")
    with region.db.reading() as session:
        found = coming.expected(session, meeting.id)
        assert [(person.name, said.leaves) for person, said in found] == [
            ("Dr Member", time(9, 30)),
            ("Dr Observer", time(10)),
        ]


def test_the_agenda_reckons_with_its_own_past(region):
    meeting = region.plan()
    region.list_case(meeting)
    with region.db.reading() as session:
        found = queries.meeting(session, region["chair"], meeting.id)
        made, said = arranging.reckoned(session, found, NOW + timedelta(days=1))
        told = lines.of_meeting(session, found, NOW.date())
        places = arranging.suggestion(session, found, told, {})
    assert [one.seconds for one in made] == [192]
    assert said == (
        "About 3 minutes for 1 case. How long the room is booked is not known. "
        "Reckoned from the usual 3.2 minutes, as the team has no history yet."
    )
    assert [one.case for one in places] == [made[0].case]


def test_a_team_sets_the_minutes_of_a_case_without_a_history_from_a_day_on(region):
    meeting = region.plan()
    region.list_case(meeting)

    def reckon(by="coordinator", seconds=300, percent=10, least=5, starts=TODAY):
        with region.db.writing() as session:
            said = {"case_seconds": seconds, "audit_percent": percent, "audit_least": least}
            return reckoning.set_rule(session, by=region[by], team_id=region.team, starts=starts, now=NOW, **said)

    for wrong in ({"seconds": 10}, {"percent": 101}, {"least": -1}, {"starts": TODAY - timedelta(days=1)}):
        with pytest.raises(Invalid):
            reckon(**wrong)
    with pytest.raises(Forbidden):
        reckon(by="member")
    reckon()
    with region.db.reading() as session:
        found = queries.meeting(session, region["chair"], meeting.id)
        made, said = arranging.reckoned(session, found, NOW)
    assert [one.seconds for one in made] == [300]
    assert "the usual 5.0 minutes" in said


def test_the_history_is_told_kind_by_kind_with_what_counts():
    rows = reckoning.by_kind([("new", 300), ("new", 240), ("new", 200), ("new", 400), ("new", 900), ("benign", 60)])
    assert [(one.called, one.cases, one.seconds, one.counts) for one in rows] == [
        ("New diagnosis", 5, 300, True),
        ("Benign", 1, 60, False),
    ]
