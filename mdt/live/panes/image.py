"""An image in a viewport, or a document: the default kind, which names itself nowhere."""

from typing import Any

from mdt.core.errors import Invalid
from mdt.live import fields, marks
from mdt.live.fields import Json

LAYERS_MOST = 100
OVERLAYS = "overlays"  # the overlay planes of the images themselves


def pane(sent: Json) -> Json:
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
        **({} if sent.get("layers") is None else {"layers": _layers(sent["layers"])}),
    }


def _layers(value: Any) -> list[str]:
    """Keys of the layers that are shown, each once, in order."""
    if not isinstance(value, list) or len(value) > LAYERS_MOST or len({str(one) for one in value}) < len(value):
        raise Invalid(f"layers must be at most {LAYERS_MOST} keys, each once.")
    return [OVERLAYS if one == OVERLAYS else fields.our_id({"layers": one}, "layers") for one in value]


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
