"""Prepared scenes: a view, the marks that were on it and a caption. What a client may send, and what is kept of it.

The view is exactly one that a presenter sends (`mdt.live.view`), so that opening a scene shows it on every screen.
"""

from collections.abc import Sequence

from mdt.core.errors import Forbidden, Invalid, NotFound, Stale
from mdt.live import fields, view
from mdt.live.fields import Json
from mdt.live.marks import Author

SCENES_MOST, MARKS_MOST, CAPTION_MOST = 30, 100, 300


def put(held: Sequence[Json], body: Json, author: Author, *, case: str, may_change_others: bool, at: str) -> Json:
    """The scene to keep, without what its images were: a new one, or the next version of one that `held` has."""
    sent = fields.record(body.get("scene"), "scene")
    before = _find(held, fields.uuid(sent, "id"))
    if before is None and len(held) >= SCENES_MOST:
        raise Invalid(f"A case holds at most {SCENES_MOST} scenes.")
    shown = view.view(sent.get("view"))
    if shown["case"] != case:
        raise Invalid("That view is of another case.")
    if not any(shown["panes"]):
        raise Invalid("There is no image in this view to keep as a scene.")
    scene = {
        "id": sent["id"],
        "version": _next_version(before, sent),
        "view": shown,
        "marks": _marks(sent.get("marks")),
        "caption": fields.text(sent, "caption", CAPTION_MOST),
        "author": author,
        "edited": None,
        "at": at,
    }
    if before is not None:
        _require_own(before, author, may_change_others)
        scene["author"] = before["author"]
        scene["edited"] = None if before["author"]["id"] == author["id"] else author
    return scene


def remove(held: Sequence[Json], body: Json, author: Author, *, may_change_others: bool) -> Json:
    """What to keep of a removal: which scene, and the version that it would have had."""
    before = _find(held, fields.uuid(body, "id"))
    if before is None:
        raise NotFound("That scene is no longer there.")
    version = _next_version(before, body)
    _require_own(before, author, may_change_others)
    return {"id": before["id"], "version": version}


def order(held: Sequence[Json], body: Json) -> list[str]:
    """Every scene once, in the order wished; stale when scenes came or went meanwhile."""
    wished = body.get("order")
    if not isinstance(wished, list) or not all(isinstance(one, str) for one in wished):
        raise Invalid("order must be the scenes by their ids.")
    now = [scene["id"] for scene in held]
    if sorted(wished) != sorted(now):
        raise Stale("Somebody added or removed a scene meanwhile; put them in order again.", now)
    return wished


def _find(held: Sequence[Json], scene_id: str) -> Json | None:
    return next((scene for scene in held if scene["id"] == scene_id), None)


def _marks(value: object) -> list[str]:
    if not isinstance(value, list) or len(value) > MARKS_MOST:
        raise Invalid(f"marks must be a list of at most {MARKS_MOST} ids.")
    return [fields.uuid({"mark": one}, "mark") for one in dict.fromkeys(str(one) for one in value)]


def _next_version(before: Json | None, sent: Json) -> int:
    version = fields.whole(sent, "version", 1, 1_000_000)
    if version != (before["version"] if before else 0) + 1:
        raise Stale("Somebody else changed this scene first.", before)
    return version


def _require_own(before: Json, author: Author, may_change_others: bool) -> None:
    if before["author"]["id"] != author["id"] and not may_change_others:
        raise Forbidden(f"This scene was made by {before['author']['name']}; only they or the chair may change it.")
