"""The messages a browser sends, read from JSON nobody vouches for. docs/wire.md section 2 is the contract."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from mdt.core.errors import Invalid
from mdt.live import fields, view
from mdt.live.fields import Json
from mdt.meeting.guests import DECISIONS

OP_BYTES_MOST = 32 * 1024
SHOW_OUT = "shown-out"
SEQ_MOST = 2**53 - 1  # the whole numbers JavaScript counts exactly


@dataclass(frozen=True)
class Hello:
    epoch: str | None
    last: int


@dataclass(frozen=True)
class Op:
    op: str
    kind: str
    body: Json


@dataclass(frozen=True)
class View:
    term: int
    n: int
    view: Json


@dataclass(frozen=True)
class Pointer:
    n: int
    pointer: Json | None


@dataclass(frozen=True)
class Drawing:
    n: int
    case: str
    drawing: Json | None


@dataclass(frozen=True)
class Digest:
    seq: int
    digest: str


@dataclass(frozen=True)
class Hand:
    """`person` None: one's own."""

    up: bool
    person: str | None


@dataclass(frozen=True)
class Guest:
    """`decision` is one of the lobby's, or SHOW_OUT."""

    guest: str
    decision: str


def hello(data: Any) -> Hello:
    sent = fields.record(data, "hello")
    return Hello(_epoch(sent), fields.whole(sent, "last", 0, SEQ_MOST))


def pull(data: Any) -> Hello:
    sent = fields.record(data, "pull")
    return Hello(_epoch(sent), fields.whole(sent, "since", 0, SEQ_MOST))


def op(data: Any) -> Op:
    sent = fields.record(data, "op")
    kind = sent.get("kind")
    if not isinstance(kind, str) or len(kind) > 32:
        raise Invalid("kind must be a short text.")
    body = fields.record(sent.get("body"), "body")
    return Op(fields.uuid(sent, "op"), kind, tidy_body(body))


def tidy_body(body: Json) -> Json:
    """A body of bounded size with text and numbers as both sides write them."""
    tidied: Json = fields.tidy(body)
    if len(json.dumps(tidied, ensure_ascii=False).encode()) > OP_BYTES_MOST:
        raise Invalid("That is too much for one message.")
    return tidied


def view_message(data: Any) -> View:
    sent = fields.record(data, "view")
    n = fields.whole(sent, "n", 0, SEQ_MOST)
    return View(fields.whole(sent, "term", 1, SEQ_MOST), n, view.view(sent.get("view")))


def pointer_message(data: Any) -> Pointer:
    sent = fields.record(data, "pointer")
    return Pointer(fields.whole(sent, "n", 0, SEQ_MOST), view.pointer(sent.get("pointer")))


def drawing_message(data: Any) -> Drawing:
    sent = fields.record(data, "drawing")
    n, case = fields.whole(sent, "n", 0, SEQ_MOST), fields.our_id(sent, "case")
    return Drawing(n, case, view.drawing(sent.get("drawing")))


def renew(data: Any) -> int:
    """The term to renew."""
    return fields.whole(fields.record(data, "renew"), "term", 1, SEQ_MOST)


def follow(data: Any) -> bool:
    return fields.truth(fields.record(data, "follow"), "following")


def idle(data: Any) -> bool:
    return fields.truth(fields.record(data, "here"), "idle")


def hand(data: Any) -> Hand:
    sent = fields.record(data, "hand")
    return Hand(fields.truth(sent, "up"), None if sent.get("person") is None else fields.our_id(sent, "person"))


def word(data: Any) -> str | None:
    """Who has it from now on; None: nobody."""
    sent = fields.record(data, "word")
    return None if sent.get("person") is None else fields.our_id(sent, "person")


def guest(data: Any) -> Guest:
    sent = fields.record(data, "guest")
    return Guest(fields.our_id(sent, "guest"), fields.one_of(sent, "decision", (*DECISIONS, SHOW_OUT)))


def digest(data: Any) -> Digest:
    sent = fields.record(data, "digest")
    return Digest(fields.whole(sent, "seq", 0, SEQ_MOST), fields.text(sent, "digest", 16))


def moment(at: datetime) -> str:
    """A moment as the wire writes it: UTC, milliseconds, Z."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _epoch(sent: Json) -> str | None:
    return None if sent.get("epoch") is None else fields.our_id(sent, "epoch")
