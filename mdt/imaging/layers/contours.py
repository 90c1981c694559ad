"""Contours of RT structure sets (PS3.3 A.19): closed and open lines in patient millimetres, by region of interest.

The leaf is `{"rois": [{"number", "frame_of_reference", "contours": [{"kind", "sop", "points"}]}]}` with
points as one row of x, y, z. What is malformed is left out, and `left_out` says so in sentences.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from pydicom.dataset import Dataset

from mdt.imaging.files import attributes
from mdt.imaging.layers import making

SOP_CLASS = "1.2.840.10008.5.1.4.1.1.481.3"
MOST_ROIS, MOST_CONTOURS, MOST_POINTS = 300, 30_000, 400_000

_LEAST = {"CLOSED_PLANAR": 3, "CLOSEDPLANAR_XOR": 3, "OPEN_PLANAR": 2, "OPEN_NONPLANAR": 2, "POINT": 1}
_FARTHEST = 1e5  # mm: nobody is as large
_OFF_PLANE = 0.1  # mm by which the points of a plane contour may leave it


@dataclass
class _Left:
    """What is still taken, and what was not."""

    contours: int
    points: int
    malformed: int = 0
    first: str = ""
    beyond: list[str] = field(default_factory=list)


def contours(dataset: Dataset) -> tuple[dict[str, Any], dict[str, Any]]:
    """What is said of the whole structure set, and its leaf."""
    described = {number: item for item in _rois(dataset) if (number := _number(item, "ROINumber")) is not None}
    observed = {
        number: item
        for item in attributes.items(dataset, "RTROIObservationsSequence")
        if (number := _number(item, "ReferencedROINumber")) is not None
    }
    left = _Left(MOST_CONTOURS, MOST_POINTS)
    parts, made, rois = [], [], []
    for drawn in attributes.items(dataset, "ROIContourSequence")[:MOST_ROIS]:
        number = _number(drawn, "ReferencedROINumber")
        item = described.get(number, Dataset()) if number is not None else Dataset()
        name = attributes.text(item, "ROIName")[:64] or f"Region {number if number is not None else 'without number'}"
        one = making.by_type(attributes.text(item, "ROIGenerationAlgorithm"))
        lines = list(_contours(drawn, name, left))
        frame = attributes.uid(item, "ReferencedFrameOfReferenceUID")
        made.append(one)
        parts.append(
            {
                "number": number,
                "name": name,
                "colour": _colour(drawn),
                "type": attributes.text(observed.get(number or 0, Dataset()), "RTROIInterpretedType")[:16],
                "machine": one.machine,
                "algorithm": attributes.text(item, "ROIGenerationDescription")[:120],
            }
        )
        rois.append({"number": number, "frame_of_reference": frame, "contours": lines})
    frames = sorted({roi["frame_of_reference"] for roi in rois if roi["frame_of_reference"]})
    about = {
        "title": attributes.text(dataset, "StructureSetName")[:120]
        or attributes.text(dataset, "StructureSetLabel")[:120]
        or "Structure set",
        "frame_of_reference": frames[0] if len(frames) == 1 else None,
        "refers": _series(dataset),
        "parts": parts,
        "approved": attributes.text(dataset, "ApprovalStatus")[:16],
        **making.together(made).plain(),
        "left_out": _sentences(left, len(attributes.items(dataset, "ROIContourSequence"))),
        "problem": None if any(roi["contours"] for roi in rois) else "None of its contours can be drawn.",
    }
    return about, {"rois": rois}


def _rois(dataset: Dataset) -> list[Dataset]:
    return attributes.items(dataset, "StructureSetROISequence")


def _number(item: Dataset, keyword: str) -> int | None:
    return attributes.integer(item, keyword)


def _contours(drawn: Dataset, name: str, left: _Left) -> Iterator[dict[str, Any]]:
    for item in attributes.items(drawn, "ContourSequence"):
        points = _points(item)
        if points is None:
            left.malformed += 1
            left.first = left.first or name
            continue
        if left.contours < 1 or left.points < len(points) // 3:
            if name not in left.beyond:
                left.beyond.append(name)
            continue
        left.contours -= 1
        left.points -= len(points) // 3
        image = attributes.first(item, "ContourImageSequence") or Dataset()
        yield {
            "kind": attributes.text(item, "ContourGeometricType"),
            "sop": attributes.uid(image, "ReferencedSOPInstanceUID"),
            "points": points,
        }


def _points(item: Dataset) -> list[float] | None:
    """x, y, z of every point, to a thousandth of a millimetre; None for what is no contour of its kind."""
    kind = attributes.text(item, "ContourGeometricType")
    numbers = attributes.decimals(item, "ContourData", 3 * MOST_POINTS)
    least = _LEAST.get(kind)
    if numbers is None or least is None or len(numbers) % 3 or len(numbers) < 3 * least:
        return None
    if any(abs(number) > _FARTHEST for number in numbers):
        return None
    if kind != "OPEN_NONPLANAR" and not _is_plane(numbers):
        return None
    return [round(number, 3) for number in numbers]


def _is_plane(numbers: list[float]) -> bool:
    """Whether all points lie in one plane: that of the largest triangle with the first point."""
    points = list(zip(numbers[::3], numbers[1::3], numbers[2::3], strict=True))
    first = points[0]
    if len(points) < 4:
        return True
    arms = [(x - first[0], y - first[1], z - first[2]) for x, y, z in points[1:]]
    # Newell's normal: of a closed line it is exact whatever its shape.
    a = b = c = 0.0
    for (px, py, pz), (qx, qy, qz) in zip(points, points[1:] + points[:1], strict=True):
        a += (py - qy) * (pz + qz)
        b += (pz - qz) * (px + qx)
        c += (px - qx) * (py + qy)
    size = math.sqrt(a * a + b * b + c * c)
    if size < 1e-9:
        return True  # all on one line
    return all(abs(a * x + b * y + c * z) <= _OFF_PLANE * size for x, y, z in arms)


def _colour(drawn: Dataset) -> list[int] | None:
    """ROI Display Color (3006,002A)."""
    said = attributes.numbers(drawn, "ROIDisplayColor", 3)
    return [int(part) for part in said] if said and all(0 <= part <= 255 for part in said) else None


def _series(dataset: Dataset) -> list[str]:
    found = {
        series
        for frame in attributes.items(dataset, "ReferencedFrameOfReferenceSequence")
        for study in attributes.items(frame, "RTReferencedStudySequence")
        for item in attributes.items(study, "RTReferencedSeriesSequence")
        if (series := attributes.uid(item, "SeriesInstanceUID"))
    }
    return sorted(found)


def _sentences(left: _Left, rois: int) -> list[str]:
    said = []
    if left.malformed:
        what = "1 contour is" if left.malformed == 1 else f"{left.malformed} contours are"
        said.append(f"{what} malformed and not drawn (of {left.first}).")
    if left.beyond:
        names = ", ".join(left.beyond[:5]) + (" and others" if len(left.beyond) > 5 else "")
        said.append(f"It holds more points than can be drawn here; not all of {names} is.")
    if rois > MOST_ROIS:
        said.append(f"It has {rois} regions; only the first {MOST_ROIS} are drawn.")
    return said
