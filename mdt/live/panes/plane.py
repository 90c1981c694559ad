"""A reformatted plane of a volume, thick or thin, and what lies over it in colour (PET over CT)."""

from typing import Any

from mdt.core.errors import Invalid
from mdt.live import fields
from mdt.live.fields import Json
from mdt.live.panes import layers, shown

PLANES = ("axial", "coronal", "sagittal")
BLENDS = ("average", "mip", "minip")
COLOURS = ("hot-iron", "rainbow")
THICKEST = 1000  # mm
HALF_AROUND = 180  # degrees

_FIELDS = shown.PLACED | layers.FIELDS | {"plane", "tilt", "slab", "blend", "over"}
_OVER = frozenset({"study", "series", "key", "opacity", "colormap", "voi"})


def pane(sent: Json) -> Json:
    shown.nothing_else(sent, _FIELDS)
    return {
        **shown.series(sent),
        "plane": fields.one_of(sent, "plane", PLANES),
        **({} if sent.get("tilt") is None else {"tilt": _tilt(sent["tilt"])}),
        "slab": shown.within(sent, "slab", 0, THICKEST),
        "blend": fields.one_of(sent, "blend", BLENDS),
        **shown.seen(sent),
        "over": None if sent.get("over") is None else _over(fields.record(sent["over"], "over")),
        **layers.layers(sent),
    }


def _tilt(value: Any) -> list[int | float]:
    """Degrees about the patient's x, then y, then z."""
    tilt = fields.point(value, "tilt")
    if any(abs(turn) > HALF_AROUND for turn in tilt):
        raise Invalid("tilt must be from -180 to 180 degrees about each axis.")
    return tilt


def _over(sent: Json) -> Json:
    shown.nothing_else(sent, _OVER)
    return {
        **shown.series(sent),
        "opacity": shown.within(sent, "opacity", 0, 1),
        "colormap": fields.one_of(sent, "colormap", COLOURS),
        "voi": shown.voi(sent.get("voi")),
    }
