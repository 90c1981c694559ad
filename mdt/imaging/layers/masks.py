"""Segmentations (PS3.3 A.51) as layers: what each segment is and who or what made it; the masks are in their pack."""

from typing import Any

from pydicom.dataset import Dataset

from mdt.imaging.files import attributes, references
from mdt.imaging.layers import making
from mdt.imaging.pixels import segments

_MOST = 512


def mask(dataset: Dataset) -> dict[str, Any]:
    """Its `parts`, one a segment, and the series whose images it `refers` to."""
    parts, made = [], []
    for item, (number, label, colour) in segments.described(dataset)[:_MOST]:
        one = making.by_type(attributes.text(item, "SegmentAlgorithmType"))
        named = making.algorithm(item, "SegmentationAlgorithmIdentificationSequence")
        made.append(one)
        parts.append(
            {
                "number": number,
                "name": label,
                "colour": colour,
                "type": "",
                "machine": one.machine,
                "algorithm": named or attributes.text(item, "SegmentAlgorithmName")[:120],
            }
        )
    return {
        "title": attributes.text(dataset, "ContentDescription")[:120]
        or attributes.text(dataset, "SeriesDescription")[:120]
        or attributes.text(dataset, "ContentLabel")[:64]
        or "Segmentation",
        "frame_of_reference": attributes.uid(dataset, "FrameOfReferenceUID"),
        "refers": _series(dataset),
        "parts": parts,
        **making.together(made).plain(),
    }


def _series(dataset: Dataset) -> list[str]:
    found = [
        series
        for item in attributes.items(dataset, "ReferencedSeriesSequence")
        if (series := attributes.uid(item, "SeriesInstanceUID"))
    ]
    evidence = references.evidence(dataset).values()
    return sorted({*found, *(place["series"] for place in evidence if place["series"])})
