"""Signing in, in two steps around the slow password check: what to check against, and what then becomes of it."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from mdt.core import audit
from mdt.core.actor import Actor
from mdt.core.announce import after_commit
from mdt.people import passwords, throttle
from mdt.people.announcements import SessionsEnded
from mdt.people.models import Person, WrongPasswords
from mdt.people.queries import build_actor, person_by_email

_NOBODY = Actor(person_id=None, name="nobody signed in")
_WRONG = "The e-mail address or the password is not right."


@dataclass(frozen=True)
class Attempt:
    """Somebody at `address` says they are `email`."""

    email: str
    address: str

    def counted_under(self) -> list[tuple[str, throttle.Limit]]:
        email, address = self.email.strip().lower(), self.address
        return [
            (_key("pair", email, address), throttle.PAIR),
            (_key("email", email), throttle.EMAIL),
            (_key("address", address), throttle.ADDRESS),
        ]


@dataclass(frozen=True)
class Answer:
    """The person who is now signed in, or the sentence that says why nobody is."""

    person: Person | None
    sentence: str = ""


def hash_to_check(session: Session, attempt: Attempt, now: datetime) -> str | Answer:
    """Step one, read only: the hash to check the typed password against, or a refusal to look at it yet."""
    if wait := _wait(session, attempt, now):
        return _wait_answer(wait)
    person = person_by_email(session, attempt.email)
    return person.password_hash if person is not None and person.active else passwords.NOBODYS


def conclude(session: Session, attempt: Attempt, checked: passwords.Checked, now: datetime) -> Answer:
    """Step two, in a write transaction: sign in, or count the failure. Both are audited; neither raises."""
    if wait := _wait(session, attempt, now):  # others may have failed while this password was being checked
        return _wait_answer(wait)
    person = person_by_email(session, attempt.email)
    if person is None or not person.active or not checked.right:
        _count_failure(session, attempt, now)
        subject = "person:unknown" if person is None else f"person:{person.id}"
        audit.record(session, _NOBODY, "sign-in.failed", subject, now=now)
        return Answer(None, _WRONG)
    if checked.newer_hash:
        person.password_hash = checked.newer_hash
    pair, _ = attempt.counted_under()[0]
    session.execute(delete(WrongPasswords).where(WrongPasswords.key == pair))
    audit.record(session, build_actor(session, person, now), "sign-in", f"person:{person.id}", now=now)
    return Answer(person)


def sign_out(session: Session, *, by: Actor, now: datetime) -> None:
    """Every open session of theirs ends: a copy of the cookie is worth nothing, and live rooms let go of them."""
    person = session.get_one(Person, by.person_id)
    person.session_version += 1
    after_commit(session, SessionsEnded(person.id))
    audit.record(session, by, "sign-out", f"person:{by.person_id}", now=now)


def _wait(session: Session, attempt: Attempt, now: datetime) -> timedelta:
    longest = timedelta(0)
    for key, limit in attempt.counted_under():
        row = session.get(WrongPasswords, key)
        if row is not None:
            longest = max(longest, throttle.still_to_wait(limit, row.failures, row.last_at, now))
    return longest


def _wait_answer(wait: timedelta) -> Answer:
    seconds = int(wait.total_seconds()) + 1
    return Answer(None, f"Too many wrong passwords. Wait {seconds} seconds and try again.")


def _count_failure(session: Session, attempt: Attempt, now: datetime) -> None:
    session.execute(delete(WrongPasswords).where(WrongPasswords.last_at < now - throttle.FORGOTTEN_AFTER))
    for key, _ in attempt.counted_under():
        row = session.get(WrongPasswords, key)
        if row is None:
            session.add(WrongPasswords(key=key, failures=1, last_at=now))
        else:
            row.failures, row.last_at = row.failures + 1, now


def _key(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
