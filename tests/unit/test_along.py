"""However a patient comes onto a list, a referral comes along; who takes a case over holds its pathway."""

from datetime import date

import pytest
from sqlalchemy import select

from mdt.meeting import actions as meetings
from mdt.meeting.models import Case
from mdt.meeting.moving import transfers
from mdt.meeting.moving.models import LateAddition
from mdt.meeting.pathway.models import Pathway, PathwayChange
from mdt.people.models import Team
from mdt.referral import actions, along, decisions, queries, requirements, standing
from mdt.trusts.models import Trust
from tests.unit.region import NOW, a_region
from tests.unit.test_referral import WHOLE, draft, send

OWN = "Would they travel?"


@pytest.fixture
def region(tmp_path):
    with a_region(tmp_path) as region:
        yield region


def do(region, act, by="chair", **what):
    with region.db.writing() as session:
        return act(session, by=region[by], now=NOW, **what)


def locked(region):
    meeting = region.plan()
    do(region, meetings.lock_list, meeting_id=meeting.id, seen=[])
    return meeting


def ask_late(region, meeting, by):
    what = {"patient_id": region.patients[0].id, "question": "Operable today?", "reason": "Cord compression"}
    return do(region, along.ask_late, by=by, meeting_id=meeting.id, **what)


def referral_of(region, case_id):
    with region.db.reading() as session:
        return queries.of_cases(session, [case_id])[case_id]


def test_a_late_addition_has_the_referral_that_waited_for_the_team(region):
    one = draft(region, **WHOLE)
    send(region, one)
    meeting = locked(region)
    asked = ask_late(region, meeting, "coordinator")
    assert asked.case_id is None
    approved = do(region, along.decide_late, meeting_id=meeting.id, late_id=asked.id, approved=True)
    came = referral_of(region, approved.case_id)
    assert (came.id, came.state, came.steps[-1].reason) == (one.id, "accepted", "Cord compression")
    with region.db.reading() as session:
        case = session.get_one(Case, approved.case_id)
        assert session.get_one(Pathway, case.pathway_id).received == date(2026, 11, 2)


def test_without_one_it_is_referred_by_whoever_asked_with_what_is_missing(region):
    meeting = locked(region)
    asked = ask_late(region, meeting, "coordinator")
    approved = do(region, along.decide_late, meeting_id=meeting.id, late_id=asked.id, approved=True)
    came = referral_of(region, approved.case_id)
    assert (came.author_name, came.at_once, came.values) == ("Dr Coordinator", True, {"question": "Operable today?"})
    assert "WHO performance status is missing." in came.steps[-1].missing


def test_a_declined_one_has_none_and_leaves_what_waited_waiting(region):
    one = draft(region, **WHOLE)
    send(region, one)
    meeting = locked(region)
    asked = ask_late(region, meeting, "coordinator")
    do(region, along.decide_late, meeting_id=meeting.id, late_id=asked.id, approved=False, why="It can wait")
    with region.db.reading() as session:
        assert session.scalars(select(LateAddition.case_id)).one() is None
        assert queries.referral(session, region["chair"], one.id).state == "sent"


def test_what_another_team_takes_over_brings_its_referral_and_moves_the_pathway(region):
    with region.db.writing() as session:
        session.add(Trust(ods="RBV", name="The Christie", live_from=date(2020, 1, 1)))
        session.flush()
        breast = session.scalars(select(Team).where(Team.name == "Breast MDT")).one()
        breast.host_ods = "RBV"
        starts = NOW.date()
        requirements.set_form(
            session, by=region["chair"], team_id=region.team, starts=starts, needs={}, own=[(OWN, "asked")], now=NOW
        )
    one = draft(region, **WHOLE, holder_ods="RMC", history="Found by chance.", own_1="Yes, by train")
    with region.db.writing() as session:
        actions.attach(
            session, by=region["outsider"], referral_id=one.id, name="letter.pdf", kind="pdf", size=9, sha256="a" * 64,
            now=NOW,
        )  # fmt: skip
    send(region, one)
    ours = region.plan()
    case = do(region, decisions.accept, referral_id=one.id, meeting_id=ours.id)
    offered = do(region, transfers.offer, case_id=case.id, to_team_id=breast.id, reason="Is it a metastasis of hers?")
    with region.db.writing() as session:
        theirs = meetings.plan(session, by=region["outsider"], team_id=breast.id, starts_at=NOW, now=NOW)
    what = {"team_id": breast.id, "transfer_id": offered.id, "meeting_id": theirs.id}
    seated = do(region, along.accept_offer, by="outsider", **what)
    came = referral_of(region, seated.id)
    assert (came.team_id, came.state, came.author_name) == (breast.id, "accepted", "Dr Chair")
    assert (came.values["question"], came.values["ps"]) == ("Resectable?", "1")
    assert came.values["history"] == f"Found by chance.\n{OWN}: Yes, by train"
    assert "own_1" not in came.values
    assert [file.sha256 for file in came.files] == ["a" * 64]
    with region.db.reading() as session:
        pathway = session.get_one(Pathway, session.get_one(Case, seated.id).pathway_id)
        assert pathway.holder_ods == "RBV"
        moved = select(PathwayChange.before, PathwayChange.by_name).where(PathwayChange.field == "holder_ods")
        assert ("RMC", "Dr Outsider") in session.execute(moved).all()
        first = queries.referral(session, region["outsider"], one.id)
        current = queries.current_case(session, first)
        assert current is not None
        assert current.id == seated.id
        assert [step.label for step in standing.steps(first, current) if step.state == "now"] == ["Listed"]
