"""What one viewport of a view shows: each kind is checked by a module of its own."""

from collections.abc import Callable
from typing import Any

from mdt.core.errors import Invalid
from mdt.live import fields
from mdt.live.fields import Json
from mdt.live.panes import image, plane, rendering, slide, volume

# A checker makes the pane anew of what it knows; "kind" itself is put back here.
CHECKERS: dict[str, Callable[[Json], Json]] = {
    "image": image.pane,
    "plane": plane.pane,
    "volume": volume.pane,
    "rendering": rendering.pane,
    "slide": slide.pane,
}


def pane(data: Any) -> Json:
    sent = fields.record(data, "pane")
    kind = sent.get("kind", "image")
    if not isinstance(kind, str) or kind not in CHECKERS:
        raise Invalid(f"kind must be one of {', '.join(CHECKERS)}.")
    checked = CHECKERS[kind](sent)
    return checked if kind == "image" else {"kind": kind, **checked}
