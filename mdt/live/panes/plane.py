"""A reformatted plane of a volume, thick or thin, and what lies over it in colour (PET over CT)."""

from mdt.live import fields
from mdt.live.fields import Json
from mdt.live.panes import shown

PLANES = ("axial", "coronal", "sagittal")
BLENDS = ("average", "mip", "minip")
COLOURS = ("hot-iron", "rainbow")
THICKEST = 1000  # mm

_FIELDS = shown.PLACED | {"plane", "slab", "blend", "over"}
_OVER = frozenset({"study", "series", "key", "opacity", "colormap", "voi"})


def pane(sent: Json) -> Json:
    shown.nothing_else(sent, _FIELDS)
    return {
        **shown.series(sent),
        "plane": fields.one_of(sent, "plane", PLANES),
        "slab": shown.within(sent, "slab", 0, THICKEST),
        "blend": fields.one_of(sent, "blend", BLENDS),
        **shown.seen(sent),
        "over": None if sent.get("over") is None else _over(fields.record(sent["over"], "over")),
    }


def _over(sent: Json) -> Json:
    shown.nothing_else(sent, _OVER)
    return {
        **shown.series(sent),
        "opacity": shown.within(sent, "opacity", 0, 1),
        "colormap": fields.one_of(sent, "colormap", COLOURS),
        "voi": shown.voi(sent.get("voi")),
    }
