"""A meeting is planned, patients are listed and ordered, cases are opened one after another, and it closes."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from mdt.core import audit
from mdt.core.errors import Forbidden, Invalid, NotFound, Stale
from mdt.imaging.models import Gather
from mdt.meeting import actions, queries
from mdt.meeting.announcements import AgendaChanged
from mdt.meeting.models import Case
from mdt.record.models import Patient
from tests.unit.region import NOW, a_region

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@pytest.fixture
def region(tmp_path):
    with a_region(tmp_path) as region:
        yield region


def statuses(region, meeting):
    with region.db.reading() as session:
        return [case.status for case in queries.meeting(session, region["observer"], meeting.id).cases]


def test_a_coordinator_lists_a_patient_with_the_question_and_the_imaging_is_asked_for(region):
    told: list[AgendaChanged] = []
    region.db.announcer.listen(AgendaChanged, told.append)
    meeting = region.plan()
    case = region.list_case(meeting)
    assert (case.position, case.status, case.clinical_question) == (1, "listed", "Is this resectable?")
    assert told == [AgendaChanged(meeting.id)]
    with region.db.reading() as session:
        assert session.scalars(select(Gather.patient_id)).all() == [case.patient_id]
        entry = session.scalars(select(audit.AuditEntry).where(audit.AuditEntry.action == "case.listed")).one()
        assert (entry.patient_id, entry.actor_id) == (case.patient_id, region["coordinator"].person_id)
        assert "resectable" not in str(entry.detail)


def test_the_same_patient_is_not_listed_twice(region):
    meeting = region.plan()
    region.list_case(meeting)
    with pytest.raises(Invalid, match="already on the agenda"):
        region.list_case(meeting)


def test_a_patient_without_a_verified_nhs_number_cannot_be_listed(region):
    meeting = region.plan()
    with region.db.writing() as session:
        session.get(Patient, region.patients[0].id).nhs_status = "03"
    with pytest.raises(Invalid, match="verified NHS number"):
        region.list_case(meeting)


@pytest.mark.parametrize("question", ["", "   \n ", "x" * 1001])
def test_a_case_needs_a_question_of_sensible_length(region, question):
    meeting = region.plan()
    with pytest.raises(Invalid, match="clinical question"), region.db.writing() as session:
        actions.list_case(
            session,
            by=region["chair"],
            meeting_id=meeting.id,
            patient_id=region.patients[0].id,
            clinical_question=question,
            now=NOW,
        )


@pytest.mark.parametrize("role", ["member", "presenter", "observer"])
def test_others_of_the_team_may_not_list(region, role):
    meeting = region.plan()
    with pytest.raises(Forbidden):
        region.list_case(meeting, by=role)


def test_outsiders_learn_of_no_meeting_no_case_and_no_patient(region):
    meeting = region.plan()
    case = region.list_case(meeting)
    outsider = region["outsider"]
    with region.db.reading() as session:
        with pytest.raises(NotFound):
            queries.meeting(session, outsider, meeting.id)
        with pytest.raises(NotFound):
            queries.case(session, outsider, case.id)
        with pytest.raises(NotFound):
            queries.require_patient(session, outsider, case.patient_id)
        assert queries.coming_meetings(session, outsider, since=LONG_AGO) == []
        assert queries.past_meetings(session, outsider, before=NOW.replace(year=2099), most=9) == []
        assert queries.cases_of_patient(session, outsider, case.patient_id) == []
    with pytest.raises(NotFound):
        region.list_case(meeting, 1, by="outsider")


def test_the_team_sees_the_patient_and_their_cases(region):
    case = region.list_case(region.plan())
    with region.db.reading() as session:
        assert queries.case(session, region["observer"], case.id).patient.family == "Ashworth"
        assert queries.may_see_patient(session, region["observer"], case.patient_id)
        assert not queries.may_see_patient(session, region["observer"], region.patients[1].id)
        assert [each.id for each in queries.cases_of_patient(session, region["member"], case.patient_id)] == [case.id]


def test_the_agenda_is_ordered_only_as_it_was_seen(region):
    meeting = region.plan()
    first, second, third = [region.list_case(meeting, number).id for number in range(3)]
    with region.db.writing() as session:
        actions.reorder(
            session,
            by=region["chair"],
            meeting_id=meeting.id,
            expected=[first, second, third],
            order=[third, first, second],
            now=NOW,
        )
    with region.db.reading() as session:
        agenda = queries.meeting(session, region["member"], meeting.id)
        assert [case.id for case in agenda.cases] == [third, first, second]
    with pytest.raises(Stale) as refused, region.db.writing() as session:
        actions.reorder(
            session,
            by=region["coordinator"],
            meeting_id=meeting.id,
            expected=[first, second, third],
            order=[second, first, third],
            now=NOW,
        )
    assert refused.value.current == [third, first, second]
    with pytest.raises(Invalid, match="exactly once"), region.db.writing() as session:
        actions.reorder(
            session,
            by=region["coordinator"],
            meeting_id=meeting.id,
            expected=[third, first, second],
            order=[third, first, first],
            now=NOW,
        )


def test_one_case_is_live_at_a_time_and_a_decided_one_stays_decided(region):
    meeting = region.plan()
    first, second = region.list_case(meeting), region.list_case(meeting, 1)
    with pytest.raises(Invalid, match="only while it is open"), region.db.writing() as session:
        actions.open_case(session, by=region["chair"], case_id=first.id, now=NOW)
    with region.db.writing() as session:
        actions.open_meeting(session, by=region["coordinator"], meeting_id=meeting.id, now=NOW)
        actions.open_case(session, by=region["chair"], case_id=first.id, now=NOW)
    assert statuses(region, meeting) == ["live", "listed"]
    with region.db.writing() as session:
        actions.reach(session, region["chair"], session.get_one(Case, first.id), "signed")
    assert statuses(region, meeting) == ["live", "listed"]
    with region.db.writing() as session:
        actions.open_case(session, by=region["presenter"], case_id=second.id, now=NOW)
    assert statuses(region, meeting) == ["signed", "live"]
    with region.db.writing() as session:
        actions.open_case(session, by=region["chair"], case_id=first.id, now=NOW)
    assert statuses(region, meeting) == ["live", "discussed"]
    with region.db.writing() as session:
        actions.close_meeting(session, by=region["chair"], meeting_id=meeting.id, now=NOW)
    assert statuses(region, meeting) == ["signed", "discussed"]


def test_a_member_opens_a_case_only_while_presenting(region):
    case = region.open_first_case()
    with pytest.raises(Forbidden), region.db.writing() as session:
        actions.open_case(session, by=region["member"], case_id=case.id, now=NOW)
    with region.db.writing() as session:
        assert (
            actions.open_case(session, by=region["member"], case_id=case.id, now=NOW, presenting=True).status == "live"
        )
    with pytest.raises(Forbidden), region.db.writing() as session:
        actions.open_case(session, by=region["observer"], case_id=case.id, now=NOW, presenting=True)


def test_nothing_is_listed_ordered_or_opened_after_the_meeting_closed(region):
    case = region.open_first_case()
    meeting = case.meeting
    with pytest.raises(Forbidden), region.db.writing() as session:
        actions.close_meeting(session, by=region["coordinator"], meeting_id=meeting.id, now=NOW)
    with region.db.writing() as session:
        actions.close_meeting(session, by=region["chair"], meeting_id=meeting.id, now=NOW)
    with pytest.raises(Invalid, match="later one"):
        region.list_case(meeting, 1)
    with pytest.raises(Invalid, match="no longer changes"), region.db.writing() as session:
        actions.reorder(
            session, by=region["chair"], meeting_id=meeting.id, expected=[case.id], order=[case.id], now=NOW
        )
    with pytest.raises(Invalid, match="cannot be opened again"), region.db.writing() as session:
        actions.open_meeting(session, by=region["chair"], meeting_id=meeting.id, now=NOW)
    with pytest.raises(Invalid, match="already closed"), region.db.writing() as session:
        actions.close_meeting(session, by=region["chair"], meeting_id=meeting.id, now=NOW)


def test_a_meeting_that_never_opened_cannot_be_closed(region):
    meeting = region.plan()
    with pytest.raises(Invalid, match="not been opened"), region.db.writing() as session:
        actions.close_meeting(session, by=region["chair"], meeting_id=meeting.id, now=NOW)


def test_what_comes_is_told_from_the_next_on_and_what_was_from_the_last_back(region):
    earlier = region.plan()
    with region.db.writing() as session:
        later = actions.plan(
            session, by=region["coordinator"], team_id=region.team, starts_at=NOW.replace(month=12), now=NOW
        )
    with region.db.reading() as session:
        by, after = region["observer"], later.starts_at + timedelta(minutes=1)
        assert [each.id for each in queries.coming_meetings(session, by, since=LONG_AGO)] == [earlier.id, later.id]
        assert [each.id for each in queries.coming_meetings(session, by, since=later.starts_at)] == [later.id]
        assert [each.id for each in queries.past_meetings(session, by, before=after, most=9)] == [later.id, earlier.id]
        assert [each.id for each in queries.past_meetings(session, by, before=after, most=1)] == [later.id]
        assert [each.id for each in queries.past_meetings(session, by, before=later.starts_at, most=9)] == [earlier.id]


def test_a_naive_start_is_refused(region):
    with pytest.raises(Invalid, match="time zone"), region.db.writing() as session:
        actions.plan(session, by=region["chair"], team_id=region.team, starts_at=NOW.replace(tzinfo=None), now=NOW)
