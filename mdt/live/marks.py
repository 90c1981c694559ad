"""Marks on images (lengths, regions, arrows, words) and key images: what a client may send, and what is kept of it.

A mark's points are patient millimetres, so that every screen draws it over its own rendering.
"""

from dataclasses import dataclass

from mdt.core.errors import Invalid, NotFound
from mdt.live import fields
from mdt.live.authored import Author, next_version, require_own, whose
from mdt.live.fields import Json


@dataclass(frozen=True)
class Tool:
    """How many points a mark of this kind has, whether somebody writes its text, and what it measures."""

    least: int
    most: int
    texted: bool = False
    measures: str | None = None


TOOLS: dict[str, Tool] = {
    "Length": Tool(2, 2, measures="length"),
    "Bidirectional": Tool(4, 4, measures="axes"),  # the ends of the long axis, then those of the short one
    "Angle": Tool(3, 3, measures="angle"),  # the corner is the second
    "CobbAngle": Tool(4, 4, measures="angle"),  # two lines
    "EllipticalROI": Tool(4, 4, measures="region"),  # the ends of one axis, then those of the other
    "PlanarFreehandROI": Tool(3, 200, measures="region"),  # its outline, closed
    "Probe": Tool(1, 1, measures="value"),
    "ArrowAnnotate": Tool(2, 2, texted=True),
    "Label": Tool(1, 1, texted=True),
}
MARKS_MOST, KEYS_MOST = 500, 100
TEXT_MOST, CAPTION_MOST = 500, 300
FRAME_MOST = 100_000
NORMAL_OFF_MOST = 0.01  # how far from 1 the length of a plane's normal may be
LESION_NAME_MOST, ORGAN_MOST = 60, 40
LESION_ROLES = ("target", "non-target", "new")
LESION_STATES = ("measured", "present", "absent", "too-small", "progressed", "not-evaluable")
_MEASURED_WITH = ("length", "axes")


def put(held: dict[str, Json], body: Json, author: Author, *, may_change_others: bool, at: str) -> Json:
    """The mark to keep: a new one, or the next version of one that `held` has."""
    sent = fields.record(body.get("mark"), "mark")
    before = held.get(fields.uuid(sent, "id"))
    if before is None and len(held) >= MARKS_MOST:
        raise Invalid(f"A case holds at most {MARKS_MOST} marks.")
    mark = {
        "id": sent["id"],
        "version": next_version(before, sent, "mark"),
        "tool": fields.one_of(sent, "tool", tuple(TOOLS)),
        **_place(sent),
        "points": _points(sent, TOOLS[sent["tool"]].least, TOOLS[sent["tool"]].most),
        "text": fields.text(sent, "text", TEXT_MOST),
        **whose(before, author, may_change_others),
        "at": at,
        **_lesion(sent),
    }
    return mark


def in_the_making(sent: Json) -> Json:
    """A mark that a hand still makes or moves, as others see it meanwhile: it may lack points, and has no words yet."""
    tool = fields.one_of(sent, "tool", tuple(TOOLS))
    return {
        "id": fields.uuid(sent, "id"),
        "tool": tool,
        **_place(sent),
        "points": _points(sent, 1, TOOLS[tool].most),
    }


def remove(held: dict[str, Json], body: Json, author: Author, *, may_change_others: bool) -> Json:
    """What to keep of a removal: the mark's id and the tombstone's version."""
    before = held.get(fields.uuid(body, "id"))
    if before is None or before.get("removed"):
        raise NotFound("That mark is no longer there.")
    version = next_version(before, body, "mark")
    require_own(before, author, may_change_others)
    return {"id": before["id"], "version": version, "removed": True}


def put_key(held: dict[str, Json], body: Json, author: Author, *, may_change_others: bool, at: str) -> Json:
    """The key image to keep: a new one, or one of `held` with another caption."""
    sent = fields.record(body.get("key"), "key")
    before = held.get(fields.uuid(sent, "id"))
    if before is None and len(held) >= KEYS_MOST:
        raise Invalid(f"A case holds at most {KEYS_MOST} key images.")
    if before is not None:
        require_own(before, author, may_change_others)
        author = before["author"]
    caption = fields.text(sent, "caption", CAPTION_MOST)
    return {"id": sent["id"], **image(sent), "caption": caption, "author": author, "at": at}


def remove_key(held: dict[str, Json], body: Json, author: Author, *, may_change_others: bool) -> Json:
    before = held.get(fields.uuid(body, "id"))
    if before is None:
        raise NotFound("That key image is no longer there.")
    require_own(before, author, may_change_others)
    return {"id": before["id"]}


def image(sent: Json) -> Json:
    """Which frame of which image: `frame` counts from 1 (PS3.3 C.7.6.6)."""
    return {
        "study": fields.uid(sent, "study"),
        "series": fields.uid(sent, "series"),
        "sop": fields.uid(sent, "sop"),
        "frame": fields.whole(sent, "frame", 1, FRAME_MOST),
    }


def _place(sent: Json) -> Json:
    """The image a mark is on; or the plane through a volume of `series`, where it was drawn on no single image."""
    if sent.get("plane") is None:
        return image(sent)
    plane = fields.record(sent["plane"], "plane")
    normal = fields.point(plane.get("normal"), "normal")
    if abs(sum(part * part for part in normal) - 1) > NORMAL_OFF_MOST:
        raise Invalid("normal must be a direction of length 1.")
    return {
        "study": fields.uid(sent, "study"),
        "series": fields.uid(sent, "series"),
        "plane": {
            "frame_of_reference": fields.uid(plane, "frame_of_reference"),
            "normal": normal,
            "at": fields.point(plane.get("at"), "at"),
        },
    }


def _points(sent: Json, least: int, most: int) -> list[list[int | float]]:
    points = sent.get("points")
    if not isinstance(points, list) or not least <= len(points) <= most:
        count = str(least) if least == most else f"{least} to {most}"
        raise Invalid(f"points of {sent['tool']} must be {count}.")
    return [fields.point(point, "points") for point in points]


def _lesion(sent: Json) -> Json:
    """Which lesion of the patient the mark is of, if it is of one that is followed (`mdt/live/recist.py`)."""
    if sent.get("lesion") is None:
        return {}
    lesion = fields.record(sent["lesion"], "lesion")
    name = " ".join(fields.text(lesion, "name", LESION_NAME_MOST).split())
    if not name:
        raise Invalid("A lesion must have a name.")
    state = fields.one_of(lesion, "state", LESION_STATES)
    if state == "measured" and TOOLS[sent["tool"]].measures not in _MEASURED_WITH:
        raise Invalid("A lesion is measured with a length or with both its axes.")
    return {
        "lesion": {
            "name": name,
            "role": fields.one_of(lesion, "role", LESION_ROLES),
            "organ": fields.text(lesion, "organ", ORGAN_MOST).strip(),
            "node": fields.truth(lesion, "node"),
            "state": state,
        }
    }
