"""What layer an object is, if it is one. Runs in the sandbox when the object is taken in."""

import gzip
import json
from pathlib import Path
from typing import Any

from pydicom.dataset import Dataset

from mdt.imaging.layers import captures, contours, findings, masks, origins
from mdt.imaging.pixels import segments

MOST_BYTES = 24 << 20  # of a leaf before compression

_REPORTS = "1.2.840.10008.5.1.4.1.1.88."
_NOT_ABOUT_IMAGES = frozenset({"1.2.840.10008.5.1.4.1.1.88.59", "1.2.840.10008.5.1.4.1.1.88.67"})  # key objects, dose


def leaf_beside(document: Path) -> Path:
    """Where the leaf of a layer is written, given where a document would be."""
    return document.with_name("layer")


def layer(dataset: Dataset, sop_class_uid: str, to: Path) -> dict[str, Any] | None:
    """`kind`, `about` (what `docs/wire.md` tells of it) and whether a `leaf` was written to `to`; None for others."""
    drawn: tuple[dict[str, Any], dict[str, Any]] | None
    if segments.is_segmentation(dataset):
        return _layer(dataset, "mask", masks.mask(dataset))
    if captures.is_capture(sop_class_uid):
        return _layer(dataset, "capture", captures.capture(dataset))
    if sop_class_uid == contours.SOP_CLASS:
        kind, drawn = "contours", contours.contours(dataset)
    elif sop_class_uid.startswith(_REPORTS) and sop_class_uid not in _NOT_ABOUT_IMAGES:
        kind, drawn = "marks", findings.findings(dataset, sop_class_uid)
    else:
        return None
    if drawn is None:
        return None
    about, leaf = drawn
    content = json.dumps(leaf, separators=(",", ":"), allow_nan=False).encode()
    if about["problem"] is None and len(content) > MOST_BYTES:
        about = about | {"problem": "It holds more than can be drawn here."}
    if about["problem"] is not None:
        return _layer(dataset, kind, about)
    to.write_bytes(gzip.compress(content, mtime=0))
    return _layer(dataset, kind, about) | {"leaf": True}


def _layer(dataset: Dataset, kind: str, about: dict[str, Any]) -> dict[str, Any]:
    said: dict[str, Any] = {
        "left_out": [],
        "problem": None,
        "verified": "",
        "cad": False,
        "observers": [],
        "approved": "",
    }
    return {"kind": kind, "leaf": False, "about": said | origins.origin(dataset) | about}
