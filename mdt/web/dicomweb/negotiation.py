"""Which representation a client takes (PS3.18 8.7, RFC 9110 12.5.1): media type, one part or many, transfer syntax."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from mdt.core.errors import Invalid

ANY = "*"
_PARTS = re.compile(r'(?:[^",;]|"(?:[^"\\]|\\.)*")+|[,;]')
_Q = re.compile(r"(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)")
_NAME = re.compile(r"[\w!#$&^.+*-]+")


@dataclass(frozen=True)
class Taken:
    """One media range of a client. `multipart` None is either; `syntax` None is that media type's default."""

    type: str
    multipart: bool | None
    syntax: str | None
    q: float

    @property
    def specificity(self) -> tuple[int, int]:
        return (0 if self.type == "*/*" else 1 if self.type.endswith("/*") else 2, self.syntax not in (None, ANY))


@dataclass(frozen=True)
class Offer:
    """One representation that can be sent. `is_default` is what the media type means when no syntax is named.

    `is_usual` is what a client gets that takes anything at all: what every client can read.
    """

    type: str
    multipart: bool
    syntax: str | None = None
    is_default: bool = True
    is_usual: bool = True

    @property
    def content_type(self) -> str:
        """Of the answer or, in one of many parts, of the part."""
        return f"{self.type}; transfer-syntax={self.syntax}" if self.syntax else self.type


@lru_cache(maxsize=200)
def taken(accept: str | None) -> tuple[Taken, ...]:
    """An Accept header; nothing said is anything. Raises Invalid for what is malformed."""
    if accept is None or not accept.strip():
        return (Taken("*/*", None, None, 1.0),)
    return tuple(_range(one) for one in _split(accept) if one)


def best(offers: Iterable[Offer], accepted: Sequence[Taken]) -> Offer | None:
    """The offer the client likes best and, of those it likes alike, the first; None when it takes none."""
    chosen, chosen_q = None, 0.0
    for offer in offers:
        matching = [one for one in accepted if _takes(one, offer)]
        if not matching:
            continue
        q = max(matching, key=lambda one: (one.specificity, one.q)).q
        if q > chosen_q:
            chosen, chosen_q = offer, q
    return chosen


def _takes(one: Taken, offer: Offer) -> bool:
    if one.multipart is not None and one.multipart != offer.multipart:
        return False
    wanted, _, subtype = one.type.partition("/")
    if wanted != "*" and (wanted != offer.type.split("/")[0] or subtype not in ("*", offer.type.split("/")[1])):
        return False
    if offer.syntax is None or one.syntax == ANY:
        return True
    if one.syntax is not None:
        return one.syntax == offer.syntax
    return offer.is_default and (offer.is_usual or wanted != "*")


def _split(accept: str) -> list[list[str]]:
    """Ranges, each as its pieces; quoted text may hold commas and semicolons."""
    if "".join(_PARTS.findall(accept)) != accept:
        raise Invalid("The Accept header is malformed: a quotation mark is not closed.")
    ranges: list[list[str]] = [[]]
    for piece in _PARTS.findall(accept):
        if piece == ",":
            ranges.append([])
        elif piece != ";" and piece.strip():
            ranges[-1].append(piece.strip())
    return ranges


def _range(pieces: list[str]) -> Taken:
    media = pieces[0].lower()
    _check(media)
    said = {}
    for piece in pieces[1:]:
        name, _, value = piece.partition("=")
        said[name.strip().lower()] = re.sub(r"\\(.)", r"\1", value.strip().strip('"'))
    q = said.get("q", "1")
    if not _Q.fullmatch(q):
        raise Invalid(f"The Accept header is malformed: a quality of {q[:20]!r} is not between 0 and 1.")
    if media not in ("multipart/related", "multipart/*"):
        return Taken(media, None if media == "*/*" else False, said.get("transfer-syntax"), float(q))
    inner = said.get("type", "*/*").lower()
    _check(inner)
    return Taken(inner, True, said.get("transfer-syntax"), float(q))


def _check(media: str) -> None:
    main, slash, sub = media.partition("/")
    if not slash or not _NAME.fullmatch(main) or not _NAME.fullmatch(sub) or (main == "*" and sub != "*"):
        raise Invalid(f"The Accept header is malformed: {media[:60]!r} is not a media type.")
