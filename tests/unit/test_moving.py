"""Late additions, deferrals, carry-over and offers to other teams: where a case goes, and that none is ever lost."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from mdt.core.clock import in_london
from mdt.core.errors import Forbidden, Invalid, MdtError, NotFound
from mdt.meeting import actions, lines, progress, queries, states
from mdt.meeting.models import Case, Meeting
from mdt.meeting.moving import carrying, late, leaving, transfers
from mdt.meeting.moving.models import Carry
from mdt.people.models import Team
from tests.unit.region import NOW, a_region

WEEK = timedelta(days=7)


@pytest.fixture
def region(tmp_path):
    with a_region(tmp_path) as region:
        yield region


def plan(region, weeks=0, by="chair"):
    with region.db.writing() as session:
        actor = region[by]
        team = next(iter(actor.roles))
        return actions.plan(session, by=actor, team_id=team, starts_at=NOW + weeks * WEEK, now=NOW)


def do(region, act, by="coordinator", **said):
    with region.db.writing() as session:
        return act(session, by=region[by], now=NOW, **said)


def lock(region, meeting):
    do(region, actions.lock_list, meeting_id=meeting.id, seen=lacking(region, meeting))


def lacking(region, meeting):
    with region.db.reading() as session:
        found = actions.lacking(session, by=region["chair"], meeting_id=meeting.id, now=NOW)
    return {code for codes in found.values() for code in codes}


def hold(region, meeting):
    do(region, actions.open_meeting, meeting_id=meeting.id)
    do(region, actions.close_meeting, by="chair", meeting_id=meeting.id)


def agenda(region, meeting, by="chair"):
    """Each case with its status and what the agenda says beside it."""
    with region.db.reading() as session:
        found = queries.meeting(session, region[by], meeting.id)
        told = lines.of_meeting(session, found, in_london(NOW).date())
        return [(case.patient.family, case.status, told[case.id].notes) for case in found.cases]


def ask_late(region, meeting, patient=0, by="coordinator", reason="Came in with cord compression"):
    patient_id = region.patients[patient].id
    return do(
        region, late.ask, by=by, meeting_id=meeting.id, patient_id=patient_id, question="Operable?", reason=reason
    )


def test_onto_a_locked_list_only_with_a_reason_and_the_chairs_approval(region):
    meeting = plan(region)
    with pytest.raises(Invalid, match="not locked"):
        ask_late(region, meeting)
    lock(region, meeting)
    with pytest.raises(Invalid, match="late addition"):
        region.list_case(meeting)
    with pytest.raises(Invalid, match="cannot wait"):
        ask_late(region, meeting, reason=" ")
    asked = ask_late(region, meeting)
    assert agenda(region, meeting) == []
    with pytest.raises(Invalid, match="waits for the chair"):
        ask_late(region, meeting)
    decision = {"meeting_id": meeting.id, "late_id": asked.id}
    with pytest.raises(Forbidden):
        do(region, late.decide, approved=True, **decision)
    do(region, late.decide, by="chair", approved=True, **decision)
    assert agenda(region, meeting) == [
        ("Ashworth", "listed", ["Late addition, approved by Dr Chair: Came in with cord compression"])
    ]
    with pytest.raises(Invalid, match="approved by Dr Chair already"):
        do(region, late.decide, by="chair", approved=False, why="No", **decision)


def test_the_chairs_own_late_addition_is_approved_with_it_and_a_declined_one_says_why(region):
    meeting = plan(region)
    lock(region, meeting)
    assert ask_late(region, meeting, by="chair").state == "approved"
    asked = ask_late(region, meeting, 1)
    decision = {"meeting_id": meeting.id, "late_id": asked.id, "approved": False}
    with pytest.raises(Invalid, match="why it is declined"):
        do(region, late.decide, by="chair", **decision)
    assert do(region, late.decide, by="chair", why="Next week will do", **decision).decided_why == "Next week will do"
    assert [family for family, *_ in agenda(region, meeting)] == ["Ashworth"]


def test_what_a_meeting_did_not_come_to_goes_to_the_next_with_count_and_reason(region):
    first, second, third = (plan(region, weeks) for weeks in range(3))
    region.list_case(first)
    hold(region, first)
    assert agenda(region, first) == [("Ashworth", "deferred", ["Goes to the meeting of 01-Dec-2026: out of time"])]
    hold(region, second)
    assert agenda(region, third) == [("Ashworth", "listed", ["Carried over twice, last from 01-Dec-2026: out of time"])]


def test_what_was_discussed_is_not_carried(region):
    case, next_week = region.open_first_case(), plan(region, 1)
    do(region, actions.close_meeting, by="chair", meeting_id=case.meeting_id)
    assert agenda(region, next_week) == []
    assert agenda(region, case.meeting)[0][1] == "discussed"


def test_without_a_next_meeting_it_waits_until_one_is_planned(region):
    meeting = plan(region)
    region.list_case(meeting)
    hold(region, meeting)
    with region.db.reading() as session:
        assert [one.case.patient.family for one in carrying.waiting(session, region.team)] == ["Ashworth"]
    planned = plan(region, 3)
    assert [family for family, *_ in agenda(region, planned)] == ["Ashworth"]
    with region.db.reading() as session:
        assert carrying.waiting(session, region.team) == []


def test_a_list_that_is_locked_is_passed_over(region):
    first, second, third = (plan(region, weeks) for weeks in range(3))
    region.list_case(first)
    lock(region, second)
    hold(region, first)
    assert agenda(region, second) == []
    assert len(agenda(region, third)) == 1


def test_who_waits_is_taken_off_for_good_only_with_a_reason(region):
    meeting = plan(region)
    region.list_case(meeting)
    hold(region, meeting)
    with region.db.reading() as session:
        [one] = carrying.waiting(session, region.team)
    with pytest.raises(Invalid, match="Say why"):
        do(region, leaving.drop, team_id=region.team, carry_id=one.id, why="")
    do(region, leaving.drop, team_id=region.team, carry_id=one.id, why="She has died")
    assert agenda(region, meeting)[0][2] == ["Taken off the list: She has died"]
    assert agenda(region, plan(region, 1)) == []


def test_missing_images_name_the_trust_and_the_study(region):
    meeting, _ = plan(region), plan(region, 1)
    case = region.list_case(meeting)
    for said in ({}, {"trust_ods": "RMC"}, {"study": "CT chest"}):
        with pytest.raises(Invalid, match="which trust has it and which study"):
            do(region, leaving.defer, case_id=case.id, reason="images", **said)
    with pytest.raises(Invalid, match="no trust with that code"):
        do(region, leaving.defer, case_id=case.id, reason="images", trust_ods="XXX", study="CT chest")
    with pytest.raises(Invalid, match="which specialist"):
        do(region, leaving.defer, case_id=case.id, reason="specialist")
    with pytest.raises(Forbidden):
        do(region, leaving.defer, by="member", case_id=case.id, reason="pathology")
    do(region, leaving.defer, case_id=case.id, reason="images", trust_ods="RMC", study="CT chest of 12 October")
    notes = ["Goes to the meeting of 01-Dec-2026: images missing (CT chest of 12 October, RMC)"]
    assert agenda(region, meeting) == [("Ashworth", "deferred", notes)]
    with pytest.raises(Invalid, match="left this list already"):
        do(region, leaving.defer, case_id=case.id, reason="pathology")


def test_a_case_is_moved_to_another_open_list_of_its_team_and_keeps_its_count(region):
    first, second = plan(region, 1), plan(region)
    case = region.list_case(first)
    with pytest.raises(Invalid, match="another meeting of this team"):
        do(region, leaving.move, case_id=case.id, meeting_id=plan(region, by="outsider").id, note="Sooner")
    do(region, leaving.move, case_id=case.id, meeting_id=second.id, note="She breaches on Friday")
    said = "Moved here from the meeting of 01-Dec-2026: She breaches on Friday"
    assert agenda(region, second) == [("Ashworth", "listed", [said])]
    with region.db.reading() as session:
        back = session.scalars(select(Case.id).where(Case.meeting_id == second.id)).one()
    with pytest.raises(Invalid, match="is, or was, on the list"):
        do(region, leaving.move, case_id=back, meeting_id=first.id, note="After all")


def test_another_team_gets_a_case_only_once_it_accepts_it(region):
    meeting, theirs = plan(region), plan(region, by="outsider")
    case = region.list_case(meeting)
    with region.db.reading() as session:
        breast = session.scalars(select(Team.id).where(Team.id != region.team)).one()
    offer = {"case_id": case.id, "to_team_id": breast, "reason": "Breast primary"}
    first = do(region, transfers.offer, **offer)
    with pytest.raises(Invalid, match="offered to a team already"):
        do(region, transfers.offer, **offer)
    answer = {"team_id": breast, "transfer_id": first.id}
    with pytest.raises(NotFound):
        do(region, transfers.accept, meeting_id=theirs.id, **answer)
    with pytest.raises(Invalid, match="Say why it is declined"):
        do(region, transfers.decline, by="outsider", why="", **answer)
    do(region, transfers.decline, by="outsider", why="Not one of ours", **answer)
    assert agenda(region, meeting) == [("Ashworth", "listed", ["Breast MDT declined: Not one of ours"])]
    again = do(region, transfers.offer, **offer)
    do(region, transfers.accept, by="outsider", team_id=breast, transfer_id=again.id, meeting_id=theirs.id)
    assert agenda(region, theirs, "outsider") == [("Ashworth", "listed", ["From Lung MDT: Breast primary"])]
    assert agenda(region, meeting)[0][1:] == ("withdrawn", ["Breast MDT accepted it, Dr Outsider"])


def test_an_offer_accepted_after_the_case_was_carried_over_takes_it_off_the_list_it_is_on_by_then(region):
    meeting, next_week, theirs = plan(region), plan(region, 1), plan(region, by="outsider")
    case = region.list_case(meeting)
    with region.db.reading() as session:
        breast = session.scalars(select(Team.id).where(Team.id != region.team)).one()
    made = do(region, transfers.offer, case_id=case.id, to_team_id=breast, reason="Breast primary")
    hold(region, meeting)
    do(region, transfers.accept, by="outsider", team_id=breast, transfer_id=made.id, meeting_id=theirs.id)
    assert agenda(region, next_week)[0][1] == "withdrawn"


def is_somewhere(session, case):
    """On a list that will still be held, dealt with, taken off by somebody, or carried on to such a place."""
    carry = session.scalar(select(Carry).where(Carry.case_id == case.id))
    if carry is not None:
        waits = (
            carry.to_case_id is None and carry.dropped_at is None and carry in carrying.waiting(session, carry.team_id)
        )
        return waits or carry.dropped_at is not None or is_somewhere(session, session.get(Case, carry.to_case_id))
    if case.status in states.BEFORE:
        return session.get(Meeting, case.meeting_id).status != progress.CLOSED
    return case.status in (states.LIVE, states.DISCUSSED)


ACTS = st.lists(
    st.tuples(
        st.sampled_from(["plan", "list", "open", "discuss", "defer", "move", "close", "drop"]), st.integers(0, 5)
    ),
    max_size=14,
)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ACTS)
def test_law_no_sequence_of_acts_loses_a_case_from_every_list(tmp_path_factory, acts):
    with a_region(tmp_path_factory.mktemp("law")) as region:
        meetings = [plan(region)]
        for number, (what, which) in enumerate(acts):
            with region.db.reading() as session:
                cases, held = session.scalars(select(Case.id).order_by(Case.listed_at, Case.id)).all(), meetings
                waits = [one.id for one in carrying.waiting(session, region.team)]
            meeting, case = held[which % len(held)], cases[which % len(cases)] if cases else ""
            try:
                match what:
                    case "plan":
                        meetings.append(plan(region, number + 1))
                    case "list":
                        region.list_case(meeting, which % 3)
                    case "open":
                        do(region, actions.open_meeting, meeting_id=meeting.id)
                    case "discuss":
                        do(region, actions.open_case, by="chair", case_id=case)
                    case "defer":
                        do(region, leaving.defer, case_id=case, reason="pathology")
                    case "move":
                        do(region, leaving.move, case_id=case, meeting_id=meeting.id, note="Sooner")
                    case "close":
                        do(region, actions.close_meeting, by="chair", meeting_id=meeting.id)
                    case "drop" if waits:
                        do(region, leaving.drop, team_id=region.team, carry_id=waits[0], why="Died")
            except MdtError:
                pass
            with region.db.reading() as session:
                assert all(is_somewhere(session, one) for one in session.scalars(select(Case)))
