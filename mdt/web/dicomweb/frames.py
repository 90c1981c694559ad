"""Frames (PS3.18 10.4.1.1.6): compressed as they came, uncompressed, or in HTJ2K from a pack of ours."""

import re
from collections.abc import Iterator, Sequence

from flask import Response

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
    reader, takes = leaves.reader(), accepted()
    packed = _packed(reader, one, leaf, numbers, takes)
    how = best(_offers(leaf, packed is not None, alone=len(numbers) == 1), takes)
    if how is None:
        raise NotAcceptable(_what_there_is(leaf))
    looks.read("frames", [one], single=True)
    tag = tag_of("frames", one.sha256, how, numbers, packed.version if packed and how.type == HTJ2K else "")
    source = _source(reader, one, leaf, numbers, (how, packed))
    if not how.multipart:
        number = numbers[0]
        answer = ranged(lambda a, b: source.stretch(number, a, b), source.length(number), how.content_type, tag)
        answer.call_on_close(source.close)
        return answer
    base = finding.address_of(one)
    parts = [
        Part(how.content_type, source.body(number), source.length(number), f"{base}/frames/{number}")
        for number in numbers
    ]
    body = Multipart(how.type)
    answer = stream(body.stream(parts), body.content_type, body.length(parts), tag)
    answer.call_on_close(source.close)
    return answer


def _offers(leaf: Leaf, has_packed: bool, *, alone: bool) -> Iterator[Offer]:
    """In the order we like to send them; those of many parts first, as the standard has it."""
    media = media_type(leaf.syntax)
    for multipart in (True, False) if alone else (True,):
        if leaf.compressed and media is not None:
            yield Offer(media, multipart, leaf.syntax, is_usual=False)
        if leaf.compressed:
            yield Offer(OCTETS, multipart, leaf.syntax, is_default=False)
        yield Offer(OCTETS, multipart, PLAIN)
        if has_packed:
            yield Offer(HTJ2K, multipart, HTJ2K_LOSSLESS, is_usual=False)


def _what_there_is(leaf: Leaf) -> str:
    media = media_type(leaf.syntax)
    asis = f"{media}; transfer-syntax={leaf.syntax} as they came, or " if media and leaf.compressed else ""
    return f"The frames can be sent as {asis}{OCTETS}; transfer-syntax={PLAIN} (multipart/related, or one frame alone)."


def _packed(reader: Reader, one: Object, leaf: Leaf, numbers: Sequence[int], takes: Sequence[Taken]) -> Ready | None:
    """Our own codestreams, where the client takes such, they are exact, and all the frames are packed."""
    if leaf.syntax == HTJ2K_LOSSLESS or not ready.is_exact(leaf):
        return None
    if all(one.type not in (HTJ2K, "image/*") for one in takes):
        return None
    with house().db.reading() as session:
        version = ready.version(session, one.series_id)
    found = reader.ready(one.series_id, version) if version is not None else None
    return found if found and all((one.sop_uid, number) in found.places for number in numbers) else None


def _source(
    reader: Reader, one: Object, leaf: Leaf, numbers: Sequence[int], chosen: tuple[Offer, Ready | None]
) -> Source:
    how, found = chosen
    if how.syntax == leaf.syntax and leaf.compressed:
        return sources.as_received(reader, one, leaf, numbers)
    if how.type == HTJ2K and found is not None:
        return sources.packed(reader, one, found, numbers)
    return sources.uncompressed(reader, one, leaf, numbers)
