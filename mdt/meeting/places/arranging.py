"""Suggest an order, use it, put back the one before; who leaves early; what the team reckons for a case."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from mdt.core import audit
from mdt.core.actor import Actor
from mdt.core.announce import after_commit
from mdt.core.clock import in_london
from mdt.core.errors import Invalid, NotFound
from mdt.meeting import progress, states
from mdt.meeting.actions import reorder
from mdt.meeting.announcements import AgendaChanged
from mdt.meeting.lines import Line
from mdt.meeting.models import Case, Meeting
from mdt.meeting.places import minutes
from mdt.meeting.places.models import AgendaOrder, AgendaRule, Expected
from mdt.meeting.places.order import Facts, Place, suggested
from mdt.meeting.quorum import fills
from mdt.meeting.triage import streams
from mdt.people import permissions, versions
from mdt.people.models import Membership, Person

MOVED, SUGGESTED, UNDONE = "moved", "suggested", "undone"
HISTORY = timedelta(days=365)
MOST_HISTORY = 2000


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
    session: Session, meeting: Meeting, lines: Mapping[str, Line], imaging_ready: Mapping[str, bool]
) -> list[Place]:
    """The order for the cases that are still to be discussed; `imaging_ready` by case. The caller sees the meeting."""
    leaving = [(person, at) for person, at in expected(session, meeting.id) if at.leaves is not None]
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
                imaging_ready=imaging_ready.get(case.id, True),
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
    past = (
        select(Case.kind, Case.discussed_seconds)
        .join(Meeting)
        .where(
            Meeting.team_id == meeting.team_id,
            Meeting.status == progress.CLOSED,
            Meeting.starts_at >= now - HISTORY,
            Case.discussed_seconds > 0,
        )
        .order_by(Meeting.starts_at.desc())
        .limit(MOST_HISTORY)
    )
    held = [(row.kind, row.discussed_seconds) for row in session.execute(past)]
    cases = to_discuss(meeting)
    kinds = {case.id: (case.kind, streams.KINDS.get(case.kind, "")) for case in cases}
    rule = rule_of(session, meeting.team_id, in_london(meeting.starts_at).date())
    estimated = minutes.estimates(kinds, held, rule.case_seconds if rule else minutes.USUAL_SECONDS)
    made = minutes.slots([case.id for case in cases], estimated, meeting.planned_minutes)
    sources = sorted({one.source for one in estimated.values()})
    said = minutes.said(made, meeting.planned_minutes)
    return made, f"{said} Reckoned from {', and '.join(sources)}." if sources else said


def rule_of(session: Session, team_id: str, day: date) -> AgendaRule | None:
    """What the team reckons with on a day."""
    return versions.on(session, AgendaRule, team_id, day)


def expected(session: Session, meeting_id: str) -> list[tuple[Person, Expected]]:
    """Who said when they come and go, whoever leaves first first."""
    rows = select(Person, Expected).join(Expected, Expected.person_id == Person.id)
    found = session.execute(rows.where(Expected.meeting_id == meeting_id)).all()
    return sorted(((row[0], row[1]) for row in found), key=lambda pair: (pair[1].leaves or time.max, pair[0].name))


def expect(
    session: Session, *, by: Actor, meeting_id: str, person_id: str, leaves: time | None, now: datetime
) -> Expected:
    """When a member of the team must leave this meeting; nothing: they stay. Anybody says it of themselves."""
    meeting = session.get(Meeting, meeting_id, with_for_update=True)
    if meeting is None:
        raise NotFound("There is no such meeting.")
    permissions.require(by, "meeting.see" if person_id == by.person_id else "case.order", meeting.team_id)
    member = select(Membership.id).where(Membership.team_id == meeting.team_id, Membership.person_id == person_id)
    if session.scalar(member) is None:
        raise Invalid("Select somebody of the team.")
    mine = select(Expected).where(Expected.meeting_id == meeting_id, Expected.person_id == person_id)
    said = session.scalar(mine)
    if said is None:
        said = Expected(meeting_id=meeting_id, person_id=person_id)
        session.add(said)
    said.leaves, said.set_by, said.set_at = leaves, by.person_id, now
    session.flush()
    detail = {"person": person_id, "leaves": f"{leaves:%H:%M}" if leaves else None}
    audit.record(session, by, "presence.expected", f"meeting:{meeting_id}", detail=detail, now=now)
    after_commit(session, AgendaChanged(meeting_id))
    return said
