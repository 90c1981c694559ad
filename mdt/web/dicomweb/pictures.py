"""Rendered pictures and thumbnails (PS3.18 10.4.1.1.3 and 10.4.1.1.4), as our own viewer would show the image first."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from flask import Response, request

from mdt.core.errors import Invalid, NotFound
from mdt.imaging import queries
from mdt.imaging.provider import rendering
from mdt.imaging.provider.catalogue import Object
from mdt.imaging.provider.rendering import How, Viewport, Window
from mdt.web.dicomweb import finding, frames, leaves, looks
from mdt.web.dicomweb.answers import NotAcceptable, accepted, choose, only, ranged, slices, stream, tag_of, warn
from mdt.web.dicomweb.leaves import Reader
from mdt.web.dicomweb.negotiation import Offer, best
from mdt.web.dicomweb.parts import Multipart, Part
from mdt.web.session import house

MAKER = 1  # grows when pictures are made differently
MOST = 500  # pictures in one answer
THUMBNAIL = 128  # pixels, the longer side

_KINDS = ("image/jpeg", "image/png")
_LARGEST = 8192
_FUNCTIONS = {"linear": "LINEAR", "linear-exact": "LINEAR_EXACT", "sigmoid": "SIGMOID"}
_PARAMETERS = ("window", "viewport", "quality", "annotation", "iccprofile")
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,2})?")

Shown = tuple[Object, int]


def rendered(study: str, series: str | None = None, sop: str | None = None, listed: str | None = None) -> Response:
    """One picture, or as many parts as there are frames."""
    only(*_PARAMETERS)
    objects = finding.objects(study, series, sop)
    if sop is not None and listed is None and objects[0].frames == 0:
        return _document(objects[0])
    shown = _shown(objects, listed)
    alone = sop is not None and len(shown) == 1
    offers = [Offer(kind, multipart) for multipart in ((False, True) if alone else (True,)) for kind in _KINDS]
    many = "" if alone else f" There are {len(shown)} pictures here, so they come as multipart/related, or ask for one."
    chosen = choose(offers, f"Pictures are sent as {' or '.join(_KINDS)}.{many}")
    how, warnings = _how(chosen.type)
    if len(shown) > MOST:
        raise Invalid(f"At most {MOST} pictures are made at once; ask for a series, an object or a list of frames.")
    looks.read("rendered", objects, single=sop is not None)
    return warn(_sent(shown, how, chosen), *warnings)


def thumbnail(study: str, series: str | None = None, sop: str | None = None, number: int | None = None) -> Response:
    """A small picture that stands for the whole: the middle of its first series with images."""
    only("viewport")
    objects = [one for one in finding.objects(study, series, sop) if one.frames > 0]
    if not objects:
        raise NotAcceptable("There is no image here to make a thumbnail of.")
    own = [one for one in objects if one.series_id == objects[0].series_id]
    one = own[len(own) // 2]
    middle = (one.frames + 1) // 2 if number is None else number
    if not 1 <= middle <= one.frames:
        raise NotFound(f"The object has {one.frames} frames, and so no frame {middle}.")
    chosen = choose([Offer(kind, multipart=False) for kind in _KINDS], f"Thumbnails are {' or '.join(_KINDS)}.")
    how, _ = _how(chosen.type)
    looks.read("thumbnail", [one], single=True)
    small = how if how.viewport else replace(how, viewport=Viewport(THUMBNAIL, THUMBNAIL))
    return _sent([(one, middle)], small, chosen)


def _shown(objects: Sequence[Object], listed: str | None) -> list[Shown]:
    """The frames of images, in order."""
    if listed is not None:
        leaf = leaves.reader().leaf(objects[0])
        return [(objects[0], number) for number in frames.wanted(listed, leaf)]
    shown = [(one, number) for one in objects for number in range(1, one.frames + 1)]
    if not shown:
        raise NotAcceptable("There is no image here to make a picture of.")
    return shown


def _sent(shown: Sequence[Shown], how: How, chosen: Offer) -> Response:
    reader = leaves.reader()
    tag = tag_of("picture", MAKER, how, chosen, *((one.sha256, number) for one, number in shown))
    first = _picture(reader, shown[0], how)  # before anything is sent, so that a refusal is still possible
    if not chosen.multipart:
        return ranged(lambda start, stop: iter((first[start:stop],)), len(first), chosen.type, tag)
    body = Multipart(chosen.type)
    return stream(body.stream(_parts(reader, shown, how, first)), body.content_type, None, tag)


def _parts(reader: Reader, shown: Sequence[Shown], how: How, first: bytes) -> Iterator[Part]:
    yield Part(how.kind, [first], len(first))
    for one in shown[1:]:
        picture = _picture(reader, one, how)
        yield Part(how.kind, [picture], len(picture))


def _picture(reader: Reader, shown: Shown, how: How) -> bytes:
    one, number = shown
    with reader.store.as_file(one.sha256) as path:
        return reader.sandboxes.call(rendering.render, path, number, how)


def _document(one: Object) -> Response:
    """What is no image may still be something to read: a PDF as it came, a report as a page."""
    with house().db.reading() as session:
        try:
            found = queries.document(session, one.instance_id)
        except NotFound:
            raise NotAcceptable("There is no image here to make a picture of, and no document.") from None
    if best([Offer(found.type, multipart=False)], accepted()) is None:
        raise NotAcceptable(f"This object is a document, and is sent as {found.type}.")
    looks.read("rendered", [one], single=True)
    store = house().store
    read = lambda start, stop: slices(lambda: store.open(found.sha256), start, stop)  # noqa: E731
    answer = ranged(read, store.size(found.sha256), found.type, found.sha256)
    answer.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    return answer


def _how(kind: str) -> tuple[How, list[str]]:
    """The parameters (PS3.18 8.3.5.1), and what of them is not followed, in sentences."""
    asked, warnings = request.args, []
    if asked.get("annotation"):
        warnings.append(f"The following annotation values are not supported: {asked['annotation'][:200]}")
    if asked.get("iccprofile", "no") != "no":
        warnings.append("No ICC profile is embedded; the pixels are meant for a calibrated greyscale or sRGB display.")
    how = How(kind=kind)  # type: ignore[arg-type]
    if "quality" in asked:
        if not re.fullmatch(r"\d{1,3}", asked["quality"]) or not 1 <= int(asked["quality"]) <= 100:
            raise Invalid("quality must be a whole number from 1 to 100.")
        how = replace(how, quality=int(asked["quality"]))
    if "window" in asked:
        how = replace(how, window=_window(asked["window"]))
    if "viewport" in asked:
        how = replace(how, viewport=_viewport(asked["viewport"]))
    return how, warnings


def _window(text: str) -> Window:
    parts = text.split(",")
    if len(parts) == 2:  # the function was required when there were others, and is linear where it is left out
        parts.append("linear")
    if len(parts) != 3 or not all(map(_NUMBER.fullmatch, parts[:2])) or parts[2].lower() not in _FUNCTIONS:
        raise Invalid(f"window must be CENTRE,WIDTH,FUNCTION with one of {', '.join(_FUNCTIONS)}; not {text[:60]!r}.")
    window = Window(float(parts[0]), float(parts[1]), _FUNCTIONS[parts[2].lower()])
    if window.width < (1 if window.function == "LINEAR" else 1e-9):
        raise Invalid("The width of a window must be at least 1, or above 0 where it is not linear.")
    return window


def _viewport(text: str) -> Viewport:
    """`WIDTH,HEIGHT`, and of the image `X,Y,WIDTH,HEIGHT`, of which any may be left empty."""
    parts = text.split(",")
    if not 2 <= len(parts) <= 6 or not all(part == "" or _NUMBER.fullmatch(part) for part in parts):
        raise Invalid(f"viewport must be WIDTH,HEIGHT or WIDTH,HEIGHT,X,Y,WIDTH,HEIGHT; not {text[:60]!r}.")
    width, height = (float(part or 0) for part in parts[:2])
    if not (1 <= width <= _LARGEST and 1 <= height <= _LARGEST):
        raise Invalid(f"A viewport is from 1 to {_LARGEST} pixels wide and high.")
    source = parts[2:]
    if not any(source):
        return Viewport(int(width), int(height))
    filled = [*source, "", "", "", ""][:4]
    x, y, wide, high = (float(part) if part else None for part in filled)
    return Viewport(int(width), int(height), (x or 0.0, y or 0.0, wide, high))
