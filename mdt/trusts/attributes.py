"""DICOM elements to text, by the charset the data set itself declares, whatever state it is in.

Values are decoded from their bytes here and not through pydicom's value classes: those warn or raise on the malformed
values that archives are full of, and a listing needs the text only.
"""

from collections.abc import Iterable

from pydicom.charset import decode_bytes, python_encoding
from pydicom.datadict import tag_for_keyword
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.tag import Tag

_PATIENT_ID = Tag(0x0010, 0x0020)
_OTHER_IDS = Tag(0x0010, 0x1002)
_CHARSET = Tag(0x0008, 0x0005)


def attributes(dataset: Dataset, keywords: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """The text of those elements which are there; see `mdt.trusts.listing` for the form."""
    encodings = _encodings(dataset)
    found: dict[str, tuple[str, ...]] = {}
    for keyword in keywords:
        tag = tag_for_keyword(keyword)
        if tag is not None and tag in dataset:
            found[keyword] = _values(dataset, tag, encodings)
    if _OTHER_IDS in dataset:
        items = dataset[_OTHER_IDS].value
        if isinstance(items, Sequence):
            ids = [_values(item, _PATIENT_ID, encodings) for item in items if _PATIENT_ID in item]
            found["OtherPatientIDsSequence"] = tuple(values[0] for values in ids if values)
    return found


def _values(dataset: Dataset, tag: int, encodings: list[str]) -> tuple[str, ...]:
    element = dataset.get_item(tag)
    value = element.value if element is not None else None
    if isinstance(element, RawDataElement) and isinstance(value, bytes):
        value = _decoded(value, encodings)
        return tuple(part.strip(" \0\t\r\n") for part in value.split("\\")) if value.strip(" \0") else ()
    if value is None or value == "":
        return ()
    several = isinstance(value, Iterable) and not isinstance(value, str | bytes) and element.VM != 1
    return tuple(str(part).strip(" \0") for part in value) if several else (str(value).strip(" \0"),)


def _encodings(dataset: Dataset) -> list[str]:
    declared = _values(dataset, _CHARSET, ["ascii"]) if _CHARSET in dataset else ()
    return [python_encoding.get(term or "ISO_IR 6", "ascii") for term in declared] or ["ascii"]


def _decoded(raw: bytes, encodings: list[str]) -> str:
    if b"\x1b" in raw:  # ISO 2022 code extensions
        try:
            return decode_bytes(raw, encodings, {0x0D, 0x0A, 0x09, 0x0C, 0x5C, 0x5E, 0x3D})
        except (LookupError, ValueError, Warning):
            pass
    # Undeclared letters are UTF-8 far more often than by chance; Latin-1 reads anything.
    for encoding in (*encodings[:1], "utf-8"):
        try:
            return raw.decode(encoding)
        except (LookupError, UnicodeDecodeError):
            continue
    return raw.decode("latin-1")
