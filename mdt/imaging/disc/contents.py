"""What a DICOMDIR says is on its medium (PS3.3 annex F): the files it lists, and how many objects each series has.

Runs in the sandbox's child. Records are followed by their offsets; where those lead nowhere, or round in a circle, the
files are taken from the records as they stand, since their order is what most writers keep.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.errors import InvalidDicomError
from pydicom.multival import MultiValue

from mdt.core.errors import Invalid

MOST_RECORDS = 200_000


@dataclass(frozen=True)
class Contents:
    """Names of the files listed, from the DICOMDIR's own folder, and the objects of each series by its UID."""

    files: tuple[str, ...]
    series: dict[str, int]


def contents(path: Path) -> Contents:
    """Read one DICOMDIR; raises Invalid with a sentence when it is none, or cannot be read."""
    try:
        dataset = dcmread(path)
    except InvalidDicomError:
        raise Invalid("The disc's table of contents (DICOMDIR) is not a DICOM file.") from None
    records = dataset.get("DirectoryRecordSequence")
    if records is None:
        raise Invalid("The disc's table of contents (DICOMDIR) lists nothing.")
    if len(records) > MOST_RECORDS:
        raise Invalid("The disc's table of contents (DICOMDIR) is longer than any disc's.")
    series: dict[str, int] = {}
    reached = set()
    for record, uid in _walk(dataset, {record.seq_item_tell: record for record in records}):
        reached.add(record.seq_item_tell)
        if uid and _file(record):
            series[uid] = series.get(uid, 0) + 1
    files = tuple(name for record in records if (name := _file(record)))
    whole = all(record.seq_item_tell in reached for record in records if _file(record))
    return Contents(files, series if whole else {})


def _walk(dataset: Dataset, records: dict[int, Dataset]) -> Iterator[tuple[Dataset, str]]:
    """Every record that is in use, with the SeriesInstanceUID it stands under."""
    waiting = [(dataset.get("OffsetOfTheFirstDirectoryRecordOfTheRootDirectoryEntity", 0), "")]
    seen = set()
    while waiting:
        offset, uid = waiting.pop()
        record = records.get(int(offset or 0))
        if record is None or offset in seen:
            continue
        seen.add(offset)
        waiting.append((record.get("OffsetOfTheNextDirectoryRecord", 0), uid))
        if record.get("RecordInUseFlag", 0xFFFF) == 0:
            continue
        below = str(record.get("SeriesInstanceUID", "")) if record.get("DirectoryRecordType") == "SERIES" else uid
        waiting.append((record.get("OffsetOfReferencedLowerLevelDirectoryEntity", 0), below))
        yield record, uid


def _file(record: Dataset) -> str:
    """Its Referenced File ID as a path; nothing for a record that stands for no file, or is no longer in use."""
    said = record.get("ReferencedFileID")
    if not said or record.get("RecordInUseFlag", 0xFFFF) == 0:
        return ""
    parts = said if isinstance(said, MultiValue | list) else [said]
    return "/".join(str(part) for part in parts)
