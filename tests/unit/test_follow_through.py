"""After the meeting: actions closed with a note, the patient told, treatment begun, and later whether it was done."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from mdt.core.errors import Forbidden, Invalid, NotFound, Stale
from mdt.meeting import actions as meetings
from mdt.meeting.models import Case
from mdt.meeting.pathway import actions as pathways
from mdt.meeting.pathway.models import Pathway
from mdt.outcome import actions, follow_through, to_do
from mdt.outcome.models import Action, Milestone
from tests.unit.region import NOW, a_region
from tests.unit.test_outcome import PLAN, amend, sign, type_all, type_in

DAY = NOW.date()


@pytest.fixture
def region(tmp_path):
    with a_region(tmp_path) as region:
        yield region


@pytest.fixture
def case(region):
    """One whose outcome is signed, and whose meeting is over."""
    case = region.open_first_case()
    sign(region, case, type_all(region, case).revision)
    with region.db.writing() as session:
        meetings.close_meeting(session, by=region["chair"], meeting_id=case.meeting_id, now=NOW)
    return case


def listed(region, today=DAY, by="member"):
    with region.db.reading() as session:
        return to_do.of_teams(session, region[by], today, [region.team])


def close(region, action, status="done", note="", by="member"):
    with region.db.writing() as session:
        return follow_through.close_action(
            session, by=region[by], action_id=action.id, status=status, note=note, now=NOW
        )


def record(region, case, kind, by="member", now=NOW, day=DAY, **what):
    with region.db.writing() as session:
        return follow_through.record(session, by=region[by], case_id=case.id, kind=kind, day=day, now=now, **what)


def state(region, case) -> str:
    with region.db.reading() as session:
        return session.get_one(Case, case.id).status


def test_what_is_due_is_listed_and_is_overdue_the_day_after(region, case):
    told, book = listed(region)
    assert (told.action.text, told.action.due) == ("Tell the patient", date(2026, 11, 26))
    assert (book.action.text, book.action.due) == ("Book CPET", date(2026, 12, 1))
    assert [one.is_overdue for one in listed(region, date(2026, 11, 26))] == [False, False]
    assert [one.is_overdue for one in listed(region, date(2026, 11, 27))] == [True, False]
    assert listed(region, by="outsider") == []
    assert listed(region, by="observer") == []


def test_an_action_is_closed_once_with_who_and_why(region, case):
    _, book = listed(region)
    with pytest.raises(Forbidden):
        close(region, book.action, by="observer")
    with pytest.raises(NotFound):
        close(region, book.action, by="outsider")
    with pytest.raises(Invalid, match="why the action is cancelled"):
        close(region, book.action, "cancelled")
    done = close(region, book.action, "cancelled", "Not fit for it.")
    assert (done.status, done.note, done.closed_name) == ("cancelled", "Not fit for it.", "Dr Member")
    with pytest.raises(Stale, match="Dr Member has already closed this action as cancelled"):
        close(region, book.action, "done", by="chair")
    with region.db.writing() as session:
        again = follow_through.reopen_action(
            session, by=region["chair"], action_id=book.action.id, note="Fit after all.", now=NOW
        )
        assert (again.status, again.closed_at) == ("open", None)


def test_the_patient_is_told_on_a_day_and_that_closes_the_action(region, case):
    told, book = listed(region)
    with pytest.raises(Invalid, match="Enter the day on which the patient was told"):
        close(region, told.action)
    with pytest.raises(Invalid, match="has not come yet"):
        record(region, case, "told", day=DAY + timedelta(days=1))
    with pytest.raises(Invalid, match="before the meeting"):
        record(region, case, "told", day=DAY - timedelta(days=1))
    record(region, case, "told", note="In clinic.")
    assert [one.action.status for one in listed(region)] == ["open", "done"]
    assert state(region, case) == "signed"
    close(region, book.action)
    assert state(region, case) == "actioned"


def test_telling_and_treating_enter_the_pathway_and_change_no_date_that_is_there(region, case):
    with region.db.writing() as session:
        held = session.get_one(Case, case.id)
        pathway = pathways.begin(session, by=region["chair"], patient_id=case.patient_id, values={}, now=NOW)
        held.pathway_id = pathway.id
    record(region, case, "told")
    later = NOW + timedelta(days=9)
    record(region, case, "told", day=later.date(), now=later)
    record(region, case, "started", day=later.date(), now=later)
    with region.db.reading() as session:
        kept = session.get_one(Pathway, pathway.id)
        assert (kept.told, kept.treated) == (DAY, later.date())


def test_after_eight_weeks_it_is_asked_whether_it_was_done_and_why_not(region, case):
    weeks = NOW + timedelta(weeks=8)

    def waiting(now):
        with region.db.reading() as session:
            return [one.case.id for one in to_do.to_follow(session, region["member"], now.date(), [region.team])]

    assert waiting(weeks - timedelta(days=1)) == []
    assert waiting(weeks) == [case.id]
    with pytest.raises(Invalid, match="whether the decision was carried out"):
        record(region, case, "followed", now=weeks)
    with pytest.raises(Invalid, match="why it was not carried out"):
        record(region, case, "followed", now=weeks, answer="changed")
    _, book = listed(region)
    record(region, case, "told")
    close(region, book.action)
    record(region, case, "followed", now=weeks, day=weeks.date(), answer="changed", reason="choice", note="Declined.")
    assert waiting(weeks) == []
    assert state(region, case) == "closed"
    with region.db.reading() as session:
        kept = session.scalars(select(Milestone).where(Milestone.kind == "followed")).one()
        assert (kept.answer, kept.reason, kept.by_name) == ("changed", "choice", "Dr Member")


def test_an_amendment_takes_over_what_was_done_and_asks_for_what_is_new(region, case):
    _, book = listed(region)
    record(region, case, "told")
    close(region, book.action, note="30 November.")
    amend(region, case)
    more = [*PLAN["actions"], {"id": "b" * 8, "text": "Ask cardiology", "owner": "Mr Jones", "due": "2026-12-02"}]
    outcome = type_in(region, case, "actions", more, revision=99, version=2)
    sign(region, case, outcome.revision, version=2)
    now = {one.action.text: one.action.status for one in listed(region)}
    assert now == {"Book CPET": "done", "Ask cardiology": "open", "Tell the patient": "open"}
    assert state(region, case) == "signed"
    with pytest.raises(Stale, match="newer version of this outcome is in force"):
        close(region, book.action)


def test_nothing_is_followed_before_it_is_signed(region):
    case = region.open_first_case()
    with pytest.raises(Invalid, match="Nothing is signed"):
        record(region, case, "told")
    with region.db.reading() as session:
        assert session.scalars(select(Action)).all() == []
    assert actions.TELL == follow_through.TELL
