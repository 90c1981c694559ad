"""Segmentations (PS3.3 C.8.20): which segment a frame is the mask of, in its maker's words and colour."""

from typing import Any

from pydicom.dataset import Dataset

from mdt.imaging.files import attributes
from mdt.imaging.pixels.geometry import Groups

CLASSES = frozenset({"1.2.840.10008.5.1.4.1.1.66.4", "1.2.840.10008.5.1.4.1.1.66.7"})  # and label maps
_MOST_LABELS = 512
_WHITE = (0.9505, 1.0, 1.0890)  # D65, as PCS-Values are meant (PS3.3 C.10.7.1.1)


def is_segmentation(dataset: Dataset) -> bool:
    return attributes.text(dataset, "SOPClassUID") in CLASSES


def span(dataset: Dataset) -> tuple[float, float] | None:
    """Centre and width of the window from nothing to full for masks of more than one bit; None for other images."""
    if not is_segmentation(dataset):
        return None
    kind = attributes.text(dataset, "SegmentationType")
    if kind == "FRACTIONAL":
        most = attributes.number(dataset, "MaximumFractionalValue")
    elif kind == "LABELMAP":
        most = max((about[0] for _, about in described(dataset)), default=None)
    else:
        return None
    return ((most + 1) / 2, most + 1) if most and most > 0 else None


def segment_of(groups: Groups) -> dict[str, Any] | None:
    """`number`, `label`, `colour` [r, g, b] or None, `kind`, and the image it lies on as `of`; None for other images.

    A label map has all segments in one frame: then `number` is None and `labels` names the value of each.
    """
    dataset = groups.dataset
    if not is_segmentation(dataset):
        return None
    kind, said_of = attributes.text(dataset, "SegmentationType"), [about for _, about in described(dataset)]
    source = attributes.first(groups.macro("DerivationImageSequence"), "SourceImageSequence")
    said: dict[str, Any] = {"kind": kind, "of": None, "number": None, "colour": None, "labels": []}
    if source is not None and (sop := attributes.uid(source, "ReferencedSOPInstanceUID")):
        said["of"] = {"sop": sop, "frame": attributes.integer(source, "ReferencedFrameNumber") or 1}
    if kind == "LABELMAP":
        labels = [{"value": number, "label": label, "colour": colour} for number, label, colour in said_of if number]
        return said | {"label": f"Label map of {len(labels)} segments", "labels": labels[:_MOST_LABELS]}
    number = attributes.integer(groups.macro("SegmentIdentificationSequence"), "ReferencedSegmentNumber")
    for found, label, colour in said_of:
        if found == number:
            return said | {"number": number, "label": label, "colour": colour}
    return said | {"number": number, "label": "A segment that is not described"}


def described(dataset: Dataset) -> list[tuple[Dataset, tuple[int, str, list[int] | None]]]:
    """Each segment's item with its number, words and colour. Its coded type stands beside a label that says less."""
    found = []
    for item in attributes.items(dataset, "SegmentSequence"):
        number = attributes.integer(item, "SegmentNumber")
        kind = attributes.first(item, "SegmentedPropertyTypeCodeSequence")
        meant = attributes.text(kind, "CodeMeaning") if kind else ""
        label = attributes.text(item, "SegmentLabel")
        if meant.casefold() not in label.casefold():
            label = f"{label} ({meant})" if label else meant
        if number is not None:
            found.append((item, (number, label[:120] or f"Segment {number}", _colour(item))))
    return found


def _colour(item: Dataset) -> list[int] | None:
    """Recommended Display CIELab Value (0062,000D) as sRGB."""
    lab = attributes.numbers(item, "RecommendedDisplayCIELabValue", 3)
    if lab is None:
        return None
    lightness, a, b = lab[0] * 100 / 65535, lab[1] * 255 / 65535 - 128, lab[2] * 255 / 65535 - 128
    y = (lightness + 16) / 116
    x, y, z = (white * _uncube(t) for white, t in zip(_WHITE, (y + a / 500, y, y - b / 200), strict=True))
    linear = (
        3.2406 * x - 1.5372 * y - 0.4986 * z,
        -0.9689 * x + 1.8758 * y + 0.0415 * z,
        0.0557 * x - 0.2040 * y + 1.0570 * z,
    )
    return [round(255 * _gamma(min(1.0, max(0.0, part)))) for part in linear]


def _uncube(t: float) -> float:
    return t**3 if t > 6 / 29 else 3 * (6 / 29) ** 2 * (t - 4 / 29)


def _gamma(linear: float) -> float:
    return float(12.92 * linear if linear <= 0.0031308 else 1.055 * linear ** (1 / 2.4) - 0.055)
