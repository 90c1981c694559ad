"""What people of a room make and others may change: whose it is, and which version is the next. Pure."""

from typing import Any

from mdt.core.errors import Forbidden, Stale
from mdt.live import fields
from mdt.live.fields import Json

Author = dict[str, Any]  # {id, name}


def next_version(before: Json | None, sent: Json, what: str) -> int:
    """The version sent, if it follows `before`; raises Stale, with what is there and whose version that is."""
    version = fields.whole(sent, "version", 1, 1_000_000)
    if version != (before["version"] if before else 0) + 1:
        who = before and (before["edited"] or before["author"])["name"]
        raise Stale(f"{who or 'Somebody else'} changed this {what} first.", before)
    return version


def require_own(before: Json, author: Author, may_change_others: bool) -> None:
    if before["author"]["id"] != author["id"] and not may_change_others:
        raise Forbidden(f"This was made by {before['author']['name']}; only they or the chair may change it.")


def whose(before: Json | None, author: Author, may_change_others: bool) -> Json:
    """`author` is who first made it, `edited` who makes this version if that is somebody else; raises Forbidden."""
    if before is None:
        return {"author": author, "edited": None}
    require_own(before, author, may_change_others)
    return {"author": before["author"], "edited": None if before["author"]["id"] == author["id"] else author}
