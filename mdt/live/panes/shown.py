"""What every kind of pane made of images tells: which series, its window, and the area of the patient that is seen."""

from typing import Any

from mdt.core.errors import Invalid
from mdt.live import fields
from mdt.live.fields import Json

PLACED = frozenset(
    {"kind", "study", "series", "key", "voi", "invert", "centre", "height", "width", "rotation", "flip_h", "flip_v"}
)


def series(sent: Json) -> Json:
    return {
        "study": fields.uid(sent, "study"),
        "series": fields.uid(sent, "series"),
        "key": fields.our_id(sent, "key"),
    }


def seen(sent: Json) -> Json:
    """Window, inversion and displayed area."""
    centre = sent.get("centre")
    return {
        "voi": voi(sent.get("voi")),
        "invert": fields.truth(sent, "invert"),
        "centre": None if centre is None else fields.point(centre, "centre"),
        "height": extent(sent, "height"),
        "width": extent(sent, "width"),
        "rotation": fields.number(sent.get("rotation"), "rotation"),
        "flip_h": fields.truth(sent, "flip_h"),
        "flip_v": fields.truth(sent, "flip_v"),
    }


def voi(value: Any) -> Json | None:
    if value is None:
        return None
    sent = fields.record(value, "voi")
    return {end: fields.number(sent.get(end), end) for end in ("lower", "upper")}


def extent(sent: Json, name: str) -> int | float | None:
    """Millimetres that fit the viewport: null, or more than nothing."""
    if sent.get(name) is None:
        return None
    found = fields.number(sent[name], name)
    if found <= 0:
        raise Invalid(f"{name} must be more than 0.")
    return found


def within(sent: Json, name: str, least: float, most: float) -> int | float:
    found = fields.number(sent.get(name), name)
    if not least <= found <= most:
        raise Invalid(f"{name} must be from {least:g} to {most:g}.")
    return found


def nothing_else(sent: Json, known: frozenset[str]) -> None:
    """A field that is not known would be shown on one screen and not on another."""
    if unknown := sorted(set(sent) - known):
        raise Invalid(f"{unknown[0]} is not a field of this kind of pane.")
