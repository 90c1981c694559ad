"""Word of a discrepancy on its way to the trust of the first report: queued, sent, acknowledged. Nobody is blamed."""

from datetime import datetime

from sqlalchemy import ColumnElement, false, or_, select
from sqlalchemy.orm import Session, joinedload

from mdt.core import audit
from mdt.core.actor import Actor
from mdt.core.errors import Forbidden, Invalid, NotFound, Stale
from mdt.meeting.models import Case, Meeting
from mdt.people import permissions
from mdt.preparation import disciplines, reviews
from mdt.preparation.models import Discrepancy, Feedback

QUEUED, SENT, ACKNOWLEDGED, WITHDRAWN = STATUSES = ("queued", "sent", "acknowledged", "withdrawn")

# Whoever reads it here before any letter reaches them has been told all the same.
MOVES = {
    QUEUED: frozenset({SENT, ACKNOWLEDGED, WITHDRAWN}),
    SENT: frozenset({ACKNOWLEDGED, WITHDRAWN}),
    ACKNOWLEDGED: frozenset(),
    WITHDRAWN: frozenset(),
}

REPLY_MOST = 1000
MOST_AT_ONCE = 200


def require_move(status: str, to: str) -> None:
    if to not in MOVES[status]:
        raise Stale(f"This feedback is {status} already.")


def mark_sent(session: Session, *, by: Actor, feedback_id: str, now: datetime) -> Feedback:
    """A letter or message has left; for what sends them, not for a person."""
    if not by.is_system:
        raise Forbidden("Only what sends feedback says that it was sent.")
    row = _row(session, feedback_id)
    require_move(row.status, SENT)
    row.status, row.sent_at = SENT, now
    _audit(session, by, "feedback.sent", row, now)
    return row


def acknowledge(session: Session, *, by: Actor, feedback_id: str, reply: str, now: datetime) -> Feedback:
    """Somebody of the trust whose report it was has read it; they may answer in words."""
    row = _row(session, feedback_id)
    if not _is_addressee(session, by, row):
        raise NotFound("There is no such feedback, or it is not for you.")
    require_move(row.status, ACKNOWLEDGED)
    text = reply.replace("\r\n", "\n").strip()
    if len(text) > REPLY_MOST:
        raise Invalid(f"The reply must be {REPLY_MOST} characters or fewer.")
    row.status, row.reply = ACKNOWLEDGED, text or None
    row.acknowledged_at, row.acknowledged_by, row.acknowledged_name = now, by.person_id, by.name
    _audit(session, by, "feedback.acknowledged", row, now)
    return row


def for_me(session: Session, by: Actor) -> list[Feedback]:
    """What is for the actor's own trust and discipline, what is not acknowledged first, then the latest."""
    discipline = reviews.discipline_of(session, by)
    if discipline not in disciplines.READERS:
        return []
    kept = _kept(session, (Feedback.trust_ods == by.trust_ods) & (Feedback.status != WITHDRAWN))
    return [row for row in kept if disciplines.reader_of(row.discrepancy.study.modalities) == discipline]


def of_my_teams(session: Session, by: Actor) -> list[Feedback]:
    """What the teams that the actor answers for have flagged: for learning, and to see that it arrives."""
    teams = [team for team in by.roles if permissions.may(by, "feedback.govern", team)]
    return _kept(session, Meeting.team_id.in_(teams) if teams else false())


def _kept(session: Session, which: ColumnElement[bool]) -> list[Feedback]:
    wanted = (
        select(Feedback)
        .join(Feedback.discrepancy)
        .join(Discrepancy.case)
        .join(Case.meeting)
        .where(which)
        .options(
            joinedload(Feedback.discrepancy).joinedload(Discrepancy.study),
            joinedload(Feedback.discrepancy).joinedload(Discrepancy.patient),
            joinedload(Feedback.discrepancy)
            .joinedload(Discrepancy.case)
            .joinedload(Case.meeting)
            .joinedload(Meeting.team),
        )
        .order_by(or_(Feedback.status == QUEUED, Feedback.status == SENT).desc(), Feedback.queued_at.desc())
    )
    return list(session.scalars(wanted.limit(MOST_AT_ONCE)))


def _row(session: Session, feedback_id: str) -> Feedback:
    row = session.get(Feedback, feedback_id, with_for_update=True)
    if row is None:
        raise NotFound("There is no such feedback, or it is not for you.")
    return row


def _is_addressee(session: Session, by: Actor, row: Feedback) -> bool:
    reader = disciplines.reader_of(row.discrepancy.study.modalities)
    return by.person_id is not None and by.trust_ods == row.trust_ods and reviews.discipline_of(session, by) == reader


def _audit(session: Session, by: Actor, act: str, row: Feedback, now: datetime) -> None:
    patient = row.discrepancy.patient_id
    audit.record(session, by, act, f"feedback:{row.id}", patient_id=patient, detail={"trust": row.trust_ods}, now=now)
