"""Which images an object speaks of, by their UIDs."""

from typing import Any

from pydicom.dataset import Dataset

from mdt.imaging.files import attributes

_MOST = 5000

Images = list[dict[str, Any]]


def image(item: Dataset) -> dict[str, Any] | None:
    """`sop` and `frames` (empty: all) of one referenced image."""
    sop = attributes.uid(item, "ReferencedSOPInstanceUID")
    if sop is None:
        return None
    frames = attributes.numbers(item, "ReferencedFrameNumber") or []
    return {"sop": sop, "frames": sorted({int(frame) for frame in frames if frame >= 1})[:_MOST]}


def images(dataset: Dataset, keyword: str = "ReferencedImageSequence") -> Images:
    found = (image(item) for item in attributes.items(dataset, keyword)[:_MOST])
    return [one for one in found if one is not None]


def by_series(dataset: Dataset, keyword: str = "ReferencedSeriesSequence") -> Images:
    """Referenced images with the `series` they are of."""
    return [
        one | {"series": series}
        for item in attributes.items(dataset, keyword)
        if (series := attributes.uid(item, "SeriesInstanceUID"))
        for one in images(item)
    ][:_MOST]


def evidence(dataset: Dataset) -> dict[str, dict[str, str]]:
    """`study` and `series` of each object that a report lists as its evidence (PS3.3 C.17.2.3), by its UID."""
    found: dict[str, dict[str, str]] = {}
    for keyword in ("CurrentRequestedProcedureEvidenceSequence", "PertinentOtherEvidenceSequence"):
        for study in attributes.items(dataset, keyword):
            for series in attributes.items(study, "ReferencedSeriesSequence"):
                place = {
                    "study": attributes.uid(study, "StudyInstanceUID") or "",
                    "series": attributes.uid(series, "SeriesInstanceUID") or "",
                }
                found |= {one["sop"]: place for one in images(series, "ReferencedSOPSequence")}
    return found
