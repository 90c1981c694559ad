"""An image in a viewport, or a document: the default kind, which names itself nowhere."""

from typing import Any

from mdt.core.errors import Invalid
from mdt.live import fields, marks
from mdt.live.fields import Json
from mdt.live.panes import shown

LAYERS_MOST = 100
OVERLAYS = "overlays"  # the overlay planes of the images themselves


def pane(sent: Json) -> Json:
    return {
        **marks.image(sent),
        "key": fields.our_id(sent, "key"),
        **shown.seen(sent),
        **({} if sent.get("state") is None else {"state": fields.our_id(sent, "state")}),
        **({} if sent.get("layers") is None else {"layers": _layers(sent["layers"])}),
    }


def _layers(value: Any) -> list[str]:
    """Keys of the layers that are shown, each once, in order."""
    if not isinstance(value, list) or len(value) > LAYERS_MOST or len({str(one) for one in value}) < len(value):
        raise Invalid(f"layers must be at most {LAYERS_MOST} keys, each once.")
    return [OVERLAYS if one == OVERLAYS else fields.our_id({"layers": one}, "layers") for one in value]
