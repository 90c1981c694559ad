"""What the room is told beside its log: the quorum, the clock, the call, who waits in the lobby. Read, never kept."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mdt.core.errors import NotFound
from mdt.live import spans
from mdt.live.clock import Clock, pace_of
from mdt.live.models import Event
from mdt.live.presence import case_spans, quorum_at
from mdt.live.protocol import moment
from mdt.live.spans import Span
from mdt.meeting import call, guests, policies, progress, states
from mdt.meeting.models import Case, Meeting
from mdt.meeting.queries import NO_SUCH_MEETING

HISTORY = 5  # meetings


def desk(session: Session, meeting_id: str, now: datetime) -> dict[str, Any]:
    """All of it; what each participant may see of it, the face chooses. For the house itself, not a person."""
    meeting = session.get(Meeting, meeting_id, populate_existing=True)
    if meeting is None:
        raise NotFound(NO_SUCH_MEETING)
    policy = policies.in_force(session, meeting.team_id, now)
    quorum = quorum_at(session, meeting, policy, now) if meeting.status == progress.OPEN else None
    return {
        "quorum": quorum and quorum.as_json(),
        "clock": _as_json(clock(session, meeting, now)) if meeting.status == progress.OPEN else None,
        "clock_for_all": policy is not None and policy.clock_for_all,
        "records_views": policy is None or policy.records_views,
        "call": {"url": meeting.call_url, "host": call.host(meeting.call_url)} if meeting.call_url else None,
        "lobby": [
            {
                "id": one.id,
                "person": one.person,
                "name": one.name,
                "specialty": one.specialty,
                "trust": one.trust,
                "reason": one.reason,
                "state": one.state,
                "role": one.role,
                "asked_at": moment(one.asked_at),
            }
            for one in guests.at_the_door(session, meeting_id)
        ],
    }


def clock(session: Session, meeting: Meeting, now: datetime) -> Clock:
    """As the chair sees it. A case that was left and is opened again goes on counting."""
    opened = session.scalar(select(Event.at).where(Event.meeting_id == meeting.id, Event.kind == "meeting.open"))
    discussed = case_spans(session, meeting.id, now)
    cases = session.execute(select(Case.id, Case.status).where(Case.meeting_id == meeting.id)).all()
    live = next((case for case, status in cases if status == states.LIVE), None)
    own = [spans.length(when) for case, when in discussed.items() if case != live]
    left = sum(1 for _, status in cases if status in states.BEFORE)
    planned_end = case_planned = None
    if meeting.planned_minutes:
        planned_end = meeting.starts_at + timedelta(minutes=meeting.planned_minutes)
        case_planned = timedelta(minutes=meeting.planned_minutes) / max(1, len(cases))
    pace, by = pace_of(own, _history(session, meeting))
    if pace is None and case_planned is not None:
        pace, by = case_planned, "plan"
    spent = spans.length(discussed[live]) if live in discussed else timedelta()
    current: Span | None = discussed[live][-1] if live in discussed else None
    return Clock(
        opened=opened,
        case_opened=current and current[0],
        spent=spent - (now - current[0]) if current else timedelta(),
        done=len(cases) - left - (live is not None),
        left=left,
        pace=pace,
        by=by,
        case_planned=case_planned,
        planned_end=planned_end,
    )


def _history(session: Session, meeting: Meeting) -> list[timedelta]:
    """How long the cases of the team's last meetings took."""
    before = select(Meeting.id).where(
        Meeting.team_id == meeting.team_id, Meeting.status == progress.CLOSED, Meeting.starts_at < meeting.starts_at
    )
    lengths: list[timedelta] = []
    for meeting_id in session.scalars(before.order_by(Meeting.starts_at.desc()).limit(HISTORY)):
        end = session.scalar(select(Event.at).where(Event.meeting_id == meeting_id, Event.kind == "meeting.close"))
        if end is not None:
            lengths += [spans.length(when) for when in case_spans(session, meeting_id, end).values()]
    return lengths


def _as_json(clock: Clock) -> dict[str, Any]:
    def said(at: datetime | None) -> str | None:
        return None if at is None else moment(at)

    def seconds(length: timedelta | None) -> int | None:
        return None if length is None else round(length.total_seconds())

    return {
        "opened": said(clock.opened),
        "case_opened": said(clock.case_opened),
        "spent": max(0, seconds(clock.spent) or 0),
        "done": clock.done,
        "left": clock.left,
        "pace": seconds(clock.pace),
        "by": clock.by,
        "case_planned": seconds(clock.case_planned),
        "planned_end": said(clock.planned_end),
    }
