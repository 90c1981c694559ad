"""A whole volume seen in depth: by which preset, and from where around the patient."""

from typing import Any

from mdt.core.errors import Invalid
from mdt.live import fields
from mdt.live.fields import Json
from mdt.live.panes import shown

PRESETS = ("bone", "vessels", "soft", "lung", "mip")
SHIFTED_MOST = 3000  # units of the image, HU in CT

_FIELDS = frozenset({"kind", "study", "series", "key", "preset", "shift", "voi", "turn", "centre", "height", "width"})


def pane(sent: Json) -> Json:
    shown.nothing_else(sent, _FIELDS)
    centre = sent.get("centre")
    return {
        **shown.series(sent),
        "preset": fields.one_of(sent, "preset", PRESETS),
        "shift": shown.within(sent, "shift", -SHIFTED_MOST, SHIFTED_MOST),
        "voi": shown.voi(sent.get("voi")),
        "turn": _turn(sent.get("turn")),
        "centre": None if centre is None else fields.point(centre, "centre"),
        "height": shown.extent(sent, "height"),
        "width": shown.extent(sent, "width"),
    }


def _turn(value: Any) -> list[int | float]:
    """Degrees around the patient's long axis, and upwards."""
    if not isinstance(value, list) or len(value) != 2:
        raise Invalid("turn must be two angles.")
    around, up = (fields.number(angle, "turn") for angle in value)
    if not (0 <= around <= 360 and -90 <= up <= 90):
        raise Invalid("turn must be from 0 to 360 degrees around and from -90 to 90 upwards.")
    return [around, up]
