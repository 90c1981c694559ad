"""Whether two files hold the same object, however each was written: in the sandbox, attribute by attribute.

Archives send one object in another transfer syntax, with another file meta header or their own notes on it. None of
that makes it another object.
"""

from pathlib import Path
from typing import Any

import numpy as np
from pydicom.datadict import keyword_for_tag
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.tag import BaseTag

from mdt.imaging.arrivals.content import content_of
from mdt.imaging.files.decoding import Undecodable, decoded
from mdt.imaging.files.opening import Opened, opened
from mdt.imaging.files.raster import CannotShow, raster_of

PIXELS = "PixelData"
PRIVATE = "private attributes"

_OF_THE_ARCHIVE = frozenset(
    {"SpecificCharacterSet", "RetrieveAETitle", "InstanceAvailability", "DataSetTrailingPadding"}
    | {"StorageMediaFileSetID", "StorageMediaFileSetUID"}
)
_OF_THE_ENCODING = frozenset({"PhotometricInterpretation", "PlanarConfiguration"})


def differences(one: Path, other: Path) -> list[str]:
    """The keywords of the attributes in which two files differ, in order; empty when they hold the same object."""
    with opened(one) as ours, opened(other) as theirs:
        ignored = _OF_THE_ARCHIVE
        if ours.transfer_syntax != theirs.transfer_syntax:
            ignored |= _OF_THE_ENCODING
        tags = sorted({*ours.dataset.keys(), *theirs.dataset.keys()})
        names = [_name(tag) for tag in tags if _matters(tag) and not _same(ours.dataset, theirs.dataset, tag)]
        found = [name for name in dict.fromkeys(names) if name not in ignored]
        return found if _same_pixels(ours, theirs) else [*found, PIXELS]


def _matters(tag: BaseTag) -> bool:
    return tag.element != 0  # group lengths (PS3.5 section 7.2, retired) count bytes


def _name(tag: BaseTag) -> str:
    return PRIVATE if tag.is_private else keyword_for_tag(tag) or str(tag)


def _same(ours: Dataset, theirs: Dataset, tag: BaseTag) -> bool:
    """What is absent and what is empty say the same."""
    try:
        return bool(_plain(ours, tag) == _plain(theirs, tag))
    except Exception:  # a value that cannot be read is compared by its bytes
        one, other = ours.get_item(tag), theirs.get_item(tag)
        return (one.value if one else None) == (other.value if other else None)


def _plain(dataset: Dataset, tag: BaseTag) -> Any:
    value = dataset[tag].value if tag in dataset else None
    if isinstance(value, Sequence):
        return [{one: said for one in tuple(item.keys()) if (said := _plain(item, one))} for item in value] or None
    if isinstance(value, bytes):
        return value.rstrip(b"\0 ") or None
    if value is None or isinstance(value, int | float):
        return value
    return str(value).strip(" \0") or None


def _same_pixels(ours: Opened, theirs: Opened) -> bool:
    if content_of(ours) == content_of(theirs):
        return True
    try:
        rasters = raster_of(ours), raster_of(theirs)
    except CannotShow:
        return False
    if rasters[0].frames != rasters[1].frames:
        return False
    frames = zip(decoded(ours, rasters[0]), decoded(theirs, rasters[1]), strict=False)
    return all(
        not isinstance(one, Undecodable) and not isinstance(other, Undecodable) and np.array_equal(one, other)
        for one, other in frames
    )
