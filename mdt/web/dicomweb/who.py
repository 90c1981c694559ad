"""Who asks: a person by their session or by a token that reads, or a trust by a token that sends."""

from collections.abc import Hashable
from dataclasses import dataclass, replace
from datetime import datetime

from flask import Flask, Response, current_app, g, request

from mdt.bootstrap import House
from mdt.core.actor import Actor, system
from mdt.core.clock import utc_now
from mdt.core.errors import MdtError, NotSignedIn
from mdt.people import tokens
from mdt.web import memory
from mdt.web.session import house, signed_in_actor

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
    actor = signed_in_actor()
    if actor is None:
        raise NotSignedIn("Sign in, or show a token (Authorization: Bearer).")
    return Caller(actor)


def _by_token(header: str) -> Caller:
    scheme, _, secret = header.partition(" ")
    if scheme.lower() != "bearer":
        raise NotSignedIn("Only bearer tokens are taken here (Authorization: Bearer).")
    now = utc_now()
    held = memory.recalled(key_of(secret.strip()), lambda: find_grant(house(), secret.strip(), now))
    if held is None or held.ends <= now:
        raise NotSignedIn("This token does not hold: it was never given, has ended, or was revoked.")
    _require_scope(held)
    _note_use(held, now)
    if held.person is not None:
        return Caller(held.person, held.token_id)
    return Caller(system(f"trust {held.trust_ods}"), held.token_id, held.trust_ods)


def key_of(secret: str) -> Hashable:
    """Under which `find_grant` is remembered."""
    return "token", secret


def find_grant(house: House, secret: str, now: datetime) -> tokens.Grant | None:
    """Who shows this token; whether it has ended meanwhile is for whoever remembers it to ask."""
    with house.db.reading() as db:
        return tokens.grant(db, secret, now)


def _note_use(held: tokens.Grant, now: datetime) -> None:
    """Once a minute, and in this process not again because of what is remembered."""
    if is_worth_noting(current_app, held, now):
        with house().db.writing() as db:
            tokens.note_use(db, held.token_id, now)
        _noted(current_app)[held.token_id] = now


def is_worth_noting(app: Flask, held: tokens.Grant, now: datetime) -> bool:
    last = _noted(app).get(held.token_id, held.noted)
    return tokens.is_worth_noting(replace(held, noted=last), now)


def _noted(app: Flask) -> dict[str, datetime]:
    noted: dict[str, datetime] = app.extensions.setdefault("mdt.dicomweb.noted", {})
    return noted


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


def origin_headers(origin: str | None, allowed: tuple[str, ...]) -> dict[str, str]:
    """What tells a browser that the page which asks may read the answer; nothing for any other page."""
    if origin is None or origin not in allowed:
        return {}
    return {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Expose-Headers": "ETag, Warning, Content-Location, Accept-Ranges, Content-Range",
        "Cross-Origin-Resource-Policy": "cross-origin",
    }


def allow_origin(response: Response) -> Response:
    """Pages of the origins that were named may read with a token, never with somebody's session."""
    origin = request.headers.get("Origin")
    response.headers.add("Vary", "Origin")
    allowed = origin_headers(origin, house().settings.dicomweb_origins)
    response.headers.update(allowed)
    if allowed and request.method == "OPTIONS":
        response.headers["Access-Control-Allow-Methods"] = "GET, HEAD, POST, OPTIONS"
        response.headers["Access-Control-Allow-Headers"] = "Authorization, Accept, Content-Type, If-None-Match, Range"
        response.headers["Access-Control-Max-Age"] = "600"
    return response
