"""A whole slide in a viewport: a place on the glass and how much of it is seen, in micrometres.

A pixel of a scan is a quarter of a micrometre, which millimetres with three decimals could not tell from the next.
"""

from typing import Any

from mdt.core.errors import Invalid
from mdt.live import fields
from mdt.live.fields import Json
from mdt.live.panes import shown

LARGEST = 1_000_000_000  # micrometres; a slide is 75,000 long

_FIELDS = frozenset({"kind", "study", "series", "key", "centre", "height", "width", "rotation"})


def pane(sent: Json) -> Json:
    shown.nothing_else(sent, _FIELDS)
    return {
        **shown.series(sent),
        "centre": _place(sent.get("centre")),
        "height": _extent(sent, "height"),
        "width": _extent(sent, "width"),
        "rotation": shown.within(sent, "rotation", 0, 360),
    }


def _place(value: Any) -> list[int | float]:
    """To the right of the slide's upper left corner, and down from it."""
    if not isinstance(value, list) or len(value) != 2:
        raise Invalid("centre must be two numbers.")
    return [fields.number(part, "centre") for part in value]


def _extent(sent: Json, name: str) -> int | float:
    extent = shown.within(sent, name, 0, LARGEST)
    if extent <= 0:
        raise Invalid(f"{name} must be more than 0.")
    return extent
