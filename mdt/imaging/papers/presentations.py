"""Softcopy presentation states (PS3.3 A.33): how somebody chose that images be seen, as plain values for a viewer.

Read and applied: windows and VOI tables, presentation LUT and its shape, pseudo-colours, displayed area, rotation and
flip, shutters, graphics and text.
`left_out` says in sentences what a state holds and is not applied.
"""

from typing import Any

import numpy as np
from pydicom.dataset import Dataset
from pydicom.pixels import apply_color_lut

from mdt.imaging.files import attributes, moments, references
from mdt.imaging.papers.graphics import graphics, layers
from mdt.imaging.pixels.curves import curve_of

_STATES = "1.2.840.10008.5.1.4.1.1.11."
_BLENDING = (f"{_STATES}4", f"{_STATES}8")
_NOT_APPLIED = {
    "4": "It lays one series over another, which is not shown by it; what it says of each is.",
    "8": "It lays several series over each other, which is not shown by it; what it says of each is.",
    "6": "It cuts a volume into other planes, which is not shown here.",
    "7": "It cuts a volume into other planes, which is not shown here.",
    "9": "It renders a volume, which is not shown here.",
    "10": "It renders a volume, which is not shown here.",
}


def is_state(sop_class_uid: str) -> bool:
    return sop_class_uid.startswith(_STATES)


def presentation(dataset: Dataset, sop_class_uid: str) -> dict[str, Any]:
    """All that is applied of a state; `images` in its parts name those it is for, and none means all of them."""
    return {
        "label": attributes.text(dataset, "ContentLabel")[:64],
        "description": attributes.text(dataset, "ContentDescription")[:500],
        "creator": moments.person(attributes.text(dataset, "ContentCreatorName")),
        "at": moments.written(dataset, "PresentationCreation"),
        "images": references.by_series(dataset) + [one for item in _blended(dataset) for one in _images_of(item)],
        "windows": _windows(dataset) + [one for item in _blended(dataset) for one in _windows_of(item)],
        "invert": _inverse(dataset),
        "tone": _presentation_table(dataset),
        "palette": None if sop_class_uid in _BLENDING else _palette(dataset),
        "areas": _areas(dataset),
        "rotation": _rotation(dataset),
        "flip": attributes.text(dataset, "ImageHorizontalFlip") == "Y",
        "shutter": _shutter(dataset),
        "layers": layers(dataset),
        "graphics": graphics(dataset),
        "left_out": _left_out(dataset, sop_class_uid),
    }


def _blended(dataset: Dataset) -> list[Dataset]:
    """What a blending state (PS3.3 C.11.14, C.11.33) says of each series that it lays over another."""
    return attributes.items(dataset, "BlendingSequence") + attributes.items(dataset, "AdvancedBlendingSequence")


def _images_of(item: Dataset) -> list[dict[str, Any]]:
    """Of one blended series; one that names no image is of all of them, and `sop` is empty."""
    named, series = references.by_series(item), attributes.uid(item, "SeriesInstanceUID")
    if series is not None:
        named += [one | {"series": series} for one in references.images(item)] or [_all_of(series)]
    return named


def _all_of(series: str) -> dict[str, Any]:
    return {"sop": "", "frames": [], "series": series}


def _windows_of(item: Dataset) -> list[dict[str, Any]]:
    """A window is for the images of its own series, if they are named; one that could be of either is not read."""
    own = [{"sop": one["sop"], "frames": one["frames"]} for one in _images_of(item) if one["sop"]]
    found = [one if one["images"] else {**one, "images": own} for one in _windows(item)]
    return [one for one in found if one["images"]]


def _windows(dataset: Dataset) -> list[dict[str, Any]]:
    """Of each Softcopy VOI LUT item the first window, or its table and the span of values that covers."""
    found = []
    for item in attributes.items(dataset, "SoftcopyVOILUTSequence"):
        centre, width = attributes.number(item, "WindowCenter"), attributes.number(item, "WindowWidth")
        function = attributes.text(item, "VOILUTFunction") or "LINEAR"
        table = curve_of(attributes.first(item, "VOILUTSequence"), signed=False)
        if table is not None:
            width, function = table["last"] - table["first"] + 1, "LINEAR"
            centre = table["first"] + width / 2
        if centre is not None and width is not None and width > 0:
            about = {"images": references.images(item), "centre": centre, "width": width, "function": function}
            found.append(about if table is None else {**about, "lut": table["points"]})
    return found


def _presentation_table(dataset: Dataset) -> list[float] | None:
    """The Presentation LUT (PS3.3 C.11.6): brightness, 0 to 1, by what comes out of the window, from black to white."""
    table = curve_of(attributes.first(dataset, "PresentationLUTSequence"), signed=False)
    return None if table is None else table["points"]


