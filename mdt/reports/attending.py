"""Who came to a team's meetings: each core role filled or not, and each member's own share.

The Royal College of Radiologists (Cancer MDT meetings, 2nd edition 2014) asks that core members attend at least two of
three meetings.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mdt.core.among import among
from mdt.core.versions import in_force
from mdt.live.models import Attendance
from mdt.meeting.models import Guest, Meeting, TeamPolicy
from mdt.meeting.quorum import fills
from mdt.people import versions
from mdt.people.models import Membership, Person
from mdt.people.permissions import TAKING_PART
from mdt.reports.facts import Sitting

ENOUGH = 2 / 3
LONGEST = timedelta(hours=12)  # whoever looks into a meeting's room later than this was not at the meeting


@dataclass(frozen=True)
class Came:
    """A role, or a person with their specialty: to how many of the meetings that asked for them they came."""

    name: str
    to: int
    of: int
    specialty: str = ""

    @property
    def percent(self) -> float:
        return 100 * self.to / self.of

    @property
    def is_enough(self) -> bool:
        return self.to >= ENOUGH * self.of


@dataclass(frozen=True)
class Attending:
    """`roles` as the policy of each meeting's day names them; `people` are members who fill one of them."""

    roles: tuple[Came, ...] = ()
    people: tuple[Came, ...] = ()
    without_policy: int = 0  # meetings


def of_team(session: Session, team_id: str, held: Sequence[Sitting]) -> Attending:
    """Connected at any moment from the planned start on; observers do not count, admitted guests who take part do."""
    if not held:
        return Attending()
    policies = versions.history(session, TeamPolicy, team_id)
    members = session.execute(
        select(Membership, Person)
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.team_id == team_id, Membership.role.in_(TAKING_PART))
        .order_by(Person.name)
    ).all()
    there = _there(session, held)
    visiting = _visiting(session, held)
    roles: dict[str, list[bool]] = {}
    people: dict[str, list[bool]] = {}
    known = {person.id: person for _, person in members}
    without = 0
    for one in held:
        policy = in_force(policies, one.day)
        if policy is None or not policy.roles:
            without += 1
            continue
        of_day = {row.person_id for row, _ in members if _is_of(row, one.day)}
        came = there.get(one.id, {})
        counting = {who: said for who, said in came.items() if who in of_day or (one.id, who) in visiting}
        for role in policy.roles:
            filled = sum(fills(said, role) for said in counting.values())
            roles.setdefault(role["name"], []).append(filled >= role["count"])
        for person_id in of_day:
            if any(fills(known[person_id].specialty, role) for role in policy.roles):
                people.setdefault(person_id, []).append(person_id in came)
    return Attending(
        roles=tuple(Came(name, sum(filled), len(filled)) for name, filled in roles.items()),
        people=tuple(
            Came(person.name, sum(people[who]), len(people[who]), person.specialty)
            for who, person in known.items()
            if who in people
        ),
        without_policy=without,
    )


def _there(session: Session, held: Sequence[Sitting]) -> dict[str, dict[str, str]]:
    """By meeting, the specialty of everybody who was connected to it."""
    left = func.coalesce(Attendance.left_at, Attendance.seen_at)
    spans = (
        select(
            Attendance.meeting_id,
            Attendance.person_id,
            Person.specialty,
            func.max(left).label("left"),
            func.min(Attendance.joined_at).label("joined"),
        )
        .join(Person, Person.id == Attendance.person_id)
        .join(Meeting, Meeting.id == Attendance.meeting_id)
        .where(among(Attendance.meeting_id, [one.id for one in held]), left >= Meeting.starts_at)
        .group_by(Attendance.meeting_id, Attendance.person_id, Person.specialty)
    )
    began = {one.id: one.at for one in held}
    found: dict[str, dict[str, str]] = {}
    for row in session.execute(spans):
        if row.joined <= began[row.meeting_id] + LONGEST:
            found.setdefault(row.meeting_id, {})[row.person_id] = row.specialty
    return found


def _is_of(held: Membership, day: date) -> bool:
    return held.starts <= day and (held.ends is None or held.ends >= day)


def _visiting(session: Session, held: Sequence[Sitting]) -> set[tuple[str, str]]:
    """Guests who were admitted to take part, by meeting."""
    admitted = select(Guest.meeting_id, Guest.person_id).where(Guest.role.in_(TAKING_PART))
    found = session.execute(admitted.where(among(Guest.meeting_id, [one.id for one in held])))
    return {(meeting_id, person_id) for meeting_id, person_id in found}
