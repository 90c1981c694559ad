"""Objects by their address, for whoever asks and may see their patient, with the addresses of what is sent."""

from collections.abc import Hashable
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, current_app, request, url_for

from mdt.bootstrap import House
from mdt.core.actor import Actor
from mdt.core.errors import Invalid
from mdt.imaging.provider import catalogue
from mdt.imaging.provider.catalogue import Object, Seen
from mdt.meeting.queries import PATIENTS_SEEN, seen_by
from mdt.trusts.listing import is_uid
from mdt.web import memory
from mdt.web.dicomweb.who import caller
from mdt.web.session import house

_MOST_ROOTS = 100


def objects(study: str, series: str | None = None, sop: str | None = None) -> list[Object]:
    """In order; raises NotFound, which is also the answer to those who may not see them."""
    for uid in filter(None, (study, series, sop)):
        if not is_uid(uid):
            raise Invalid(f"{uid[:80]!r} is not a UID.")
    by = caller().actor
    if series is None or sop is None:
        return found(house(), by, study, series, sop)
    return memory.recalled(key_of(by, study, series, sop), lambda: found(house(), by, study, series, sop))


def key_of(by: Actor, study: str, series: str, sop: str) -> Hashable:
    """Under which one object that was `found` is remembered."""
    return "object", by.person_id, frozenset(by.roles), frozenset(by.visits), study, series, sop


def found(house: House, by: Actor, study: str, series: str | None, sop: str | None) -> list[Object]:
    """What the actor may see of it; raises NotFound."""
    with house.db.reading() as session:
        return catalogue.objects(session, Seen(PATIENTS_SEEN, seen_by(by)), study, series, sop)


def seen() -> Seen:
    """The patients whom whoever asks may see."""
    return Seen(PATIENTS_SEEN, seen_by(caller().actor))


def root() -> str:
    """Where the provider is, as the client reached it. Some clients leave the port out of their Host header."""
    public = urlsplit(house().settings.public_url)
    if request.host == public.hostname:
        found = f"{public.scheme}://{public.netloc}{url_for('dicomweb.capabilities')}".rstrip("/")
    else:
        found = url_for("dicomweb.capabilities", _external=True).rstrip("/")
    roots = _roots(current_app)
    if len(roots) >= _MOST_ROOTS:
        roots.clear()
    roots[_reached(request.environ)] = found
    return found


def root_known(app: Flask, environ: dict[str, Any]) -> str | None:
    """What `root` said to a client that reached us in the same way; None when none has yet."""
    return _roots(app).get(_reached(environ))


def _reached(environ: dict[str, Any]) -> tuple[str, str | None]:
    return environ["wsgi.url_scheme"], environ.get("HTTP_HOST")


def _roots(app: Flask) -> dict[tuple[str, str | None], str]:
    roots: dict[tuple[str, str | None], str] = app.extensions.setdefault("mdt.dicomweb.roots", {})
    return roots


def address(study: str, series: str | None = None, sop: str | None = None) -> str:
    """The URL of a study, a series or an object."""
    return "/".join([root(), path(study, series, sop)])


def path(study: str, series: str | None = None, sop: str | None = None) -> str:
    """Beneath the provider's root."""
    parts = ["studies", study]
    parts += ["series", series] if series else []
    return "/".join([*parts, "instances", sop] if sop else parts)


def address_of(one: Object) -> str:
    return address(one.study_uid, one.series_uid, one.sop_uid)
