"""Say that a study is reported although no report of it came here, and take that back."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mdt.core import audit
from mdt.core.actor import Actor
from mdt.core.announce import after_commit
from mdt.core.errors import Invalid, NotFound, Stale
from mdt.meeting import progress
from mdt.meeting import queries as meetings
from mdt.meeting.announcements import AgendaChanged
from mdt.meeting.models import Case
from mdt.meeting.triage.streams import text
from mdt.people import permissions
from mdt.preparation import reviews
from mdt.preparation.models import StatedReport

SAID_MOST = 300


def stated(session: Session, case_ids: Collection[str]) -> dict[tuple[str, str], StatedReport]:
    """What counts, by case and study. The caller may see these cases."""
    kept = select(StatedReport).where(StatedReport.case_id.in_(case_ids), StatedReport.undone_at.is_(None))
    return {(one.case_id, one.study_id): one for one in session.scalars(kept)}


def state(session: Session, *, by: Actor, case_id: str, study_id: str, said: str, now: datetime) -> StatedReport:
    """For this case; `said` is where the report was read, or what it says."""
    case = _case(session, by, case_id)
    if study_id not in {one.id for one in reviews.studies_of(session, [case.patient_id]).get(case.patient_id, [])}:
        raise NotFound("There is no such study among this patient’s imaging.")
    if (case.id, study_id) in stated(session, [case.id]):
        raise Stale("Somebody has said so already.")
    made = StatedReport(
        case_id=case.id,
        patient_id=case.patient_id,
        study_id=study_id,
        said=text(said, SAID_MOST, "Say where the report was read, or what it says.", "What you say of the report"),
        by_id=by.person_id,
        by_name=by.name,
        at=now,
    )
    session.add(made)
    session.flush()
    _note(session, by, made, "report.stated", now=now)
    after_commit(session, AgendaChanged(case.meeting_id))
    return made


def undo(session: Session, *, by: Actor, case_id: str, report_id: str, now: datetime) -> StatedReport:
    """It is not reported after all. The row stays."""
    case = _case(session, by, case_id)
    made = session.get(StatedReport, report_id, with_for_update=True)
    if made is None or made.case_id != case.id or made.undone_at is not None:
        raise NotFound("Nobody says that any more.")
    made.undone_at, made.undone_by = now, by.person_id
    _note(session, by, made, "report.unstated", now=now)
    after_commit(session, AgendaChanged(case.meeting_id))
    return made


def _case(session: Session, by: Actor, case_id: str) -> Case:
    case = meetings.case(session, by, case_id)
    permissions.require(by, "report.state", case.meeting.team_id)
    if case.meeting.status == progress.CLOSED:
        raise Invalid("This meeting is closed; nothing is prepared for it any more.")
    return case


def _note(session: Session, by: Actor, made: StatedReport, act: str, *, now: datetime) -> None:
    detail = {"report": made.id, "study": made.study_id}
    audit.record(session, by, act, f"case:{made.case_id}", patient_id=made.patient_id, detail=detail, now=now)
