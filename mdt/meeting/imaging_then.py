"""How far the imaging of a case had come when its list closed, and when it was opened: written down then, for good.

The Royal College of Radiologists audits this share of cases (Cancer MDT meetings, 2nd edition 2014, XR-703): imaging
complete by the cut-off, and at the time of discussion. Nobody can work it out afterwards.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from mdt.core.among import among
from mdt.core.db import Base
from mdt.imaging.standing import readiness
from mdt.meeting import cut_off, progress, queries, states
from mdt.meeting.models import Case, Meeting

CUT_OFF, DISCUSSION = MOMENTS = ("cut-off", "discussion")

AHEAD = timedelta(days=21)  # a cut-off of 80 working hours lies this long before its meeting, holidays included
SOON_ENOUGH = timedelta(hours=1)  # what is seen later than this says nothing of the cut-off


class ImagingThen(Base):
    """One moment of one case. `word` is the board's, `ready` whether nothing that any trust holds was missing."""

    __tablename__ = "imaging_then"

    case_id: Mapped[str] = mapped_column(ForeignKey("mdt_case.id"), primary_key=True)
    moment: Mapped[str] = mapped_column(String(12), primary_key=True)
    word: Mapped[str] = mapped_column(String(24))
    ready: Mapped[bool]
    at: Mapped[datetime]


def note(session: Session, cases: Sequence[Case], moment: str, now: datetime) -> int:
    """Write down how these cases stand; what was written of the same moment before stays. Gives how many were new."""
    known = select(ImagingThen.case_id).where(
        among(ImagingThen.case_id, [case.id for case in cases]), ImagingThen.moment == moment
    )
    written = set(session.scalars(known)) if cases else set()
    fresh = [case for case in cases if case.id not in written]
    stands = readiness.of_patients(session, {case.patient_id for case in fresh}, now=now, in_words=False)
    for case in fresh:
        stand = stands[case.patient_id]
        session.add(ImagingThen(case_id=case.id, moment=moment, word=stand.word, ready=stand.is_ready, at=now))
    return len(fresh)


def note_closed_lists(session: Session, *, now: datetime) -> int:
    """Of lists that a team's rule closed in the last hour, whether or not anybody has locked them."""
    coming = session.scalars(
        select(Meeting).where(
            Meeting.status != progress.CLOSED,
            Meeting.locked_at.is_(None),
            Meeting.starts_at > now - SOON_ENOUGH,
            Meeting.starts_at < now + AHEAD,
        )
    ).all()
    rules = queries.cut_off_rules(session, {meeting.team_id for meeting in coming})
    closed = {}
    for meeting in coming:
        closes = cut_off.of_meeting(meeting.starts_at, None, rules.get(meeting.team_id, ()))
        if closes is not None and closes.at <= now <= closes.at + SOON_ENOUGH:
            closed[meeting.id] = closes.at
    those = select(Case).where(among(Case.meeting_id, closed), Case.status.in_(states.BEFORE))
    listed = session.scalars(those).all() if closed else []
    return note(session, [case for case in listed if case.listed_at <= closed[case.meeting_id]], CUT_OFF, now)
