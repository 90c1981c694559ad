"""Signing in, in two steps around the slow password check: what to check against, and what then becomes of it."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from mdt.core import audit
from mdt.core.actor import Actor
from mdt.core.announce import after_commit
from mdt.people import open_sessions, passwords, second_factor, throttle
from mdt.people.announcements import SessionsEnded
from mdt.people.models import Person, WrongPasswords
from mdt.people.queries import build_actor, person_by_email

_NOBODY = Actor(person_id=None, name="nobody signed in")
_WRONG = "The e-mail address or the password is not right."


@dataclass(frozen=True)
class Attempt:
    """Somebody at `address` says they are `email`. `device`: the browser, when they have signed in on it before."""

    email: str
    address: str
    device: str = ""

    def counted_under(self) -> list[tuple[str, throttle.Limit]]:
        email, address = self.email.strip().lower(), self.address
        if self.device:
            return [(_key("device", email, self.device), throttle.KNOWN_DEVICE)]
        return [
            (_key("pair", email, address), throttle.PAIR),
            (_key("email", email), throttle.EMAIL),
            (_key("address", address), throttle.ADDRESS),
        ]


@dataclass(frozen=True)
class Answer:
    """The person who is now signed in, or the sentence that says why nobody is.

    `needs_second`: they are, once they have shown their second factor too.
    """

    person: Person | None
    sentence: str = ""
    needs_second: bool = False


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
    _forget_failures(session, attempt.counted_under()[0][0])
    if second_factor.is_asked_of(session, person.id):
        return Answer(person, needs_second=True)
    return signed_in(session, person, open_sessions.PASSWORD, now)


def conclude_second(session: Session, person_id: str, typed: str, our_key: str, now: datetime) -> Answer:
    """After a right password: the code of the app, or one from paper. Wrong ones are counted for the person."""
    person, counted = session.get(Person, person_id), [(_key("code", person_id), throttle.CODE)]
    if person is None or not person.active:
        return Answer(None, "Sign in again.")
    if wait := _longest_wait(session, counted, now):
        return Answer(None, f"Too many wrong codes. Wait {_in_words(wait)} and try again.")
    if not second_factor.take(session, person_id, typed, our_key, now):
        _count(session, counted, now)
        audit.record(session, _NOBODY, "sign-in.code-failed", f"person:{person_id}", now=now)
        return Answer(None, "That code is not right, or was used before. Wait for the next one.")
    _forget_failures(session, counted[0][0])
    return signed_in(session, person, open_sessions.WITH_CODE, now)


def signed_in(session: Session, person: Person, how: str, now: datetime) -> Answer:
    """They have proved who they are, one way or another."""
    by = build_actor(session, person, now)
    audit.record(session, by, "sign-in", f"person:{person.id}", detail={"how": how}, now=now)
    return Answer(person)


def sign_out(session: Session, *, by: Actor, now: datetime) -> None:
    """Every open session of theirs ends: a copy of the cookie is worth nothing, and live rooms let go of them."""
    person = session.get_one(Person, by.person_id)
    person.session_version += 1
    after_commit(session, SessionsEnded(person.id))
    audit.record(session, by, "sign-out", f"person:{by.person_id}", now=now)


def _wait(session: Session, attempt: Attempt, now: datetime) -> timedelta:
    return _longest_wait(session, attempt.counted_under(), now)


def _longest_wait(session: Session, counted: list[tuple[str, throttle.Limit]], now: datetime) -> timedelta:
    longest = timedelta(0)
    for key, limit in counted:
        row = session.get(WrongPasswords, key)
        if row is not None:
            longest = max(longest, throttle.still_to_wait(limit, row.failures, row.last_at, now))
    return longest


def _wait_answer(wait: timedelta) -> Answer:
    return Answer(None, f"Too many wrong passwords. Wait {_in_words(wait)} and try again.")


def _in_words(wait: timedelta) -> str:
    seconds = int(wait.total_seconds()) + 1
    return f"{seconds} seconds" if seconds <= 90 else f"{-(-seconds // 60)} minutes"


def _forget_failures(session: Session, key: str) -> None:
    session.execute(delete(WrongPasswords).where(WrongPasswords.key == key))


def _count_failure(session: Session, attempt: Attempt, now: datetime) -> None:
    _count(session, attempt.counted_under(), now)


def _count(session: Session, counted: list[tuple[str, throttle.Limit]], now: datetime) -> None:
    session.execute(delete(WrongPasswords).where(WrongPasswords.last_at < now - throttle.FORGOTTEN_AFTER))
    for key, _ in counted:
        row = session.get(WrongPasswords, key)
        if row is None:
            session.add(WrongPasswords(key=key, failures=1, last_at=now))
        else:
            row.failures, row.last_at = row.failures + 1, now


def _key(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
