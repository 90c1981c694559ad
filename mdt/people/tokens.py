"""Bearer tokens for programs. One reads what its person may see today; another lets a trust send. None does both.

A token is shown once and only its hash is kept: 32 random bytes need no slow hash. It ends on its day, when it is
revoked, or with its person.
"""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from mdt.core import audit
from mdt.core.actor import Actor
from mdt.core.errors import Invalid, NotFound
from mdt.people.models import AccessToken, Person
from mdt.people.permissions import require
from mdt.people.queries import person_by_email, roles_of
from mdt.trusts.models import Trust

READ, SEND = "dicomweb", "stow"
SCOPES = (READ, SEND)
DAYS, MOST_DAYS = 90, 366
NOTED_EVERY = timedelta(minutes=1)  # how stale `last_used_at` may be

_PREFIX = "mdt_"  # so that a token that leaked into a file can be found by those who look for such

# Built once: it is asked for every frame that a viewer brings.
_HELD = (
    select(AccessToken.__table__, Person.name, Person.trust_ods.label("works_for"), Person.administrator, Person.active)
    .outerjoin(Person, Person.id == AccessToken.person_id)
    .where(AccessToken.hash == bindparam("hash"))
)


@dataclass(frozen=True)
class Made:
    """A new token and, only now, the secret itself."""

    token: AccessToken
    secret: str


@dataclass(frozen=True)
class Grant:
    """Who shows a token that holds until `ends`: a person as today, or a trust. `noted` is its last noted use."""

    token_id: str
    scope: str
    person: Actor | None
    trust_ods: str | None
    ends: datetime
    noted: datetime | None


def make_for_person(session: Session, *, by: Actor, email: str, days: int, now: datetime) -> Made:
    """A token with which a program reads as this person may."""
    require(by, "people.manage")
    person = person_by_email(session, email)
    if person is None or not person.active:
        raise NotFound(f"Nobody who can sign in has the e-mail address {email}.")
    return _make(session, by, AccessToken(scope=READ, person_id=person.id), days, now)


def make_for_trust(session: Session, *, by: Actor, trust_ods: str, days: int, now: datetime) -> Made:
    """A token with which a trust's archive sends its own objects, and reads nothing."""
    require(by, "people.manage")
    if session.get(Trust, trust_ods) is None:
        raise NotFound(f"There is no trust with the ODS code {trust_ods}.")
    return _make(session, by, AccessToken(scope=SEND, trust_ods=trust_ods), days, now)


def revoke(session: Session, *, by: Actor, token_id: str, now: datetime) -> AccessToken:
    """It is worth nothing from now on."""
    require(by, "people.manage")
    token = session.get(AccessToken, token_id)
    if token is None:
        raise NotFound(f"There is no token with the id {token_id}.")
    if token.revoked_at is None:
        token.revoked_at = now
        audit.record(session, by, "token.revoked", f"token:{token.id}", now=now)
    return token


def revoke_all_of(session: Session, person_id: str, now: datetime) -> None:
    """Every token of a person, when their password is set anew or they leave; the caller audits that."""
    theirs = update(AccessToken).where(AccessToken.person_id == person_id, AccessToken.revoked_at.is_(None))
    session.execute(theirs.values(revoked_at=now))


def every(session: Session, by: Actor) -> Sequence[tuple[AccessToken, Person | None]]:
    """All tokens with their persons, newest first; for those who look after people."""
    require(by, "people.manage")
    wanted = select(AccessToken, Person).outerjoin(Person, Person.id == AccessToken.person_id)
    return [(token, person) for token, person in session.execute(wanted.order_by(AccessToken.made_at.desc()))]


def grant(session: Session, secret: str, now: datetime) -> Grant | None:
    """Who shows this token, asked anew on every request; None when it does not hold (any more)."""
    if not secret.startswith(_PREFIX):
        return None
    found = session.connection().execute(_HELD, {"hash": _hashed(secret)}).one_or_none()
    if found is None or found.revoked_at is not None or found.expires_at <= now:
        return None
    actor = None
    if found.person_id is not None:
        if not found.active:
            return None
        roles = roles_of(session, found.person_id, now)
        actor = Actor(found.person_id, found.name, found.works_for, found.administrator, roles)
    return Grant(found.id, found.scope, actor, found.trust_ods, found.expires_at, found.last_used_at)


def is_worth_noting(held: Grant, now: datetime) -> bool:
    """Whether its last noted use is old enough to be written anew."""
    return held.noted is None or now - held.noted > NOTED_EVERY


def note_use(session: Session, token_id: str, now: datetime) -> None:
    session.execute(update(AccessToken).where(AccessToken.id == token_id).values(last_used_at=now))


def _make(session: Session, by: Actor, token: AccessToken, days: int, now: datetime) -> Made:
    if not 1 <= days <= MOST_DAYS:
        raise Invalid(f"A token lasts from 1 to {MOST_DAYS} days.")
    secret = _PREFIX + secrets.token_urlsafe(32)
    token.hash, token.made_at, token.expires_at = _hashed(secret), now, now + timedelta(days=days)
    session.add(token)
    session.flush()
    detail = {"scope": token.scope, "person": token.person_id, "trust": token.trust_ods, "days": days}
    audit.record(session, by, "token.made", f"token:{token.id}", detail=detail, now=now)
    return Made(token, secret)


def _hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()