def _palette(dataset: Dataset) -> list[list[int]] | None:
    """The colours of a pseudo-colour state (PS3.3 A.33.3): RGB from what the window shows darkest to the brightest.

    By a well-known palette (PS3.6 annex B) or its own tables (PS3.3 C.7.9); one whose tables are broken has none.
    """
    well_known = attributes.uid(dataset, "PaletteColorLookupTableUID")
    descriptor = attributes.numbers(dataset, "RedPaletteColorLookupTableDescriptor", 3)
    if well_known is None and descriptor is None:
        return None
    try:
        if descriptor is None:
            colours = apply_color_lut(np.arange(256, dtype=np.uint8), palette=well_known)
            top = 255.0
        else:
            count, first, bits = int(descriptor[0]) or 65536, int(descriptor[1]), int(descriptor[2])
            indices = first + np.linspace(0, count - 1, min(count, 256)).round().astype(np.int64)
            colours, top = apply_color_lut(indices.astype(np.uint16), dataset), float(2**bits - 1)
    except Exception:  # whatever broken tables do to the reader of them
        return None
    return [[round(float(part) * 255 / top) for part in colour] for colour in colours[:, :3]]


def _inverse(dataset: Dataset) -> bool | None:
    """Whether low values are bright, whatever the image's own nature; None where it does not say."""
    shape = attributes.text(dataset, "PresentationLUTShape")
    return {"IDENTITY": False, "INVERSE": True}.get(shape)


def _areas(dataset: Dataset) -> list[dict[str, Any]]:
    """Displayed areas: first and last column and row (from 1, inclusive), and how they are fitted."""
    found = []
    for item in attributes.items(dataset, "DisplayedAreaSelectionSequence"):
        first = attributes.numbers(item, "DisplayedAreaTopLeftHandCorner", 2)
        last = attributes.numbers(item, "DisplayedAreaBottomRightHandCorner", 2)
        if not first or not last or first[0] == last[0] or first[1] == last[1]:
            continue
        # Of an image that is turned the corner at the top left is another than that of the smallest numbers.
        ends = [[pick(a, b) for a, b in zip(first, last, strict=True)] for pick in (min, max)]
        mode = attributes.text(item, "PresentationSizeMode") or "SCALE TO FIT"
        found.append({"images": references.images(item), "first": ends[0], "last": ends[1], "mode": mode})
    return found


def _rotation(dataset: Dataset) -> int:
    turned = attributes.integer(dataset, "ImageRotation") or 0
    return turned % 360 if turned % 90 == 0 else 0


def _shutter(dataset: Dataset) -> dict[str, Any] | None:
    """Shapes outside which the image is covered (PS3.3 C.7.6.11): rows and columns from 1; `value` of 0 to 65535."""
    shapes = attributes.texts(dataset, "ShutterShape")
    found: list[dict[str, Any]] = []
    if "RECTANGULAR" in shapes:
        edges = [
            attributes.number(dataset, f"Shutter{edge}Edge")
            for edge in ("LeftVertical", "RightVertical", "UpperHorizontal", "LowerHorizontal")
        ]
        if None not in edges:
            found.append({"rectangle": edges})  # left, right, upper, lower
    centre = attributes.numbers(dataset, "CenterOfCircularShutter", 2)
    radius = attributes.number(dataset, "RadiusOfCircularShutter")
    if "CIRCULAR" in shapes and centre and radius and radius > 0:
        found.append({"circle": [centre[1], centre[0], radius]})  # column, row, radius
    corners = attributes.numbers(dataset, "VerticesOfThePolygonalShutter")
    if "POLYGONAL" in shapes and corners and len(corners) >= 6:
        found.append({"polygon": [[corners[i + 1], corners[i]] for i in range(0, len(corners) - 1, 2)]})
    if not found:
        return None
    return {"shapes": found, "value": attributes.integer(dataset, "ShutterPresentationValue") or 0}


def _left_out(dataset: Dataset, sop_class_uid: str) -> list[str]:
    said = []
    if why := _NOT_APPLIED.get(sop_class_uid.removeprefix(_STATES)):
        said.append(why)
    if any(len(_windows(item)) > len(_windows_of(item)) for item in _blended(dataset)):
        said.append("Its windows are of whole series, and are not applied.")
    if "BITMAP" in attributes.texts(dataset, "ShutterShape"):
        said.append("Its bitmap shutter is not applied.")
    coloured = "PaletteColorLookupTableUID" in dataset or "RedPaletteColorLookupTableDescriptor" in dataset
    if coloured and sop_class_uid not in _BLENDING and _palette(dataset) is None:
        said.append("Its pseudo-colours cannot be read, and are not applied.")
    if "PresentationLUTSequence" in dataset and _presentation_table(dataset) is None:
        said.append("Its presentation table cannot be read, and is not applied.")
    if "ModalityLUTSequence" in dataset or "RescaleSlope" in dataset:
        said.append("Its own rescale is not applied; values are those of the image.")
    tables = [attributes.first(item, "VOILUTSequence") for item in attributes.items(dataset, "SoftcopyVOILUTSequence")]
    if any(table is not None and curve_of(table, signed=False) is None for table in tables):
        said.append("Its VOI table cannot be read, and is not applied.")
    if "MaskSubtractionSequence" in dataset:
        said.append("Its subtraction is not applied.")
    if any("CompoundGraphicSequence" in item for item in attributes.items(dataset, "GraphicAnnotationSequence")):
        said.append("Some of its graphics are of kinds that are not drawn here.")
    return said
