"""Binary values by the address that metadata gave them (PS3.18 10.4.1.1.5)."""

import re
from collections.abc import Callable, Iterable
from pathlib import Path

from flask import Response

from mdt.core.errors import Invalid, NotFound
from mdt.imaging.provider import leaf as leaves_of
from mdt.imaging.provider.catalogue import Object
from mdt.imaging.provider.media import OCTETS
from mdt.web.dicomweb import finding, frames, leaves, looks, sources
from mdt.web.dicomweb.answers import NotAcceptable, choose, only, ranged, slices, stream, tag_of
from mdt.web.dicomweb.negotiation import Offer
from mdt.web.dicomweb.parts import Multipart, Part
from mdt.web.dicomweb.sources import Source

_ELEMENT = re.compile(r"[0-9A-Fa-f]{8}(/[1-9]\d{0,5}/[0-9A-Fa-f]{8}){0,20}")
_PIXELS = frozenset({"7FE00008", "7FE00009", "7FE00010"})
_ONLY_OCTETS = f"A binary value is sent as {OCTETS}, alone or as multipart/related."
_OFFERS = (Offer(OCTETS, multipart=True), Offer(OCTETS, multipart=False))


def bulk(study: str, series: str, sop: str, element: str) -> Response:
    only()
    if not _ELEMENT.fullmatch(element):
        raise Invalid(
            f"{element[:80]!r} is no element: eight digits, or with /ITEM/ELEMENT after it for one in a sequence."
        )
    one = finding.objects(study, series, sop)[0]
    element = element.upper()
    return _pixels(one) if element in _PIXELS else _value(one, element)


def _pixels(one: Object) -> Response:
    """Compressed ones are frames, each a part; others are one value."""
    reader = leaves.reader()
    leaf = reader.leaf(one)
    if leaf.compressed:
        return frames.send(one, leaf, frames.wanted(",".join(map(str, range(1, leaf.frames + 1))) or "1", leaf))
    if leaf.problem is not None:
        raise NotAcceptable(leaf.problem)
    chosen = choose(_OFFERS, _ONLY_OCTETS)
    if leaf.value is not None:
        source = Source(lambda: reader.store.open(one.sha256), {1: [leaf.value]})
    else:
        source = sources.uncompressed(reader, one, leaf, range(1, leaf.frames + 1)).joined()
    looks.read("bulkdata", [one], single=True)
    tag = tag_of("pixels", one.sha256, chosen)
    return _sent(lambda a, b: source.stretch(1, a, b), source.length(1), source.close, (chosen, tag))


def _value(one: Object, element: str) -> Response:
    chosen = choose(_OFFERS, _ONLY_OCTETS)
    reader = leaves.reader()
    folder = reader.store.scratch()
    path = Path(folder.name) / "value"
    try:
        with reader.store.as_file(one.sha256) as whole:
            found = reader.sandboxes.call(leaves_of.bulk, whole, element, path)
        if not found:
            raise NotFound("The object has no binary value of that element.")
        looks.read("bulkdata", [one], single=True)
    except BaseException:
        folder.cleanup()
        raise
    tag = tag_of("bulk", one.sha256, element, chosen)
    size = path.stat().st_size
    return _sent(lambda a, b: slices(lambda: path.open("rb"), a, b), size, folder.cleanup, (chosen, tag))


def _sent(
    read: Callable[[int, int], Iterable[bytes]], size: int, end: Callable[[], None], how: tuple[Offer, str]
) -> Response:
    chosen, tag = how
    if chosen.multipart:
        part, body = Part(OCTETS, read(0, size), size), Multipart(OCTETS)
        answer = stream(body.stream([part]), body.content_type, body.length([part]), tag)
    else:
        answer = ranged(read, size, OCTETS, tag)
    answer.call_on_close(end)
    return answer
