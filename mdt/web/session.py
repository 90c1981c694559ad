"""Sign-in sessions over HTTP: a signed cookie says who it is, the database says what they may be today.

Every page is for people who are signed in, unless its view is marked `@public`.
"""

from collections.abc import Callable, Hashable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, cast

from flask import Flask, Response, current_app, g, request, session
from flask.sessions import SecureCookieSessionInterface, SessionMixin

from mdt.bootstrap import House
from mdt.core.actor import Actor
from mdt.core.clock import utc_now
from mdt.core.errors import NotSignedIn
from mdt.meeting import guests
from mdt.people import open_sessions
from mdt.people.models import Person
from mdt.people.queries import actor_for
from mdt.people.sessions import LASTS, SEEN_EVERY, SignIn
from mdt.web import memory

View = Callable[..., Any]

HALF_FOR = timedelta(minutes=5)  # between the password and the second factor
_HALF = "half"


def house() -> House:
    """The parts this app was built from."""
    return cast(House, current_app.extensions["mdt.house"])


def public(view: View) -> View:
    """Mark a view as open to somebody who is not signed in."""
    view.is_public = True  # type: ignore[attr-defined]
    return view


def unattended(view: View) -> View:
    """Mark a view that scripts ask by themselves: it does not count as somebody being there."""
    view.is_unattended = True  # type: ignore[attr-defined]
    return view


def current_actor() -> Actor:
    """Who is asking, with today's roles; raises NotSignedIn."""
    actor = signed_in_actor()
    if actor is None:
        raise NotSignedIn("Sign in to see this page.")
    return actor


def signed_in_actor() -> Actor | None:
    """Who is asking, or None. Asked of the database once per request."""
    if "actor" not in g:
        g.actor = _actor_of_cookie()
    return cast(Actor | None, g.actor)


def _actor_of_cookie() -> Actor | None:
    held, now = SignIn.read(session), utc_now()
    if held is None or held.is_over(now):
        return None
    return memory.recalled(key_of(held), lambda: find_actor(house(), held, now))


def key_of(held: SignIn) -> Hashable:
    """Under which `find_actor` is remembered."""
    return "session", held.person_id, held.session_version, held.session_id


def find_actor(house: House, held: SignIn, now: datetime) -> Actor | None:
    """The person of a session that has not run out, as they are today; None when it was ended otherwise."""
    with house.db.reading() as db:
        actor = actor_for(db, held.person_id, held.session_version, now, held.session_id)
        return actor and guests.with_visits(db, actor)


def begin(person: Person, how: str) -> None:
    """Start a session for a person who has just proved who they are. The old cookie's content goes, whatever it was."""
    now = utc_now()
    before = SignIn.read(session)
    held = before.session_id if before else None
    agent, address = request.headers.get("User-Agent", ""), request.remote_addr or ""
    with house().db.writing() as db:
        begun = open_sessions.begin(db, person, how=how, agent=agent, address=address, now=now, held=held)
    session.clear()
    SignIn(person.id, person.session_version, issued=now, seen=now, session_id=begun.id).write(session)
    g.pop("actor", None)


def begin_half(person: Person) -> None:
    """Their password was right, and their second factor is still to come: nobody is signed in yet."""
    session.clear()
    session[_HALF] = [person.id, person.session_version, int(utc_now().timestamp())]
    g.pop("actor", None)


def half_signed_in() -> str | None:
    """Whose password was right a moment ago, on this browser."""
    person_id, version, at = session.get(_HALF, (None, 0, 0))
    if person_id is None or utc_now().timestamp() - at > HALF_FOR.total_seconds():
        return None
    with house().db.reading() as db:
        return person_id if actor_for(db, person_id, version, utc_now()) else None


def end() -> None:
    """Forget who was signed in here."""
    session.clear()


class CookieSessions(SecureCookieSessionInterface):
    """Flask's signed cookie, except that answers which may be cached for ever neither set it nor vary by it.

    The cookie changes every minute of use; frames that varied by it would be fetched again every minute.
    """

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        if response.cache_control.immutable:
            return
        super().save_session(app, session, response)


def install(app: Flask) -> None:
    """Install the cookie and the rule that pages are for people who are signed in."""
    settings = cast(House, app.extensions["mdt.house"]).settings
    app.session_interface = CookieSessions()
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SESSION_COOKIE_NAME="__Host-mdt" if settings.secure_cookies else "mdt",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        SESSION_COOKIE_PATH="/",
        PERMANENT_SESSION_LIFETIME=LASTS,  # how old a signature may be; the cookie itself ends with the browser
    )

    @app.before_request
    def _signed_in() -> None:
        view = app.view_functions.get(request.endpoint or "")
        if view is None or request.endpoint == "static" or getattr(view, "is_public", False):
            return
        current_actor()
        if not getattr(view, "is_unattended", False):
            _seen()


def _seen() -> None:
    held = SignIn.read(session)
    if held is not None and utc_now() - held.seen > SEEN_EVERY:
        touch()


def touch() -> None:
    """Somebody is there now."""
    held = SignIn.read(session)
    if held is not None:
        replace(held, seen=utc_now()).write(session)
