"""Reviewed by: who has looked through which study for a case, and when; undone only with a reason."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from mdt.core import audit
from mdt.core.actor import Actor
from mdt.core.errors import Forbidden, Invalid, NotFound, Stale
from mdt.meeting import progress
from mdt.meeting import queries as meetings
from mdt.people import permissions
from mdt.people.models import Person
from mdt.preparation import disciplines, telling
from mdt.preparation.models import StudyReview
from mdt.record.clashes import STRONG
from mdt.record.models import Link, Study

REASON_MOST = 300


def review(
    session: Session, *, by: Actor, case_id: str, study_ids: Collection[str], now: datetime
) -> list[StudyReview]:
    """Somebody has looked through these studies for this case. What was reviewed before stays as it was."""
    case = meetings.case(session, by, case_id)
    permissions.require(by, "study.review", case.meeting.team_id)
    if case.meeting.status == progress.CLOSED:
        raise Invalid("This meeting is closed; nothing is reviewed for it any more.")
    discipline = reading_discipline(session, by)
    wanted = {study.id: study for study in studies_of(session, [case.patient_id]).get(case.patient_id, [])}
    done = in_force(session, [case.id])
    if not study_ids or not set(study_ids) <= wanted.keys():
        raise NotFound("There is no such study among this patient’s imaging.")
    made = []
    for study_id in dict.fromkeys(study_ids):
        if disciplines.reader_of(wanted[study_id].modalities) != discipline:
            raise Forbidden("A pathologist reviews slides, a radiologist all other imaging.")
        if (case.id, study_id) not in done:
            row = StudyReview(case_id=case.id, patient_id=case.patient_id, study_id=study_id, discipline=discipline)
            row.by_id, row.by_name, row.at = str(by.person_id), by.name, now
            made.append(row)
    if not made:
        raise Stale("Somebody has marked this as reviewed already.")
    session.add_all(made)
    session.flush()
    detail = {"studies": [row.study_id for row in made], "discipline": discipline}
    audit.record(session, by, "study.reviewed", f"case:{case.id}", patient_id=case.patient_id, detail=detail, now=now)
    telling.changed(session, case, now)
    return made


def undo(session: Session, *, by: Actor, case_id: str, review_id: str, reason: str, now: datetime) -> StudyReview:
    """It was not reviewed after all: by whoever said so, or the chair."""
    case = meetings.case(session, by, case_id)
    permissions.require(by, "study.review", case.meeting.team_id)
    row = session.get(StudyReview, review_id)
    if row is None or row.case_id != case.id:
        raise NotFound("There is no such review.")
    if row.undone_at is not None:
        raise Stale("This review has been taken back already.")
    if row.by_id != by.person_id and not permissions.may(by, "mark.others", case.meeting.team_id):
        raise Forbidden(f"{row.by_name} reviewed this; only they or the chair take it back.")
    why = " ".join(reason.split())
    if not why:
        raise Invalid("Give the reason why it counts as not reviewed.")
    if len(why) > REASON_MOST:
        raise Invalid(f"The reason must be {REASON_MOST} characters or fewer.")
    row.undone_at, row.undone_by, row.undone_reason = now, by.person_id, why
    detail = {"review": row.id, "study": row.study_id}
    audit.record(session, by, "study.unreviewed", f"case:{case.id}", patient_id=case.patient_id, detail=detail, now=now)
    telling.changed(session, case, now)
    return row


def in_force(session: Session, case_ids: Collection[str]) -> dict[tuple[str, str], StudyReview]:
    """The review that counts of each (case, study). The caller may see these cases."""
    kept = select(StudyReview).where(StudyReview.case_id.in_(case_ids), StudyReview.undone_at.is_(None))
    return {(row.case_id, row.study_id): row for row in session.scalars(kept.order_by(StudyReview.at.desc()))}


def one(session: Session, by: Actor, case_id: str, review_id: str) -> StudyReview:
    """A review that counts, with its study."""
    case = meetings.case(session, by, case_id)
    permissions.require(by, "study.review", case.meeting.team_id)
    row = session.get(StudyReview, review_id, options=[joinedload(StudyReview.study)])
    if row is None or row.case_id != case.id or row.undone_at is not None:
        raise NotFound("There is no such review, or it has been taken back.")
    return row


def undone(session: Session, case_id: str) -> list[StudyReview]:
    """Reviews of a case that were taken back, the latest first. The caller may see the case."""
    kept = select(StudyReview).where(StudyReview.case_id == case_id, StudyReview.undone_at.is_not(None))
    return list(session.scalars(kept.order_by(StudyReview.undone_at.desc())))


def studies_of(session: Session, patient_ids: Collection[str]) -> dict[str, list[Study]]:
    """The linked studies of each patient, newest first. The caller may see these patients."""
    linked = select(Link.patient_id, Link.study_id).where(Link.patient_id.in_(patient_ids), Link.status.in_(STRONG))
    pairs = session.execute(linked.distinct()).all()
    studies = session.scalars(select(Study).where(Study.id.in_({study_id for _, study_id in pairs})))
    by_id = {study.id: study for study in studies}
    found: dict[str, list[Study]] = {}
    for patient_id, study_id in pairs:
        found.setdefault(patient_id, []).append(by_id[study_id])
    for mine in found.values():
        mine.sort(key=lambda study: (str(study.study_date or ""), study.study_time, study.study_uid), reverse=True)
    return found


def discipline_of(session: Session, by: Actor) -> str | None:
    """What the actor is, by their specialty."""
    person = session.get(Person, by.person_id) if by.person_id else None
    return disciplines.of_specialty(person.specialty) if person else None


def reading_discipline(session: Session, by: Actor) -> str:
    """Radiology or pathology; anybody else is refused in words."""
    discipline = discipline_of(session, by)
    if discipline not in disciplines.READERS:
        raise Forbidden("Only a radiologist, or a pathologist for slides, marks a study as reviewed.")
    return discipline
