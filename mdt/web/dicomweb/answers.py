"""What all answers of the provider have in common: refusals in a sentence, validation by ETag, ranges, warnings."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any, BinaryIO

from flask import Response, jsonify, request

from mdt.core.errors import Forbidden, Invalid, MdtError, NotFound, NotSignedIn
from mdt.core.sandbox import SandboxError
from mdt.imaging.files.raster import CannotShow
from mdt.imaging.provider.plainly import NotPlainly
from mdt.imaging.provider.rendering import NoPicture
from mdt.web.dicomweb.negotiation import Offer, Taken, best, taken
from mdt.web.dicomweb.who import WrongScope, challenge

DICOM_JSON = "application/dicom+json"
AGENT = "mdt"  # who warns, in a Warning header

ASK_AGAIN, VARY = "private, no-cache", "Accept, Authorization, Cookie"

_CHUNK = 1 << 20


class NotAcceptable(MdtError):
    """It is there, but not in any form that the client takes."""


class Unsupported(MdtError):
    """What was sent is of no type that is taken here."""


class TooLarge(MdtError):
    """More was sent, or asked for, than one request may carry."""


class Busy(MdtError):
    """Not now; later."""


_STATUS: dict[type[MdtError], tuple[int, str]] = {
    Invalid: (400, "invalid"),
    NotSignedIn: (401, "signed-out"),
    WrongScope: (403, "forbidden"),
    Forbidden: (403, "forbidden"),
    NotFound: (404, "gone"),
    NotAcceptable: (406, "not-acceptable"),
    NotPlainly: (406, "not-acceptable"),
    CannotShow: (406, "not-acceptable"),
    NoPicture: (406, "not-acceptable"),
    SandboxError: (406, "not-acceptable"),
    TooLarge: (413, "too-large"),
    Unsupported: (415, "unsupported"),
    Busy: (503, "try-again"),
}


def refusal(error: MdtError) -> Response:
    """Always JSON: programs ask here, and a person's browser is not to be led to the sign-in page."""
    status, code = _STATUS.get(type(error), (400, "invalid"))
    if isinstance(error, SandboxError) and error.reason == "time":
        status, code = 503, "try-again"
    answer = jsonify(ok=False, code=code, message=str(error))
    answer.status_code = status
    if status == 503:
        answer.headers["Retry-After"] = "30"
    return challenge(answer, error)


def accepted() -> tuple[Taken, ...]:
    """What the client takes: the `accept` parameter, where there is one, over the header (PS3.18 8.3.3.1)."""
    return taken(request.args.get("accept") or request.headers.get("Accept"))


def choose(offers: Iterable[Offer], sentence: str) -> Offer:
    """The best of the offers; raises NotAcceptable with what would be sent."""
    chosen = best(offers, accepted())
    if chosen is None:
        raise NotAcceptable(sentence)
    return chosen


def only(*allowed: str) -> None:
    """Refuse parameters that this resource does not know, rather than ignore them."""
    for name in request.args:
        if name not in (*allowed, "accept", "charset"):
            raise Invalid(f"{name[:80]!r} is no parameter of this resource.")


def tag_of(*what: Any) -> str:
    """An ETag for content that these name completely."""
    return hashlib.sha256("\0".join(map(str, what)).encode()).hexdigest()[:40]


def validated(answer: Response, tag: str) -> Response:
    """The same content need not be sent again, but is asked for every time, so that each look is allowed and noted."""
    answer.set_etag(tag)
    answer.headers["Cache-Control"] = ASK_AGAIN
    answer.headers["Vary"] = VARY
    answer.implicit_sequence_conversion = False  # or all of a stream would be made just to count it
    answer.make_conditional(request.environ)
    return answer


def stream(body: Iterable[bytes], content_type: str, length: int | None, tag: str) -> Response:
    """Many parts, which nobody asks a range of."""
    answer = Response(body, content_type=content_type)
    if length is not None:
        answer.content_length = length
    answer.headers["Accept-Ranges"] = "none"
    return validated(answer, tag)


def ranged(read: Callable[[int, int], Iterable[bytes]], size: int, content_type: str, tag: str) -> Response:
    """One thing of which parts can be had by `read(start, stop)`. Several ranges at once get it whole (RFC 9110)."""
    start, stop, status = 0, size, 200
    asked = request.range
    if asked is not None and asked.units == "bytes" and len(asked.ranges) == 1 and _is_same(tag):
        within = asked.range_for_length(size)
        if within is None:
            answer = Response(status=416)
            answer.headers["Content-Range"] = f"bytes */{size}"
            return answer
        (start, stop), status = within, 206
    answer = Response(read(start, stop), status=status, content_type=content_type)
    answer.content_length = stop - start
    answer.headers["Accept-Ranges"] = "bytes"
    if status == 206:
        answer.headers["Content-Range"] = f"bytes {start}-{stop - 1}/{size}"
    return validated(answer, tag)


def _is_same(tag: str) -> bool:
    """Whether the range is of what the client has part of already (If-Range)."""
    condition = request.if_range
    return condition.date is None and condition.etag in (None, tag)


def slices(opening: Callable[[], BinaryIO], start: int, stop: int) -> Iterator[bytes]:
    """A stretch of a file in large pieces; it is opened when the first is asked for."""
    with opening() as file:
        file.seek(start)
        left = stop - start
        while left > 0 and (piece := file.read(min(left, _CHUNK))):
            left -= len(piece)
            yield piece


def warn(answer: Response, *sentences: str) -> Response:
    """Warning headers (RFC 7234 5.5): ASCII, whatever the client's own words were."""
    for sentence in sentences:
        plain = "".join(letter if " " <= letter <= "~" else "?" for letter in sentence)
        quoted = plain.replace("\\", "\\\\").replace('"', '\\"')
        answer.headers.add("Warning", f'299 {AGENT} "{quoted}"')
    return answer
