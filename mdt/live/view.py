"""What the presenter looks at, and where people point: fleeting, in patient terms, the newest wins.

Nothing here is kept. A view is whole, never a difference, so that a lost one costs nothing once the next is there.
"""

from dataclasses import dataclass
from typing import Any

from mdt.core.errors import Invalid
from mdt.live import fields, marks
from mdt.live.fields import Json

PANES = {"1x1": 1, "1x2": 2, "2x1": 2, "2x2": 4}


@dataclass(frozen=True)
class Shown:
    """A presenter's view: the `n`th of their `term`, sent by the tab `by`."""

    term: int
    n: int
    by: str
    view: Json

    def replaces(self, other: "Shown | None") -> bool:
        return other is None or (self.term, self.n) > (other.term, other.n)

    def as_json(self) -> Json:
        return {"term": self.term, "n": self.n, "by": self.by, "view": self.view}


def view(data: Any) -> Json:
    """A checked view, made of what the wire knows and nothing else."""
    sent = fields.record(data, "view")
    layout = fields.one_of(sent, "layout", tuple(PANES))
    panes = sent.get("panes")
    if not isinstance(panes, list) or len(panes) != PANES[layout]:
        raise Invalid("There must be as many panes as the layout has.")
    return {
        "case": fields.our_id(sent, "case"),
        "layout": layout,
        "active": fields.whole(sent, "active", 0, len(panes) - 1),
        "panes": [None if pane is None else _pane(fields.record(pane, "pane")) for pane in panes],
    }


def _pane(sent: Json) -> Json:
    centre = sent.get("centre")
    return {
        **marks.image(sent),
        "key": fields.our_id(sent, "key"),
        "voi": _voi(sent.get("voi")),
        "invert": fields.truth(sent, "invert"),
        "centre": None if centre is None else fields.point(centre, "centre"),
        "height": _extent(sent, "height"),
        "width": _extent(sent, "width"),
        "rotation": fields.number(sent.get("rotation"), "rotation"),
        "flip_h": fields.truth(sent, "flip_h"),
        "flip_v": fields.truth(sent, "flip_v"),
        **({} if sent.get("state") is None else {"state": fields.our_id(sent, "state")}),
    }


def _voi(value: Any) -> Json | None:
    if value is None:
        return None
    sent = fields.record(value, "voi")
    return {end: fields.number(sent.get(end), end) for end in ("lower", "upper")}


def _extent(sent: Json, name: str) -> int | float | None:
    """Millimetres that fit the viewport: null, or more than nothing."""
    if sent.get(name) is None:
        return None
    extent = fields.number(sent[name], name)
    if extent <= 0:
        raise Invalid(f"{name} must be more than 0.")
    return extent


def pointer(data: Any) -> Json | None:
    """A checked place on an image; None when the pointer has left it."""
    if data is None:
        return None
    sent = fields.record(data, "pointer")
    return {
        "series": fields.uid(sent, "series"),
        "sop": fields.uid(sent, "sop"),
        "frame": fields.whole(sent, "frame", 1, marks.FRAME_MOST),
        "at": fields.point(sent.get("at"), "at"),
    }
