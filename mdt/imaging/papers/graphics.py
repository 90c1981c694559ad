"""The graphics of a presentation state (PS3.3 C.10.5): lines and words on images, in layers."""

from typing import Any

from pydicom.dataset import Dataset

from mdt.imaging.files import attributes, references

_TYPES = frozenset({"POINT", "POLYLINE", "INTERPOLATED", "CIRCLE", "ELLIPSE"})
_UNITS = frozenset({"PIXEL", "DISPLAY"})  # of the image, from its outermost corner at 0; or 0 to 1 of what is displayed
_MOST_OBJECTS, _MOST_POINTS = 2000, 4000


def layers(dataset: Dataset) -> list[dict[str, Any]]:
    """Names of the layers from the bottom up, each with what it is for."""
    found = [
        {
            "name": attributes.text(item, "GraphicLayer"),
            "description": attributes.text(item, "GraphicLayerDescription")[:200],
            "order": attributes.integer(item, "GraphicLayerOrder") or 0,
        }
        for item in attributes.items(dataset, "GraphicLayerSequence")
    ]
    return sorted(found, key=lambda layer: int(str(layer["order"])))


def graphics(dataset: Dataset) -> list[dict[str, Any]]:
    """Of each annotation item its `images` (none: all), `layer`, `objects` and `texts`."""
    found = []
    left = _MOST_OBJECTS
    for item in attributes.items(dataset, "GraphicAnnotationSequence"):
        shapes = [one for each in attributes.items(item, "GraphicObjectSequence")[:left] if (one := _shape(each))]
        texts = [one for each in attributes.items(item, "TextObjectSequence")[:left] if (one := _text(each))]
        left = max(0, left - len(shapes) - len(texts))
        if shapes or texts:
            layer = attributes.text(item, "GraphicLayer")
            found.append({"images": references.images(item), "layer": layer, "objects": shapes, "texts": texts})
    return found


def _shape(item: Dataset) -> dict[str, Any] | None:
    kind, units = attributes.text(item, "GraphicType"), attributes.text(item, "GraphicAnnotationUnits")
    points = _points(attributes.numbers(item, "GraphicData"))
    if kind not in _TYPES or units not in _UNITS or not _enough(kind, points):
        return None
    filled = attributes.text(item, "GraphicFilled") == "Y"
    return {"type": kind, "units": units, "points": points, "filled": filled}


def _enough(kind: str, points: list[list[float]]) -> bool:
    return len(points) >= {"POINT": 1, "CIRCLE": 2, "ELLIPSE": 4}.get(kind, 2)


def _points(numbers: list[float] | None) -> list[list[float]]:
    said = (numbers or [])[: 2 * _MOST_POINTS]
    return [[said[i], said[i + 1]] for i in range(0, len(said) - 1, 2)]


def _text(item: Dataset) -> dict[str, Any] | None:
    """Words in a box, or at an anchor, or both; a line leads from the box to a visible anchor."""
    words = attributes.text(item, "UnformattedTextValue").replace("\r\n", "\n").replace("\r", "\n")[:1024]
    first = attributes.numbers(item, "BoundingBoxTopLeftHandCorner", 2)
    last = attributes.numbers(item, "BoundingBoxBottomRightHandCorner", 2)
    anchor = attributes.numbers(item, "AnchorPoint", 2)
    box_units = attributes.text(item, "BoundingBoxAnnotationUnits")
    anchor_units = attributes.text(item, "AnchorPointAnnotationUnits")
    box = [first, last] if first and last and box_units in _UNITS else None
    anchor = anchor if anchor_units in _UNITS else None
    if not words or (box is None and anchor is None):
        return None
    return {
        "text": words,
        "box": box,
        "box_units": box_units if box else None,
        "align": attributes.text(item, "BoundingBoxTextHorizontalJustification") or "LEFT",
        "anchor": anchor,
        "anchor_units": anchor_units if anchor else None,
        "leader": attributes.text(item, "AnchorPointVisibility") == "Y",
    }
