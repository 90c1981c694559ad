"""Add people and teams, say who is what in which team, and end it. Every act is audited."""

import re
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mdt.core import audit
from mdt.core.actor import Actor
from mdt.core.announce import after_commit
from mdt.core.errors import Invalid, NotFound
from mdt.people import second_factor
from mdt.people.announcements import SessionsEnded
from mdt.people.models import Membership, Person, Team
from mdt.people.permissions import ROLES, require
from mdt.people.queries import person_by_email
from mdt.people.tokens import revoke_all_of
from mdt.trusts.models import Trust

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def add_person(
    session: Session,
    *,
    by: Actor,
    email: str,
    name: str,
    trust_ods: str,
    password_hash: str,
    now: datetime,
    specialty: str = "",
    administrator: bool = False,
) -> Person:
    """Somebody who can sign in from now on. `password_hash` is made by `passwords.hashed` before the transaction."""
    require(by, "people.manage")
    email, name = email.strip().lower(), name.strip()
    if not _EMAIL.fullmatch(email):
        raise Invalid(f"{email!r} is not an e-mail address.")
    if not name:
        raise Invalid("Enter the person's name.")
    if person_by_email(session, email) is not None:
        raise Invalid(f"There is already a person with the e-mail address {email}.")
    if session.get(Trust, trust_ods) is None:
        raise Invalid(f"There is no trust with the ODS code {trust_ods}.")
    person = Person(
        email=email,
        name=name,
        specialty=specialty.strip(),
        trust_ods=trust_ods,
        password_hash=password_hash,
        administrator=administrator,
    )
    session.add(person)
    session.flush()
    detail = {"trust": trust_ods, "administrator": administrator}
    audit.record(session, by, "person.added", f"person:{person.id}", detail=detail, now=now)
    return person


def set_password(session: Session, *, by: Actor, person_id: str, password_hash: str, now: datetime) -> None:
    """A new password, by the person or an administrator; every open session and every token of theirs ends."""
    if by.person_id != person_id:
        require(by, "people.manage")
    person = _person(session, person_id)
    person.password_hash = password_hash
    _end_sessions(session, person)
    revoke_all_of(session, person.id, now)
    audit.record(session, by, "person.password-set", f"person:{person.id}", now=now)


def forget_second_factors(session: Session, *, by: Actor, person_id: str, now: datetime) -> None:
    """Somebody has lost telephone and paper: a password alone signs them in, until they set one up again."""
    require(by, "people.manage")
    person = _person(session, person_id)
    second_factor.forget_all(session, person.id)
    _end_sessions(session, person)
    audit.record(session, by, "second-factors.forgotten", f"person:{person.id}", now=now)


def deactivate(session: Session, *, by: Actor, person_id: str, now: datetime) -> None:
    """They can no longer sign in, and every open session and token of theirs ends. What they did stays theirs."""
    require(by, "people.manage")
    person = _person(session, person_id)
    person.active = False
    _end_sessions(session, person)
    revoke_all_of(session, person.id, now)
    audit.record(session, by, "person.deactivated", f"person:{person.id}", now=now)


def add_team(session: Session, *, by: Actor, name: str, mdt_type: str, host_ods: str, now: datetime) -> Team:
    """A team that meets. `mdt_type` is the four-digit COSD CR3190 code."""
    require(by, "people.manage")
    if not name.strip():
        raise Invalid("Enter the team's name.")
    if not re.fullmatch(r"\d{4}", mdt_type):
        raise Invalid(f"{mdt_type!r} is not a four-digit COSD meeting type (CR3190).")
    if session.get(Trust, host_ods) is None:
        raise Invalid(f"There is no trust with the ODS code {host_ods}.")
    team = Team(name=name.strip(), mdt_type=mdt_type, host_ods=host_ods)
    session.add(team)
    session.flush()
    audit.record(session, by, "team.added", f"team:{team.id}", detail={"mdt_type": mdt_type}, now=now)
    return team


def show_machine_layers(session: Session, *, by: Actor, team_id: str, shown: bool, now: datetime) -> None:
    """Whether what machines drew over images is seen by a team from the start, or only when it is switched on."""
    require(by, "people.manage")
    team = session.get(Team, team_id)
    if team is None:
        raise NotFound("There is no such team.")
    team.machine_layers = shown
    audit.record(session, by, "team.machine-layers", f"team:{team.id}", detail={"shown": shown}, now=now)


def add_membership(
    session: Session,
    *,
    by: Actor,
    person_id: str,
    team_id: str,
    role: str,
    starts: date,
    now: datetime,
    ends: date | None = None,
) -> Membership:
    """What a person is in a team, from `starts` to `ends` (inclusive). Saying it again changes it."""
    require(by, "people.manage")
    person = _person(session, person_id)
    if session.get(Team, team_id) is None:
        raise NotFound("There is no such team.")
    if role not in ROLES:
        raise Invalid(f"{role!r} is not a role; the roles are {', '.join(ROLES)}.")
    if ends is not None and ends < starts:
        raise Invalid("A membership cannot end before it starts.")
    held = _membership(session, person_id, team_id)
    if held is None:
        held = Membership(person_id=person_id, team_id=team_id, role=role, starts=starts, ends=ends)
        session.add(held)
    else:
        held.role, held.starts, held.ends = role, starts, ends
        _end_sessions(session, person)
    session.flush()
    detail = {"team": team_id, "role": role, "starts": starts.isoformat(), "ends": ends and ends.isoformat()}
    audit.record(session, by, "membership.set", f"person:{person_id}", detail=detail, now=now)
    return held


def end_membership(session: Session, *, by: Actor, person_id: str, team_id: str, last_day: date, now: datetime) -> None:
    """The last day they belong to the team (yesterday: they are out now). Every open session of theirs ends."""
    require(by, "people.manage")
    held = _membership(session, person_id, team_id)
    if held is None:
        raise NotFound("They are not in that team.")
    held.ends = last_day
    _end_sessions(session, _person(session, person_id))
    detail = {"team": team_id, "last_day": last_day.isoformat()}
    audit.record(session, by, "membership.ended", f"person:{person_id}", detail=detail, now=now)


def _person(session: Session, person_id: str) -> Person:
    person = session.get(Person, person_id)
    if person is None:
        raise NotFound("There is no such person.")
    return person


def _membership(session: Session, person_id: str, team_id: str) -> Membership | None:
    return session.scalar(select(Membership).where(Membership.person_id == person_id, Membership.team_id == team_id))


def _end_sessions(session: Session, person: Person) -> None:
    person.session_version += 1
    after_commit(session, SessionsEnded(person.id))
