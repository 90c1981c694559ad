"""Reading attributes of other people's datasets: a value that is malformed counts as not given, and never raises."""

import math
from typing import Any

from pydicom.datadict import tag_for_keyword
from pydicom.dataset import Dataset
from pydicom.multival import MultiValue

from mdt.trusts.listing import is_uid


def value(dataset: Dataset, keyword: str) -> Any:
    """The element's value, or None where it is absent, empty or cannot be converted."""
    try:
        found = dataset.get(keyword)
    except Exception:  # any converter of pydicom may fail on what a broken writer wrote
        return None
    return None if found is None or (isinstance(found, str | bytes | MultiValue) and len(found) == 0) else found


def text(dataset: Dataset, keyword: str) -> str:
    """One line of text; several values are joined by a backslash, as DICOM writes them."""
    found = value(dataset, keyword)
    if found is None:
        return ""
    joined = "\\".join(str(part) for part in found) if isinstance(found, MultiValue) else str(found)
    return joined.replace("\0", "").strip()


def texts(dataset: Dataset, keyword: str) -> list[str]:
    """Every value, stripped; none that is empty."""
    return [part for raw in text(dataset, keyword).split("\\") if (part := raw.strip())]


def uid(dataset: Dataset, keyword: str) -> str | None:
    """A UID, or None for what cannot be one."""
    found = text(dataset, keyword)
    return found if is_uid(found) else None


def numbers(dataset: Dataset, keyword: str, count: int | None = None) -> list[float] | None:
    """Finite numbers; None unless there are exactly `count` of them (any, but at least one, without `count`)."""
    found = value(dataset, keyword)
    if found is None:
        return None
    try:
        parsed = [float(part) for part in (found if isinstance(found, MultiValue | list | tuple) else [found])]
    except (TypeError, ValueError):
        return None
    if not parsed or not all(math.isfinite(number) for number in parsed):
        return None
    return parsed if count in (None, len(parsed)) else None


def number(dataset: Dataset, keyword: str) -> float | None:
    """The first number."""
    found = numbers(dataset, keyword)
    return None if found is None else found[0]


def integer(dataset: Dataset, keyword: str) -> int | None:
    """The first number when it is whole."""
    found = number(dataset, keyword)
    return int(found) if found is not None and found == int(found) and abs(found) < 2**31 else None


def items(dataset: Dataset, keyword: str) -> list[Dataset]:
    """The items of a sequence; none where it is absent or is not one."""
    found = value(dataset, keyword)
    try:
        return [item for item in found or [] if isinstance(item, Dataset)]
    except Exception:  # a sequence is parsed when it is first walked
        return []


def first(dataset: Dataset, keyword: str) -> Dataset | None:
    """The first item of a sequence."""
    found = items(dataset, keyword)
    return found[0] if found else None


def private_text(dataset: Dataset, group: int, creator: str, element: int) -> str:
    """The first value of a private element in the block its maker reserved (PS3.5 7.8.1); empty where there is none."""
    try:
        found = dataset.private_block(group, creator)[element].value
    except Exception:  # no such block, no such element, or one that cannot be converted
        return ""
    found = found[0] if isinstance(found, MultiValue | list) and found else found
    return (found.decode("ascii", "replace") if isinstance(found, bytes) else str(found)).replace("\0", "").strip()


def decimals(dataset: Dataset, keyword: str, most: int) -> list[float] | None:
    """Finite numbers of a long DS value, from its bytes: pydicom would need a hundred times the room for them.

    None when it is absent, malformed, or has more than `most`.
    """
    tag = tag_for_keyword(keyword)
    try:
        raw = dataset.get_item(tag) if tag is not None else None
    except Exception:  # as with `value`
        return None
    found = getattr(raw, "value", None)
    if not isinstance(found, bytes):
        said = numbers(dataset, keyword)
        return said if said is None or len(said) <= most else None
    if found.count(b"\\") >= most:
        return None
    try:
        parsed = [float(part) for part in found.rstrip(b"\0 ").split(b"\\")]
    except ValueError:
        return None
    return parsed if all(map(math.isfinite, parsed)) else None
