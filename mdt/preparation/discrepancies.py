"""The meeting reads a study otherwise than its first report did: flagged, graded, and on its way back to the author."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from mdt.core import audit
from mdt.core.actor import Actor
from mdt.core.clock import in_london
from mdt.core.errors import Forbidden, Invalid, NotFound
from mdt.meeting import queries as meetings
from mdt.meeting import states
from mdt.meeting.models import Case
from mdt.people import permissions
from mdt.people.permissions import CHAIR
from mdt.preparation import disciplines, feedback, policies, reviews, telling
from mdt.preparation.models import Discrepancy, Feedback
from mdt.trusts.models import Trust

TEXT_MOST, AUTHOR_MOST, REASON_MOST = 1000, 120, 300

# What it means for the patient; COSD has no item for it.
SIGNIFICANCE = {
    "none": "Nothing changes for the patient",
    "investigation": "Other investigations are proposed",
    "treatment": "Other treatment is proposed",
    "unsure": "Cannot be told yet",
}


@dataclass(frozen=True)
class Told:
    """What the flagger wrote. `trust_ods` is where the first report was written, `author` by whom if that is known."""

    study_id: str
    grade: str
    first_report: str
    opinion: str
    significance: str
    author: str
    trust_ods: str


def flag(session: Session, *, by: Actor, case_id: str, told: Told, now: datetime) -> Discrepancy:
    """Keep it, and queue word of it to the trust of the first report."""
    case = meetings.case(session, by, case_id)
    team = case.meeting.team_id
    permissions.require(by, "discrepancy.flag", team)
    if by.person_id is None or not may_flag(session, by, case):
        raise Forbidden("A radiologist, a pathologist or the chair flags what differs from a first report.")
    if case.status in states.BEFORE:
        raise Invalid("This case has not been discussed yet, so there is no opinion of the meeting to compare with.")
    studies = {study.id for study in reviews.studies_of(session, [case.patient_id]).get(case.patient_id, [])}
    if told.study_id not in studies:
        raise NotFound("There is no such study among this patient’s imaging.")
    if session.get(Trust, told.trust_ods) is None:
        raise Invalid("Select the trust where the first report was written.")
    grades = grades_for(session, case)
    if grades and told.grade not in grades:
        raise Invalid("Select the grade.")
    if told.significance not in SIGNIFICANCE:
        raise Invalid("Select what it means for the patient.")
    found = Discrepancy(
        meeting_id=case.meeting_id,
        case_id=case.id,
        patient_id=case.patient_id,
        study_id=told.study_id,
        grade=told.grade if grades else "",
        grade_label=grades.get(told.grade, ""),
        first_report=_text(told.first_report, "what the first report said", TEXT_MOST),
        opinion=_text(told.opinion, "the opinion of the meeting", TEXT_MOST),
        significance=told.significance,
        flagged_by=by.person_id,
        flagged_name=by.name,
        flagged_at=now,
    )
    author = " ".join(told.author.split())[:AUTHOR_MOST]
    found.feedback = Feedback(trust_ods=told.trust_ods, author=author, status=feedback.QUEUED, queued_at=now)
    session.add(found)
    session.flush()
    detail = {"discrepancy": found.id, "study": found.study_id, "grade": found.grade, "trust": told.trust_ods}
    audit.record(
        session, by, "discrepancy.flagged", f"case:{case.id}", patient_id=case.patient_id, detail=detail, now=now
    )
    telling.changed(session, case, now)
    return found


def may_flag(session: Session, by: Actor, case: Case) -> bool:
    """Of those whose role allows it: the chair, and whoever reads images or slides."""
    team = case.meeting.team_id
    if not permissions.may(by, "discrepancy.flag", team):
        return False
    return by.roles.get(team) == CHAIR or reviews.discipline_of(session, by) in disciplines.READERS


def withdraw(
    session: Session, *, by: Actor, case_id: str, discrepancy_id: str, reason: str, now: datetime
) -> Discrepancy:
    """It was flagged by mistake: by whoever flagged it or the chair, while nobody has acknowledged it."""
    case = meetings.case(session, by, case_id)
    permissions.require(by, "discrepancy.flag", case.meeting.team_id)
    found = session.get(Discrepancy, discrepancy_id)
    if found is None or found.case_id != case.id:
        raise NotFound("There is no such discrepancy.")
    if found.flagged_by != by.person_id and by.roles.get(case.meeting.team_id) != CHAIR:
        raise Forbidden(f"{found.flagged_name} flagged this; only they or the chair take it back.")
    feedback.require_move(found.feedback.status, feedback.WITHDRAWN)
    why = _text(reason, "the reason", REASON_MOST)
    sent = found.feedback
    sent.status, sent.withdrawn_at, sent.withdrawn_by, sent.withdrawn_reason = (
        feedback.WITHDRAWN,
        now,
        by.person_id,
        why,
    )
    detail = {"discrepancy": found.id}
    audit.record(
        session, by, "discrepancy.withdrawn", f"case:{case.id}", patient_id=case.patient_id, detail=detail, now=now
    )
    telling.changed(session, case, now)
    return found


def of_case(session: Session, by: Actor, case_id: str) -> list[Discrepancy]:
    """What was flagged on a case, the latest first; for those who take part in its meetings."""
    case = meetings.case(session, by, case_id)
    if not permissions.may(by, "discrepancy.see", case.meeting.team_id):
        return []
    kept = select(Discrepancy).where(Discrepancy.case_id == case.id)
    together = kept.options(joinedload(Discrepancy.study), joinedload(Discrepancy.feedback))
    return list(session.scalars(together.order_by(Discrepancy.flagged_at.desc())))


def grades_for(session: Session, case: Case) -> dict[str, str]:
    """The team's own grades on the day of the meeting: label by code, in order."""
    return policies.on(session, case.meeting.team_id, in_london(case.meeting.starts_at).date()).grades


def _text(text: str, what: str, most: int) -> str:
    tidy = text.replace("\r\n", "\n").strip()
    if not tidy:
        raise Invalid(f"Enter {what}.")
    if len(tidy) > most:
        raise Invalid(f"{what[:1].upper()}{what[1:]} must be {most} characters or fewer.")
    return tidy
