"""Read people and build the actors that everything else is asked for."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import BindParameter, ColumnElement, bindparam, or_, select
from sqlalchemy.orm import Session, selectinload

from mdt.core.actor import Actor
from mdt.core.clock import in_london
from mdt.people.models import Membership, OpenSession, Person, Team
from mdt.people.permissions import MANAGER, TAKING_PART, require


def actor_for(
    session: Session, person_id: str, session_version: int, now: datetime, session_id: str | None = None
) -> Actor | None:
    """The person as they are today, or None when this session of theirs has been ended.

    Cheap enough to ask again on every request and every socket message. `session_id` is None for sign-ins from before
    they were written down one by one.
    """
    person = session.get(Person, person_id)
    if person is None or not person.active or person.session_version != session_version:
        return None
    if session_id is not None and not _is_open(session.get(OpenSession, session_id), person_id):
        return None
    return build_actor(session, person, now)


def _is_open(held: OpenSession | None, person_id: str) -> bool:
    return held is not None and held.person_id == person_id and held.ended_at is None


def build_actor(session: Session, person: Person, now: datetime) -> Actor:
    """A person with the roles of the memberships valid today, by the calendar in London."""
    held = _held(session, person.id, now)
    return Actor(
        person_id=person.id,
        name=person.name,
        trust_ods=person.trust_ods,
        administrator=person.administrator,
        roles=_of_meetings(held),
        manages=frozenset(team_id for team_id, role in held.items() if role == MANAGER),
    )


def roles_of(session: Session, person_id: str, now: datetime) -> dict[str, str]:
    """What a person is today in meetings, by team."""
    return _of_meetings(_held(session, person_id, now))


def _held(session: Session, person_id: str, now: datetime) -> dict[str, str]:
    today = {"person": person_id, "day": in_london(now).date()}
    return {team_id: role for team_id, role in session.connection().execute(_ROLES_OF, today)}  # noqa: C416 - rows


def _of_meetings(held: dict[str, str]) -> dict[str, str]:
    return {team_id: role for team_id, role in held.items() if role != MANAGER}


def teams_of(session: Session, by: Actor) -> list[Team]:
    """The teams the actor meets in, by name."""
    return list(session.scalars(select(Team).where(Team.id.in_(by.roles)).order_by(Team.name)))


@dataclass(frozen=True)
class Known:
    """A person with what they are in each team, by the team's name."""

    person: Person
    roles: tuple[tuple[str, str], ...]


def everybody(session: Session, by: Actor) -> list[Known]:
    """Everybody who can sign in, by name; for those who look after people."""
    require(by, "people.manage")
    people = select(Person).where(Person.active).order_by(Person.name)
    together = people.options(selectinload(Person.memberships).selectinload(Membership.team))
    return [
        Known(person, tuple(sorted((held.team.name, held.role) for held in person.memberships)))
        for person in session.scalars(together)
    ]


def names_of(session: Session, person_ids: Iterable[str | None]) -> dict[str, str]:
    """What people are called, by their ids."""
    wanted = select(Person.id, Person.name).where(Person.id.in_({one for one in person_ids if one}))
    return {row.id: row.name for row in session.execute(wanted)}


def names_in_team(session: Session, team_id: str, now: datetime) -> list[str]:
    """Those who take part in a team's meetings today (not those who only observe), in order of their names."""
    members = select(Person.name).join(Person.memberships).where(Membership.team_id == team_id, Person.active)
    members = members.where(Membership.role.in_(TAKING_PART))
    return list(session.scalars(members.where(*valid_on(in_london(now).date())).order_by(Person.name)))


def members_of(session: Session, team_id: str, day: date) -> list[Person]:
    """Who takes part in a team's meetings on a day, in order of their names."""
    members = select(Person).join(Person.memberships).where(Membership.team_id == team_id, Person.active)
    members = members.where(Membership.role.in_(TAKING_PART), *valid_on(day))
    return list(session.scalars(members.order_by(Person.name)))


def holders(session: Session, team_id: str, role: str, day: date) -> list[str]:
    """The ids of those who hold a role in a team on a day."""
    held = select(Membership.person_id).join(Membership.person).where(Membership.team_id == team_id, Person.active)
    return list(session.scalars(held.where(Membership.role == role, *valid_on(day)).order_by(Person.name)))


def person_by_email(session: Session, email: str) -> Person | None:
    """E-mail addresses are compared without case, as people type them."""
    return session.scalar(select(Person).where(Person.email == email.strip().lower()))


def roles_now(session: Session, team_ids: Collection[str], now: datetime) -> dict[tuple[str, str], str]:
    """The role of each (team, person) who is of one of these teams' meetings today."""
    held = select(Membership.team_id, Membership.person_id, Membership.role).where(
        Membership.team_id.in_(team_ids), Membership.role != MANAGER, *valid_on(in_london(now).date())
    )
    return {(team_id, person_id): role for team_id, person_id, role in session.execute(held)}


def session_versions(session: Session, person_ids: Collection[str]) -> dict[str, int]:
    """The session version of each of these people who may sign in."""
    active = select(Person.id, Person.session_version).where(Person.id.in_(person_ids), Person.active)
    return {person: version for person, version in session.execute(active)}  # noqa: C416 - rows


def ended_among(session: Session, session_ids: Collection[str]) -> set[str]:
    """Which of these open sessions have been ended."""
    ended = select(OpenSession.id).where(OpenSession.id.in_(session_ids), OpenSession.ended_at.is_not(None))
    return set(session.scalars(ended))


def valid_on(day: date | BindParameter[date]) -> tuple[ColumnElement[bool], ...]:
    """Of memberships: those that hold on a day."""
    return Membership.starts <= day, or_(Membership.ends.is_(None), Membership.ends >= day)


# Built once: it is asked on every request and every socket message.
_ROLES_OF = select(Membership.team_id, Membership.role).where(
    Membership.person_id == bindparam("person"), *valid_on(bindparam("day"))
)


def shows_machine_layers(session: Session, team_id: str) -> bool:
    """Whether a team wants what machines drew over images to be seen from the start."""
    return session.get_one(Team, team_id).machine_layers
