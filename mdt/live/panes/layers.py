"""What others drew, as a viewport shows it: which layers, and how where that is not how they come."""

from typing import Any

from mdt.core.errors import Invalid
from mdt.live import fields
from mdt.live.fields import Json
from mdt.live.panes import shown

LAYERS_MOST = 100
PARTS_MOST = 1000
OVERLAYS = "overlays"  # the overlay planes of the images themselves
FIELDS = frozenset({"layers", "looks"})

_LOOK = frozenset({"layer", "opacity", "colour", "without"})


def layers(sent: Json) -> Json:
    """`layers` and `looks`, where they are said."""
    keys, looks = sent.get("layers"), sent.get("looks")
    return {
        **({} if keys is None else {"layers": _keys(keys)}),
        **({} if looks is None else {"looks": _looks(looks)}),
    }


def _keys(value: Any) -> list[str]:
    """Keys of the layers that are shown, each once, in order."""
    if not isinstance(value, list) or len(value) > LAYERS_MOST or len({str(one) for one in value}) < len(value):
        raise Invalid(f"layers must be at most {LAYERS_MOST} keys, each once.")
    return [_key(one) for one in value]


def _key(value: Any) -> str:
    return OVERLAYS if value == OVERLAYS else fields.our_id({"layers": value}, "layers")


def _looks(value: Any) -> list[Json]:
    if not isinstance(value, list) or len(value) > LAYERS_MOST:
        raise Invalid(f"looks must be at most {LAYERS_MOST}.")
    found = [_look(fields.record(one, "looks")) for one in value]
    if len({look["layer"] for look in found}) < len(found):
        raise Invalid("looks must name each layer once.")
    return found


def _look(sent: Json) -> Json:
    shown.nothing_else(sent, _LOOK)
    return {
        "layer": _key(sent.get("layer")),
        **({} if sent.get("opacity") is None else {"opacity": shown.within(sent, "opacity", 0, 1)}),
        **({} if sent.get("colour") is None else {"colour": _whole(sent["colour"], "colour", 255, 3)}),
        **({} if sent.get("without") is None else {"without": _whole(sent["without"], "without", PARTS_MOST)}),
    }


def _whole(value: Any, name: str, most: int, count: int | None = None) -> list[int]:
    """Whole numbers from 0 to `most`; exactly `count` of them, or no more than there could be."""
    if not isinstance(value, list) or (len(value) != count if count else len(value) > most):
        raise Invalid(f"{name} must be a list of {count or f'at most {most}'} numbers.")
    if not all(isinstance(part, int) and not isinstance(part, bool) and 0 <= part <= most for part in value):
        raise Invalid(f"{name} must be whole numbers from 0 to {most}.")
    return list(value)
