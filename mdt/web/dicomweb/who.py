"""Who asks: a person by their session or by a token that reads, or a trust by a token that sends."""

from dataclasses import dataclass, replace
from datetime import datetime

from flask import Response, current_app, g, request, session

from mdt.core.actor import Actor, system
from mdt.core.clock import in_london, utc_now
from mdt.core.errors import MdtError, NotSignedIn
from mdt.people import tokens
from mdt.people.queries import actor_for
from mdt.people.sessions import SignIn
from mdt.web.dicomweb import memory
from mdt.web.session import house

REALM = 'Bearer realm="MDT DICOMweb"'
_READING = frozenset({"GET", "HEAD"})


class WrongScope(MdtError):
    """The token is good, for something else."""


@dataclass(frozen=True)
class Caller:
    """A person who reads, or (`trust_ods`) a trust that sends. `token_id` is None for a browser's session."""

    actor: Actor
    token_id: str | None = None
    trust_ods: str | None = None


def identify() -> None:
    """Before each request: find out who asks; raises NotSignedIn or WrongScope. A preflight asks for nothing."""
    if request.method == "OPTIONS":
        return
    g.caller = _by_token(request.headers["Authorization"]) if "Authorization" in request.headers else _by_session()
    g.actor = g.caller.actor


def caller() -> Caller:
    found: Caller = g.caller
    return found


def _by_session() -> Caller:
    if request.method not in _READING:
        raise NotSignedIn("Sending needs a trust's token (Authorization: Bearer).")
    held, now = SignIn.read(session), utc_now()
    actor = None
    if held is not None and not held.is_over(now):
        key = ("session", held.person_id, held.session_version, in_london(now).date())
        actor = memory.recalled(key, lambda: _signed_in(held, now))
    if actor is None:
        raise NotSignedIn("Sign in, or show a token (Authorization: Bearer).")
    return Caller(actor)


def _signed_in(held: SignIn, now: datetime) -> Actor | None:
    with house().db.reading() as db:
        return actor_for(db, held.person_id, held.session_version, now)


def _by_token(header: str) -> Caller:
    scheme, _, secret = header.partition(" ")
    if scheme.lower() != "bearer":
        raise NotSignedIn("Only bearer tokens are taken here (Authorization: Bearer).")
    now = utc_now()
    held = memory.recalled(("token", secret.strip(), in_london(now).date()), lambda: _grant(secret.strip(), now))
    if held is None or held.ends <= now:
        raise NotSignedIn("This token does not hold: it was never given, has ended, or was revoked.")
    _require_scope(held)
    _note_use(held, now)
    if held.person is not None:
        return Caller(held.person, held.token_id)
    return Caller(system(f"trust {held.trust_ods}"), held.token_id, held.trust_ods)


def _grant(secret: str, now: datetime) -> tokens.Grant | None:
    with house().db.reading() as db:
        return tokens.grant(db, secret, now)


def _note_use(held: tokens.Grant, now: datetime) -> None:
    """Once a minute, and in this process not again because of what is remembered."""
    noted: dict[str, datetime] = current_app.extensions.setdefault("mdt.dicomweb.noted", {})
    last = noted.get(held.token_id, held.noted)
    if tokens.is_worth_noting(replace(held, noted=last), now):
        with house().db.writing() as db:
            tokens.note_use(db, held.token_id, now)
        noted[held.token_id] = now


def _require_scope(held: tokens.Grant) -> None:
    needed = tokens.READ if request.method in _READING else tokens.SEND
    if held.scope != needed:
        raise WrongScope(f"This token is for {held.scope}; this needs one for {needed}.")


def challenge(response: Response, error: MdtError) -> Response:
    """Say in the answer what would be let in (RFC 6750)."""
    if isinstance(error, WrongScope):
        needed = tokens.READ if request.method in _READING else tokens.SEND
        response.headers["WWW-Authenticate"] = f'{REALM}, error="insufficient_scope", scope="{needed}"'
    elif isinstance(error, NotSignedIn):
        bad = ', error="invalid_token"' if "Authorization" in request.headers else ""
        response.headers["WWW-Authenticate"] = REALM + bad
    return response


def allow_origin(response: Response) -> Response:
    """Pages of the origins that were named may read with a token, never with somebody's session."""
    origin = request.headers.get("Origin")
    response.headers.add("Vary", "Origin")
    if origin is None or origin not in house().settings.dicomweb_origins:
        return response
    response.headers["Access-Control-Allow-Origin"] = origin
    response.headers["Access-Control-Expose-Headers"] = "ETag, Warning, Content-Location, Accept-Ranges, Content-Range"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    if request.method == "OPTIONS":
        response.headers["Access-Control-Allow-Methods"] = "GET, HEAD, POST, OPTIONS"
        response.headers["Access-Control-Allow-Headers"] = "Authorization, Accept, Content-Type, If-None-Match, Range"
        response.headers["Access-Control-Max-Age"] = "600"
    return response
