"""Prepared scenes: a view, the marks that were on it and a caption. What a client may send, and what is kept of it.

The view is exactly one that a presenter sends (`mdt.live.view`), so that opening a scene shows it on every screen.
"""

from collections.abc import Sequence

from mdt.core.errors import Invalid, NotFound, Stale
from mdt.live import fields, view
from mdt.live.authored import Author, next_version, require_own, whose
from mdt.live.fields import Json

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
        "version": next_version(before, sent, "scene"),
        "view": shown,
        "marks": _marks(sent.get("marks")),
        "caption": fields.text(sent, "caption", CAPTION_MOST),
        **whose(before, author, may_change_others),
        "at": at,
    }
    return scene


def remove(held: Sequence[Json], body: Json, author: Author, *, may_change_others: bool) -> Json:
    """What to keep of a removal: which scene, and the version that it would have had."""
    before = _find(held, fields.uuid(body, "id"))
    if before is None:
        raise NotFound("That scene is no longer there.")
    version = next_version(before, body, "scene")
    require_own(before, author, may_change_others)
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
