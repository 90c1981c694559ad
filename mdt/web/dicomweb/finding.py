"""Objects by their address, for whoever asks and may see their patient, with the addresses of what is sent."""

from urllib.parse import urlsplit

from flask import request, url_for

from mdt.core.errors import Invalid
from mdt.imaging.provider import catalogue
from mdt.imaging.provider.catalogue import Object, Seen
from mdt.meeting.queries import PATIENTS_SEEN, seen_by
from mdt.trusts.listing import is_uid
from mdt.web.dicomweb import memory
from mdt.web.dicomweb.who import caller
from mdt.web.session import house


def objects(study: str, series: str | None = None, sop: str | None = None) -> list[Object]:
    """In order; raises NotFound, which is also the answer to those who may not see them."""
    for uid in filter(None, (study, series, sop)):
        if not is_uid(uid):
            raise Invalid(f"{uid[:80]!r} is not a UID.")
    who = caller().actor
    key = ("objects", who.person_id, frozenset(who.roles), study, series, sop)
    return memory.recalled(key, lambda: _found(study, series, sop)) if sop else _found(study, series, sop)


def _found(study: str, series: str | None, sop: str | None) -> list[Object]:
    with house().db.reading() as session:
        return catalogue.objects(session, seen(), study, series, sop)


def seen() -> Seen:
    """The patients whom whoever asks may see."""
    return Seen(PATIENTS_SEEN, seen_by(caller().actor))


def root() -> str:
    """Where the provider is, as the client reached it. Some clients leave the port out of their Host header."""
    public = urlsplit(house().settings.public_url)
    if request.host == public.hostname:
        return f"{public.scheme}://{public.netloc}{url_for('dicomweb.capabilities')}".rstrip("/")
    return url_for("dicomweb.capabilities", _external=True).rstrip("/")


def address(study: str, series: str | None = None, sop: str | None = None) -> str:
    """The URL of a study, a series or an object."""
    parts = [root(), "studies", study]
    parts += ["series", series] if series else []
    return "/".join([*parts, "instances", sop] if sop else parts)


def address_of(one: Object) -> str:
    return address(one.study_uid, one.series_uid, one.sop_uid)
