"""One frame after another, by the hundred: answered before Flask where nothing is out of the ordinary (`express`)."""

import re
from collections.abc import Sequence

from mdt.imaging.provider.catalogue import Object
from mdt.imaging.provider.leaf import Leaf
from mdt.imaging.provider.places import Piece
from mdt.imaging.provider.ready import Ready
from mdt.people import tokens
from mdt.web import reading
from mdt.web.dicomweb import finding, frames, leaves, who
from mdt.web.dicomweb.answers import ASK_AGAIN, VARY
from mdt.web.dicomweb.negotiation import Offer, taken
from mdt.web.dicomweb.parts import Multipart, Part
from mdt.web.dicomweb.who import Caller
from mdt.web.express import Answer, Asked, Headers, part_of
from mdt.web.spans import OnDisk, Span, Spans

_UID = r"([0-9.]{1,64})"
_ONE = re.compile(rf"/dicomweb/studies/{_UID}/series/{_UID}/instances/{_UID}/frames/([1-9]\d{{0,8}})")


def at_once(asked: Asked) -> Answer | None:
    """One frame that lies in a file as it is sent: what `frames.frames` would say, or nothing."""
    named = _ONE.fullmatch(asked.path)
    caller = _caller(asked) if named else None
    if named is None or caller is None:
        return None
    study, series, sop, number = named[1], named[2], named[3], int(named[4])
    by = caller.actor
    found = asked.recall(
        finding.key_of(by, study, series, sop), lambda: finding.found(asked.house, by, study, series, sop)
    )
    one = found[0]
    if not reading.has_looked(asked.app, by, "dicomweb.frames", (one.series_id, caller.token_id), asked.now):
        return None
    leaf = leaves.reader_of(asked.app).kept(one)
    if leaf is None or leaf.problem is not None or number > leaf.frames:
        return None
    return _sent(asked, caller, one, leaf, number)


def _sent(asked: Asked, caller: Caller, one: Object, leaf: Leaf, number: int) -> Answer | None:
    reader = leaves.reader_of(asked.app)
    wish = [number], taken(asked.said("HTTP_ACCEPT"))
    how, packed = frames.chosen(
        reader,
        one,
        leaf,
        wish,
        lambda: asked.recall(("pack", one.series_id), lambda: frames.version_of(asked.house, one)),
    )
    lies = _lies(asked, one, leaf, number, (how, packed))
    if lies is None:
        return None
    place, pieces = lies
    tag = frames.tag(one.sha256, how, (number,), packed.version if packed else "")
    spans = [Span(*piece) for piece in pieces]
    if not how.multipart:
        headers = [("Content-Type", how.content_type), *_said(asked, caller)]
        return part_of(asked, caller.actor, OnDisk(place), headers, tag=tag, spans=spans, of=_series(one))
    return _as_part(asked, caller, one, (how, number, tag), (place, spans))


def _as_part(
    asked: Asked, caller: Caller, one: Object, what: tuple[Offer, int, str], where: tuple[str, list[Span]]
) -> Answer | None:
    (how, number, tag), (place, spans) = what, where
    root = finding.root_known(asked.app, asked.environ)
    if root is None or asked.is_conditional:
        return None
    address = f"{root}/{finding.path(one.study_uid, one.series_uid, one.sop_uid)}/frames/{number}"
    length = sum(span.length for span in spans)
    head, tail, kind = Multipart(how.type).around(Part(how.content_type, (), length, address))
    headers = [
        ("Content-Type", kind),
        ("Content-Length", str(len(head) + length + len(tail))),
        ("Accept-Ranges", "none"),
        ("ETag", f'"{tag}"'),
        *_said(asked, caller),
    ]
    return Answer(
        "200 OK", headers, Spans(OnDisk(place), [head, *spans, tail]), caller.actor.person_id, _series(one), length
    )


def _series(one: Object) -> str:
    return f"/dicomweb/{finding.path(one.study_uid, one.series_uid)}"


def _lies(
    asked: Asked, one: Object, leaf: Leaf, number: int, form: tuple[Offer, Ready | None]
) -> tuple[str, Sequence[Piece]] | None:
    """The file of this machine, and the pieces of it that are the frame as it is sent."""
    how, packed = form
    if packed is not None:
        place = asked.house.store.place_of_pack(packed.series_id, packed.version, "frames")
        return (place, [packed.places[one.sop_uid, number]]) if place else None
    place = asked.house.store.place_of(one.sha256)
    is_as_received = how.syntax == leaf.syntax if leaf.compressed else True
    return (place, leaf.places[number - 1]) if place and leaf.places is not None and is_as_received else None


def _said(asked: Asked, caller: Caller) -> Headers:
    """What answers of the provider say, as `answers.validated` and `who.allow_origin` put it."""
    origin = who.origin_headers(asked.said("HTTP_ORIGIN"), asked.house.settings.dicomweb_origins)
    ours = [(name, value) for name, value in asked.ours if name not in origin]
    return [("Cache-Control", ASK_AGAIN), ("Vary", f"{VARY}, Origin"), *origin.items(), *ours]


def _caller(asked: Asked) -> Caller | None:
    """Who asks, as `who.identify` finds out; None for whoever must be refused, or whose token's use must be noted."""
    header = asked.said("HTTP_AUTHORIZATION")
    if header is None:
        person = asked.person_of(asked)
        return Caller(person) if person else None
    scheme, _, secret = header.partition(" ")
    if scheme.lower() != "bearer":
        return None
    secret = secret.strip()
    held = asked.recall(who.key_of(secret), lambda: who.find_grant(asked.house, secret, asked.now))
    if held is None or held.ends <= asked.now or held.scope != tokens.READ or held.person is None:
        return None
    return None if who.is_worth_noting(asked.app, held, asked.now) else Caller(held.person, held.token_id)
