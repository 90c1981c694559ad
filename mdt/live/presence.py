"""Who was in a meeting, when, and for which cases: from the rows that connections leave, by the server's clock."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from mdt.core.actor import Actor
from mdt.live import spans
from mdt.live.models import Attendance, Event
from mdt.live.queries import PRESENT_FOR
from mdt.live.spans import Span
from mdt.meeting import guests, queries
from mdt.meeting.models import Meeting, TeamPolicy
from mdt.meeting.quorum import Missing, Somebody, missing
from mdt.people import permissions
from mdt.people.models import Person
from mdt.people.permissions import OBSERVER
from mdt.people.queries import names_of, roles_now
from mdt.trusts.models import Trust


@dataclass(frozen=True)
class Attended:
    """One person's part in a meeting. `role` is what they are in the team, or "guest"."""

    person: str
    name: str
    specialty: str
    trust: str
    role: str
    spans: list[Span]
    cases: dict[str, int]  # seconds, by case

    @property
    def seconds(self) -> int:
        return round(spans.length(self.spans).total_seconds())


@dataclass(frozen=True)
class Kept:
    """A meeting's attendance: its cases in order, how many seconds each was open, and who was there."""

    meeting: Meeting
    cases: dict[str, int]
    people: list[Attended]


@dataclass(frozen=True)
class Quorum:
    """How a policy's roles were filled at a moment."""

    policy: TeamPolicy
    missing: list[Missing]
    present: list[Somebody]

    @property
    def is_quorate(self) -> bool:
        return not self.missing

    def as_json(self) -> dict[str, object]:
        return {
            "quorate": self.is_quorate,
            "missing": [one.as_json() for one in self.missing],
            "roles": len(self.policy.roles),
            "blocks": self.policy.blocks,
        }


def attendance(session: Session, by: Actor, meeting_id: str, now: datetime) -> Kept:
    """Minutes per person and case, for those who look after the meeting's record."""
    meeting = queries.meeting(session, by, meeting_id)
    permissions.require(by, "attendance.see", meeting.team_id)
    opened = case_spans(session, meeting_id, now)
    there = _spans_of_people(session, meeting_id, now)
    team = {person: role for (_, person), role in roles_now(session, {meeting.team_id}, meeting.starts_at).items()}
    known = select(Person, Trust.name).join(Trust, Trust.ods == Person.trust_ods).where(Person.id.in_(there))
    people = [
        Attended(
            person.id,
            person.name,
            person.specialty,
            trust,
            team.get(person.id, "guest"),
            there[person.id],
            {case: round(spans.together(there[person.id], when).total_seconds()) for case, when in opened.items()},
        )
        for person, trust in session.execute(known.order_by(Person.name))
    ]
    lengths = {case.id: round(spans.length(opened.get(case.id, [])).total_seconds()) for case in meeting.cases}
    return Kept(meeting, lengths, people)


def case_spans(session: Session, meeting_id: str, now: datetime) -> dict[str, list[Span]]:
    """When each case was the open one."""
    told = select(Event.kind, Event.case_id, Event.at).where(
        Event.meeting_id == meeting_id, Event.kind.in_(("case.open", "meeting.close"))
    )
    openings, end = [], now
    for kind, case_id, at in session.execute(told.order_by(Event.seq)):
        if kind == "meeting.close":
            end = at
        elif case_id is not None:
            openings.append((case_id, at))
    return spans.of_cases(openings, end)


def who_was_there(session: Session, meeting_id: str, now: datetime) -> list[tuple[str, list[Span]]]:
    """Names, and when each was connected. For those who may see the meeting; they asked before."""
    there = _spans_of_people(session, meeting_id, now)
    names = names_of(session, there)
    return sorted((names[person], when) for person, when in there.items())


def quorum_at(session: Session, meeting: Meeting, policy: TeamPolicy | None, at: datetime) -> Quorum | None:
    """Who of the policy's roles was there at a moment; None where the team has no policy, or one without roles.

    Observers do not count. An admitted guest who takes part does.
    """
    if policy is None or not policy.roles:
        return None
    team = {person: role for (_, person), role in roles_now(session, {meeting.team_id}, at).items()}
    taking_part = {person for person, role in team.items() if role != OBSERVER}
    visiting = {one.person for one in guests.at_the_door(session, meeting.id) if one.role not in (None, OBSERVER)}
    here = _present(session, meeting.id, at) & (taking_part | visiting)
    people = _people(session, here | taking_part)
    present = [one for one in people if one.person in here]
    members = [one for one in people if one.person in taking_part]
    return Quorum(policy, missing(policy.roles, present, members), present)


def _present(session: Session, meeting_id: str, at: datetime) -> set[str]:
    """Connected at a moment, or so shortly before that their line may only be coming back."""
    there = select(Attendance.person_id).where(
        Attendance.meeting_id == meeting_id,
        Attendance.joined_at <= at,
        or_(Attendance.left_at.is_(None), Attendance.left_at >= at - spans.GRACE),
        Attendance.seen_at >= at - PRESENT_FOR,
    )
    return set(session.scalars(there))


def _spans_of_people(session: Session, meeting_id: str, now: datetime) -> dict[str, list[Span]]:
    there = select(Attendance).where(Attendance.meeting_id == meeting_id)
    found: dict[str, list[Span]] = {}
    for row in session.scalars(there):
        still = row.left_at is None and row.seen_at > now - PRESENT_FOR
        end = now if still else row.left_at or row.seen_at
        found.setdefault(row.person_id, []).append((row.joined_at, end))
    return {person: spans.joined(each) for person, each in found.items()}


def _people(session: Session, ids: Iterable[str]) -> list[Somebody]:
    known = select(Person.id, Person.name, Person.specialty).where(Person.id.in_(set(ids)), Person.active)
    return [Somebody(*row) for row in session.execute(known.order_by(Person.name))]
