"""What the presenter looks at, where people point, what they are drawing: fleeting, in patient terms, the newest wins.

Nothing here is kept. A view is whole, never a difference, so that a lost one costs nothing once the next is there.
"""

from dataclasses import dataclass
from typing import Any

from mdt.core.errors import Invalid
from mdt.live import fields, marks, panes
from mdt.live.fields import Json

# Rows and columns, and how many panes that is.
LAYOUTS = {f"{rows}x{columns}": rows * columns for rows in (1, 2, 3) for columns in (1, 2, 3)}


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
    layout = fields.one_of(sent, "layout", tuple(LAYOUTS))
    shown = sent.get("panes")
    if not isinstance(shown, list) or len(shown) != LAYOUTS[layout]:
        raise Invalid("There must be as many panes as the layout has.")
    return {
        "case": fields.our_id(sent, "case"),
        "layout": layout,
        "active": fields.whole(sent, "active", 0, len(shown) - 1),
        **({} if sent.get("filled") is None else {"filled": fields.whole(sent, "filled", 0, len(shown) - 1)}),
        **({} if sent.get("protocol") is None else {"protocol": fields.name(sent, "protocol")}),
        "panes": [None if pane is None else panes.pane(pane) for pane in shown],
        **({} if sent.get("cross") is None else {"cross": _cross(fields.record(sent["cross"], "cross"))}),
    }


def _cross(sent: Json) -> Json:
    """The point of the crosshair, in every viewport of its frame of reference."""
    return {
        "frame_of_reference": fields.uid(sent, "frame_of_reference"),
        "at": fields.point(sent.get("at"), "at"),
    }


def pointer(data: Any) -> Json | None:
    """A checked place on an image; None when the pointer has left it."""
    if data is None:
        return None
    sent = fields.record(data, "pointer")
    if "sop" not in sent:  # on a plane of that series' volume, through the point
        return {"series": fields.uid(sent, "series"), "at": fields.point(sent.get("at"), "at")}
    return {
        "series": fields.uid(sent, "series"),
        "sop": fields.uid(sent, "sop"),
        "frame": fields.whole(sent, "frame", 1, marks.FRAME_MOST),
        "at": fields.point(sent.get("at"), "at"),
    }


def drawing(data: Any) -> Json | None:
    """A checked mark in the making; None when the hand has let go."""
    return None if data is None else marks.in_the_making(fields.record(data, "drawing"))
