"""Frames (PS3.18 10.4.1.1.6): compressed as they came, uncompressed, or in HTJ2K from a pack of ours."""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

from flask import Response

from mdt.bootstrap import House
from mdt.core.errors import Invalid, NotFound
from mdt.imaging.provider import ready
from mdt.imaging.provider.catalogue import Object
from mdt.imaging.provider.leaf import Leaf
from mdt.imaging.provider.media import HTJ2K, HTJ2K_LOSSLESS, OCTETS, media_type
from mdt.imaging.provider.ready import Ready
from mdt.web.dicomweb import finding, leaves, looks, sources
from mdt.web.dicomweb.answers import NotAcceptable, accepted, only, ranged, stream, tag_of
from mdt.web.dicomweb.leaves import Reader
from mdt.web.dicomweb.negotiation import Offer, Taken, best
from mdt.web.dicomweb.parts import Multipart, Part
from mdt.web.dicomweb.sources import Source
from mdt.web.dicomweb.whole import PLAIN
from mdt.web.session import house

MOST = 10_000  # frames in one request


def frames(study: str, series: str, sop: str, listed: str) -> Response:
    only()
    one = finding.objects(study, series, sop)[0]
    leaf = leaves.reader().leaf(one)
    return send(one, leaf, wanted(listed, leaf))


def wanted(listed: str, leaf: Leaf) -> list[int]:
    """Frame numbers, from 1, in the order asked for."""
    if not re.fullmatch(r"\d{1,9}(,\d{1,9})*", listed):
        raise Invalid(f"{listed[:80]!r} is no list of frame numbers such as 1,2,3.")
    numbers = [int(part) for part in listed.split(",")]
    if leaf.problem is not None:
        raise NotAcceptable(leaf.problem)
    if wrong := [number for number in numbers if not 1 <= number <= leaf.frames]:
        raise NotFound(f"The object has {leaf.frames} frames, and so no frame {wrong[0]}.")
    if len(numbers) > MOST:
        raise Invalid(f"At most {MOST} frames are sent at once.")
    return numbers


def send(one: Object, leaf: Leaf, numbers: Sequence[int]) -> Response:
    """The frames in the form the client likes best."""
    reader = leaves.reader()
    how, packed = chosen(reader, one, leaf, (numbers, accepted()), lambda: version_of(house(), one))
    looks.read("frames", [one], single=True)
    etag = tag(one.sha256, how, tuple(numbers), packed.version if packed else "")
    source = _source(reader, one, leaf, numbers, (how, packed))
    if not how.multipart:
        number = numbers[0]
        answer = ranged(lambda a, b: source.stretch(number, a, b), source.length(number), how.content_type, etag)
        answer.call_on_close(source.close)
        return answer
    base = finding.address_of(one)
    parts = [
        Part(how.content_type, source.body(number), source.length(number), f"{base}/frames/{number}")
        for number in numbers
    ]
    body = Multipart(how.type)
    answer = stream(body.stream(parts), body.content_type, body.length(parts), etag)
    answer.call_on_close(source.close)
    return answer


def chosen(
    reader: Reader,
    one: Object,
    leaf: Leaf,
    wish: tuple[Sequence[int], tuple[Taken, ...]],
    version: Callable[[], str | None],
) -> tuple[Offer, Ready | None]:
    """The form the client likes best and, where that is ours, the pack it lies in; raises NotAcceptable.

    `wish` is which frames, and what the client takes; `version` is of the series' pack, asked for where it matters.
    """
    numbers, takes = wish
    packed = _packed(reader, one, leaf, wish, version)
    how = _liked(takes, leaf.syntax, leaf.compressed, packed is not None, len(numbers) == 1)
    if how is None:
        raise NotAcceptable(_what_there_is(leaf))
    return how, packed if how.type == HTJ2K and how.syntax != leaf.syntax else None


@lru_cache(maxsize=500)
def _liked(takes: tuple[Taken, ...], syntax: str, compressed: bool, has_packed: bool, alone: bool) -> Offer | None:
    return best(_offers(syntax, compressed, has_packed, alone), takes)


def _offers(syntax: str, compressed: bool, has_packed: bool, alone: bool) -> Iterator[Offer]:
    """In the order we like to send them; those of many parts first, as the standard has it."""
    media = media_type(syntax)
    for multipart in (True, False) if alone else (True,):
        if compressed and media is not None:
            yield Offer(media, multipart, syntax, is_usual=False)
        if compressed:
            yield Offer(OCTETS, multipart, syntax, is_default=False)
        yield Offer(OCTETS, multipart, PLAIN)
        if has_packed:
            yield Offer(HTJ2K, multipart, HTJ2K_LOSSLESS, is_usual=False)


def _what_there_is(leaf: Leaf) -> str:
    media = media_type(leaf.syntax)
    asis = f"{media}; transfer-syntax={leaf.syntax} as they came, or " if media and leaf.compressed else ""
    return f"The frames can be sent as {asis}{OCTETS}; transfer-syntax={PLAIN} (multipart/related, or one frame alone)."


def _packed(
    reader: Reader,
    one: Object,
    leaf: Leaf,
    wish: tuple[Sequence[int], tuple[Taken, ...]],
    version: Callable[[], str | None],
) -> Ready | None:
    """Our own codestreams, where the client takes such, they are exact, and all the frames are packed."""
    numbers, takes = wish
    if leaf.syntax == HTJ2K_LOSSLESS or not ready.is_exact(leaf):
        return None
    if all(one.type not in (HTJ2K, "image/*") for one in takes):
        return None
    of_now = version()
    found = reader.ready(one.series_id, of_now) if of_now is not None else None
    return found if found and all((one.sop_uid, number) in found.places for number in numbers) else None


@lru_cache(maxsize=20_000)
def tag(sha256: str, how: Offer, numbers: tuple[int, ...], version: str) -> str:
    return tag_of("frames", sha256, how, numbers, version)


def version_of(house: House, one: Object) -> str | None:
    with house.db.reading() as session:
        return ready.version(session, one.series_id)


def _source(
    reader: Reader, one: Object, leaf: Leaf, numbers: Sequence[int], how_and_where: tuple[Offer, Ready | None]
) -> Source:
    how, found = how_and_where
    if how.syntax == leaf.syntax and leaf.compressed:
        return sources.as_received(reader, one, leaf, numbers)
    if found is not None:
        return sources.packed(reader, one, found, numbers)
    return sources.uncompressed(reader, one, leaf, numbers)
