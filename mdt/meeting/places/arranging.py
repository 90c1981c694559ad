"""Suggest an order, use it, put back the one before; what the team reckons for a case."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mdt.core.actor import Actor
from mdt.core.clock import in_london
from mdt.core.errors import Invalid
from mdt.meeting import states
from mdt.meeting.actions import reorder
from mdt.meeting.lines import Line
from mdt.meeting.models import Case, Meeting
from mdt.meeting.places import coming, minutes, reckoning
from mdt.meeting.places.models import AgendaOrder
from mdt.meeting.places.order import Facts, Place, suggested
from mdt.meeting.quorum import fills
from mdt.meeting.triage import streams
from mdt.people import permissions

MOVED, SUGGESTED, UNDONE = "moved", "suggested", "undone"


def put(
    session: Session,
    *,
    by: Actor,
    meeting_id: str,
    expected: Sequence[str],
    order: Sequence[str],
    why: str,
    now: datetime,
) -> AgendaOrder:
    """`actions.reorder`, and the order before is kept so that it can be put back."""
    reorder(session, by=by, meeting_id=meeting_id, expected=expected, order=order, now=now)
    kept = AgendaOrder(
        meeting_id=meeting_id, before=list(expected), after=list(order), why=why, by_id=by.person_id, at=now
    )
    session.add(kept)
    session.flush()
    return kept


def undo(session: Session, *, by: Actor, meeting_id: str, expected: Sequence[str], now: datetime) -> AgendaOrder:
    """Back to the order before the last one, while the list holds the same cases."""
    meeting = session.get(Meeting, meeting_id)
    permissions.require(by, "case.order", meeting.team_id if meeting else None)
    last = to_undo(session, meeting_id, expected)
    if last is None:
        raise Invalid("The agenda has changed since it was put in order, so there is nothing to put back.")
    return put(session, by=by, meeting_id=meeting_id, expected=expected, order=last.before, why=UNDONE, now=now)


def to_undo(session: Session, meeting_id: str, current: Sequence[str]) -> AgendaOrder | None:
    """The last order, if it still holds and is not itself an undoing."""
    orders = select(AgendaOrder).where(AgendaOrder.meeting_id == meeting_id)
    last = session.scalar(orders.order_by(AgendaOrder.at.desc(), AgendaOrder.id).limit(1))
    return last if last is not None and last.after == list(current) and last.why != UNDONE else None


def suggestion(
    session: Session, meeting: Meeting, lines: Mapping[str, Line], missing: Mapping[str, Sequence[str]]
) -> list[Place]:
    """The order for the cases that are still to be discussed. `missing`: by case, what is not ready, in words.

    The caller sees the meeting.
    """
    leaving = [(person, at) for person, at in coming.expected(session, meeting.id) if at.leaves is not None]
    facts = []
    for case in to_discuss(meeting):
        line = lines[case.id]
        needs = tuple(line.triage.needs) if line.triage else ()
        goes = [
            (at.leaves, f"{person.name} ({person.specialty.lower()})")
            for person, at in leaving
            if at.leaves and any(fills(person.specialty, {"specialties": [need]}) for need in needs)
        ]
        first = min(goes, default=None)
        pressing = line.waiting.pressing if line.waiting else None
        facts.append(
            Facts(
                case=case.id,
                left=pressing.left(line.waiting.today) if pressing and line.waiting else None,
                clock=pressing.say(line.waiting.today) if pressing and line.waiting else "",
                leaves=first[0] if first else None,
                leaver=first[1] if first else "",
                ready=case.stream != streams.NOT_READY,
                missing=line.triage.missing if line.triage else "",
                lacks=tuple(missing.get(case.id, ())),
                needs=needs,
                kind=case.kind,
                kind_said=streams.KINDS.get(case.kind, ""),
            )
        )
    return suggested(facts)


def to_discuss(meeting: Meeting) -> list[Case]:
    """Still to be discussed: not dealt with, and not on a standard of care."""
    return [case for case in meeting.cases if case.status in states.BEFORE and case.stream != streams.STANDARD]


def whole_order(meeting: Meeting, first: Sequence[str]) -> list[str]:
    """Every case of a meeting: those dealt with, then `first` in its order, then those on a standard of care."""
    named = set(first)
    rest = [case for case in meeting.cases if case.id not in named]
    done = [case.id for case in rest if case.stream != streams.STANDARD]
    return [*done, *first, *(case.id for case in rest if case.stream == streams.STANDARD)]


def reckoned(session: Session, meeting: Meeting, now: datetime) -> tuple[list[minutes.Slot], str]:
    """The time line of what is still to be discussed, and in a sentence what of it fits."""
    held = reckoning.past(session, meeting.team_id, now)
    cases = to_discuss(meeting)
    kinds = {case.id: (case.kind, streams.KINDS.get(case.kind, "")) for case in cases}
    rule = reckoning.rule_of(session, meeting.team_id, in_london(meeting.starts_at).date())
    estimated = minutes.estimates(kinds, held, rule.case_seconds if rule else minutes.USUAL_SECONDS)
    made = minutes.slots([case.id for case in cases], estimated, meeting.planned_minutes)
    sources = sorted({one.source for one in estimated.values()})
    said = minutes.said(made, meeting.planned_minutes)
    return made, f"{said} Reckoned from {', and '.join(sources)}." if sources else said
