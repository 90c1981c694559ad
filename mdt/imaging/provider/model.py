"""A dataset as DICOM JSON (PS3.18 annex F), in the sandbox. What cannot be converted is given as the bytes it is.

Binary values longer than INLINE bytes are told by address: `BULK` and the path to the element, which whoever sends
the answer replaces by a URL. A raw NUL cannot come from a value, because JSON escapes it.
"""

import base64
import json
import math
import secrets
from collections.abc import Iterator
from typing import Any

import numpy as np
from pydicom.dataelem import DataElement, RawDataElement
from pydicom.dataset import Dataset
from pydicom.filewriter import correct_ambiguous_vr_element
from pydicom.multival import MultiValue
from pydicom.sequence import Sequence
from pydicom.tag import BaseTag
from pydicom.valuerep import PersonName

BULK = "\0"
INLINE = 1024

_BINARY = {"OB": 1, "OW": 2, "OF": 4, "OL": 4, "OD": 8, "OV": 8, "UN": 1}  # bytes of a word
_NUMBERS = frozenset({"DS", "FD", "FL", "IS", "SL", "SS", "SV", "UL", "US", "UV"})
_GROUPS = ("Alphabetic", "Ideographic", "Phonetic")
_PIXELS = frozenset({0x7FE00008, 0x7FE00009, 0x7FE00010})

Json = dict[str, Any]


def as_bytes(dataset: Dataset, pixels: tuple[int, str] | None, *, little_endian: bool) -> bytes:
    """The whole model in UTF-8. `pixels` is the tag and VR of the pixel data that stayed in the file."""
    mark = secrets.token_hex(16)
    model = _Writer(mark, little_endian).model(dataset)
    if pixels is not None:
        tag, vr = pixels
        model[f"{tag:08X}"] = {"vr": vr, "BulkDataURI": f"{mark}{tag:08X}"}
    text = json.dumps(model, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.encode("utf-8", "replace").replace(mark.encode(), BULK.encode())


def value_at(dataset: Dataset, path: str, *, little_endian: bool) -> bytes | None:
    """The bytes, in little endian, of a binary element: `TAG` or `TAG/ITEM/TAG...`, items counted from 1."""
    *sequences, last = path.split("/")
    for tag, number in zip(sequences[::2], sequences[1::2], strict=True):
        items = dataset[int(tag, 16)].value if int(tag, 16) in dataset else ()
        if not isinstance(items, Sequence) or not 0 < int(number) <= len(items):
            return None
        dataset = items[int(number) - 1]
    if int(last, 16) not in dataset:
        return None
    element = dataset[int(last, 16)]
    return _little(element.value or b"", element.VR, little_endian) if element.VR in _BINARY else None


def _little(value: bytes, vr: str, little_endian: bool) -> bytes:
    """Binary values are little endian in web services, whatever the file is (PS3.18 F.2.7)."""
    word = _BINARY[vr]
    if little_endian or word == 1 or len(value) % word:
        return value
    return np.frombuffer(value, f">u{word}").astype(f"<u{word}").tobytes()


class _Writer:
    def __init__(self, mark: str, little_endian: bool) -> None:
        self._mark, self._little_endian = mark, little_endian

    def model(self, dataset: Dataset, path: str = "") -> Json:
        return {f"{tag:08X}": self._element(dataset, tag, path) for tag in _shown(dataset)}

    def _element(self, dataset: Dataset, tag: BaseTag, path: str) -> Json:
        raw, here = dataset.get_item(tag), f"{path}{tag:08X}"
        try:
            element: Any = dataset[tag]
            if " or " in element.VR:
                element = correct_ambiguous_vr_element(element, dataset, self._little_endian)
            vr = "OB" if " or " in element.VR and "OB" in element.VR else element.VR[:2]
            return {"vr": vr, **self._value(element, vr, here)}
        except MemoryError:
            raise
        except Exception:  # any converter may fail on what a broken writer wrote; its bytes still say something
            return self._raw(raw, here)

    def _raw(self, raw: RawDataElement | DataElement, here: str) -> Json:
        value = raw.value if isinstance(raw.value, bytes) else b""
        return {"vr": "UN", **self._binary(value, here)}

    def _value(self, element: DataElement, vr: str, here: str) -> Json:
        value = element.value
        if vr == "SQ":
            items = [self.model(item, f"{here}/{number}/") for number, item in enumerate(value, 1)]
            return {"Value": items} if items else {}
        if vr in _BINARY:
            return self._binary(_little(value or b"", vr, self._little_endian), here)
        if element.tag == 0x00080005:
            return {"Value": ["ISO_IR 192"]} if value else {}  # this text is in UTF-8, whatever the file is in
        several = list(value) if isinstance(value, MultiValue | list | tuple) else [value]
        written = [_one(part, vr) for part in several]
        return {"Value": written} if any(part is not None for part in written) else {}

    def _binary(self, value: bytes, here: str) -> Json:
        if len(value) > INLINE:
            return {"BulkDataURI": f"{self._mark}{here}"}
        return {"InlineBinary": base64.b64encode(value).decode()} if value else {}


def _shown(dataset: Dataset) -> Iterator[BaseTag]:
    """Group lengths and the file meta information are no part of the model (PS3.18 F.2.2), nor are pixels here."""
    for tag in sorted(dataset.keys()):
        if tag.element != 0 and tag.group != 2 and tag not in _PIXELS:
            yield tag


def _one(value: Any, vr: str) -> Any:
    """One value; None for one that is empty among several (PS3.18 F.2.5)."""
    if value is None or (isinstance(value, str) and value == ""):
        return None
    if vr == "PN":
        return _name(value)
    if vr == "AT":
        return f"{int(value):08X}"
    if vr in _NUMBERS:
        return _number(value)
    return str(value)


def _name(value: PersonName) -> Json | None:
    groups = dict(zip(_GROUPS, (value.alphabetic, value.ideographic, value.phonetic), strict=True))
    return {group: text for group, text in groups.items() if text.strip("^ ")} or None


def _number(value: Any) -> int | float | str | None:
    """A JSON number; infinities and what is not a number, for which JSON has none, as text."""
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, int):
        return int(value)
    number = float(value)
    if not math.isfinite(number):
        return "NaN" if math.isnan(number) else "inf" if number > 0 else "-inf"
    return int(number) if number == int(number) and abs(number) < 1 << 53 else number
