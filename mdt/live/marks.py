"""Marks on images (lengths, arrows) and key images: what a client may send, and what is kept of it.

A mark's points are patient millimetres, so that every screen draws it over its own rendering.
"""

from typing import Any

from mdt.core.errors import Forbidden, Invalid, NotFound, Stale
from mdt.live import fields
from mdt.live.fields import Json

TOOLS = ("Length", "ArrowAnnotate")
MARKS_MOST, KEYS_MOST = 500, 100
TEXT_MOST, CAPTION_MOST = 500, 300
FRAME_MOST = 100_000

Author = dict[str, Any]  # {id, name}


def put(held: dict[str, Json], body: Json, author: Author, *, may_change_others: bool, at: str) -> Json:
    """The mark to keep: a new one, or the next version of one that `held` has."""
    sent = fields.record(body.get("mark"), "mark")
    before = held.get(fields.uuid(sent, "id"))
    if before is None and len(held) >= MARKS_MOST:
        raise Invalid(f"A case holds at most {MARKS_MOST} marks.")
    mark = {
        "id": sent["id"],
        "version": _next_version(before, sent),
        "tool": fields.one_of(sent, "tool", TOOLS),
        **image(sent),
        "points": _points(sent.get("points")),
        "text": fields.text(sent, "text", TEXT_MOST),
        "author": author,
        "edited": None,
        "at": at,
    }
    if before is not None:
        _require_own(before, author, may_change_others)
        mark["author"] = before["author"]
        mark["edited"] = None if before["author"]["id"] == author["id"] else author
    return mark


def remove(held: dict[str, Json], body: Json, author: Author, *, may_change_others: bool) -> Json:
    """What to keep of a removal: the mark's id and the tombstone's version."""
    before = held.get(fields.uuid(body, "id"))
    if before is None or before.get("removed"):
        raise NotFound("That mark is no longer there.")
    version = _next_version(before, body)
    _require_own(before, author, may_change_others)
    return {"id": before["id"], "version": version, "removed": True}


def put_key(held: dict[str, Json], body: Json, author: Author, *, may_change_others: bool, at: str) -> Json:
    """The key image to keep: a new one, or one of `held` with another caption."""
    sent = fields.record(body.get("key"), "key")
    before = held.get(fields.uuid(sent, "id"))
    if before is None and len(held) >= KEYS_MOST:
        raise Invalid(f"A case holds at most {KEYS_MOST} key images.")
    if before is not None:
        _require_own(before, author, may_change_others)
        author = before["author"]
    caption = fields.text(sent, "caption", CAPTION_MOST)
    return {"id": sent["id"], **image(sent), "caption": caption, "author": author, "at": at}


def remove_key(held: dict[str, Json], body: Json, author: Author, *, may_change_others: bool) -> Json:
    before = held.get(fields.uuid(body, "id"))
    if before is None:
        raise NotFound("That key image is no longer there.")
    _require_own(before, author, may_change_others)
    return {"id": before["id"]}


def image(sent: Json) -> Json:
    """Which frame of which image: `frame` counts from 1 (PS3.3 C.7.6.6)."""
    return {
        "study": fields.uid(sent, "study"),
        "series": fields.uid(sent, "series"),
        "sop": fields.uid(sent, "sop"),
        "frame": fields.whole(sent, "frame", 1, FRAME_MOST),
    }


def _points(value: Any) -> list[list[int | float]]:
    if not isinstance(value, list) or len(value) != 2:
        raise Invalid("points must be two points.")
    return [fields.point(point, "points") for point in value]


def _next_version(before: Json | None, sent: Json) -> int:
    version = fields.whole(sent, "version", 1, 1_000_000)
    if version != (before["version"] if before else 0) + 1:
        raise Stale("Somebody else changed this mark first.", before)
    return version


def _require_own(before: Json, author: Author, may_change_others: bool) -> None:
    if before["author"]["id"] != author["id"] and not may_change_others:
        raise Forbidden(f"This was made by {before['author']['name']}; only they or the chair may change it.")
