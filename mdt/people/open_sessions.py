"""The sign-ins of a person, each on one browser: begun, looked through by themselves, and ended one by one."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from mdt.core import audit
from mdt.core.actor import Actor
from mdt.core.announce import after_commit
from mdt.core.errors import NotFound
from mdt.people.announcements import SessionEnded
from mdt.people.models import OpenSession, Person
from mdt.people.sessions import LASTS

PASSWORD, WITH_CODE, PASSKEY, PROVIDER = "password", "code", "passkey", "provider"
WAYS = {
    PASSWORD: "a password",
    WITH_CODE: "a password and a code",
    PASSKEY: "a passkey",
    PROVIDER: "your trust’s own sign-in",
}

# What a browser calls itself, the more particular first: Edge says that it is Chrome, and Chrome that it is Safari.
_BROWSERS = {"Edg/": "Edge", "OPR/": "Opera", "Firefox/": "Firefox", "Chrome/": "Chrome", "Safari/": "Safari"}
_SYSTEMS = ("Windows", "iPhone", "iPad", "Android", "Mac", "Linux")


def begin(
    session: Session, person: Person, *, how: str, agent: str, address: str, now: datetime, held: str | None = None
) -> OpenSession:
    """They have proved who they are on this browser. What has run out by time is forgotten.

    `held` is the session that this browser had: theirs goes on, so that its rooms do and it is listed once.
    """
    session.execute(delete(OpenSession).where(OpenSession.began_at < now - LASTS))
    before = session.get(OpenSession, held) if held else None
    goes_on = before is not None and before.person_id == person.id and before.ended_at is None
    begun = before if before is not None and goes_on else OpenSession(person_id=person.id)
    begun.session_version, begun.how, begun.began_at = person.session_version, how, now
    begun.browser, begun.address = in_words(agent), address
    session.add(begun)
    session.flush()
    return begun


def of(session: Session, by: Actor, now: datetime) -> list[OpenSession]:
    """The actor's own that may still be open, the newest first."""
    version = select(Person.session_version).where(Person.id == by.person_id).scalar_subquery()
    theirs = select(OpenSession).where(OpenSession.person_id == by.person_id, OpenSession.session_version == version)
    still = theirs.where(OpenSession.ended_at.is_(None), OpenSession.began_at > now - LASTS)
    return list(session.scalars(still.order_by(OpenSession.began_at.desc(), OpenSession.id)))


def end(session: Session, *, by: Actor, session_id: str, now: datetime) -> None:
    """One of their own is over: its pages answer nothing more, and its rooms let go of it."""
    held = session.get(OpenSession, session_id)
    if held is None or held.person_id != by.person_id:
        raise NotFound("There is no such session of yours.")
    if held.ended_at is None:
        held.ended_at = now
        after_commit(session, SessionEnded(held.id))
        audit.record(session, by, "session.ended", f"person:{by.person_id}", detail={"session": held.id}, now=now)


def in_words(agent: str) -> str:
    """E.g. "Firefox on Windows", of what a browser says it is."""
    browser = next((name for mark, name in _BROWSERS.items() if mark in agent), "")
    system = next((name for name in _SYSTEMS if name in agent), "")
    return f"{browser or 'A browser'}{f' on {system}' if system else ''}"
