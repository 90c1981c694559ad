"""Secondary captures (PS3.3 A.8): screens and computed pictures, which hang by themselves but say what they are."""

from typing import Any

from pydicom.dataset import Dataset

from mdt.imaging.files import attributes
from mdt.imaging.layers import making

_SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"


def is_capture(sop_class_uid: str) -> bool:
    """Single frames, and the multi-frame kinds below it."""
    return sop_class_uid == _SECONDARY_CAPTURE or sop_class_uid.startswith(f"{_SECONDARY_CAPTURE}.")


def capture(dataset: Dataset) -> dict[str, Any]:
    """Of the first of a series: how it came about, and the images it says it was made from."""
    described = attributes.text(dataset, "DerivationDescription")[:120]
    return {
        "title": attributes.text(dataset, "SeriesDescription")[:120] or described or "Secondary capture",
        "frame_of_reference": attributes.uid(dataset, "FrameOfReferenceUID"),
        "refers": _series(dataset),
        "parts": [],
        **making.of_image(dataset).plain(),
    }


def _series(dataset: Dataset) -> list[str]:
    found = (
        attributes.uid(item, "SeriesInstanceUID") for item in attributes.items(dataset, "ReferencedSeriesSequence")
    )
    return sorted({series for series in found if series})
