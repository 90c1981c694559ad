"""Reading fields of JSON that somebody else sent. Each reader returns the typed value or raises Invalid in words."""

import re
from typing import Any

from mdt.core.errors import Invalid

NUMBER_MOST = 1e9
DECIMALS = 3  # a micrometre; Python and JavaScript write such numbers with the same digits
TEXT_MOST, LIST_MOST, DEPTH_MOST = 20_000, 2_000, 8

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_ID = re.compile(r"[0-9a-f]{32}")
_UID = re.compile(r"[!-~]{1,64}")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")

Json = dict[str, Any]


def record(value: Any, what: str) -> Json:
    if not isinstance(value, dict):
        raise Invalid(f"{what} must be an object.")
    return value


def whole(data: Json, name: str, least: int, most: int) -> int:
    """A whole number; true and false are none."""
    value = data.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise Invalid(f"{name} must be a whole number from {least} to {most}.")
    return value


def number(value: Any, name: str) -> int | float:
    """A finite number, rounded to three decimals; a whole one becomes an int (and -0 becomes 0)."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Invalid(f"{name} must be a number.")
    if not abs(value) <= NUMBER_MOST:  # also when it is not a number
        raise Invalid(f"{name} must be a finite number within a thousand million.")
    rounded = round(value, DECIMALS)
    return int(rounded) if rounded == int(rounded) else rounded


def truth(data: Json, name: str) -> bool:
    value = data.get(name)
    if not isinstance(value, bool):
        raise Invalid(f"{name} must be true or false.")
    return value


def text(data: Json, name: str, most: int) -> str:
    """Text of at most `most` characters, tidied; missing is refused."""
    value = data.get(name)
    if not isinstance(value, str):
        raise Invalid(f"{name} must be text.")
    if len(value) > most:
        raise Invalid(f"{name} may have at most {most} characters.")
    return tidy_text(value)


def one_of(data: Json, name: str, allowed: tuple[str, ...]) -> str:
    value = data.get(name)
    if value not in allowed or not isinstance(value, str):
        raise Invalid(f"{name} must be one of {', '.join(allowed)}.")
    return value


def uuid(data: Json, name: str) -> str:
    return _matching(data, name, _UUID, "a lower-case UUID")


def our_id(data: Json, name: str) -> str:
    return _matching(data, name, _ID, "32 hexadecimal digits")


def uid(data: Json, name: str) -> str:
    """A DICOM UID. Some in the wild break the rules of PS3.5 section 9, so any printable one is taken."""
    return _matching(data, name, _UID, "a DICOM UID")


def name(data: Json, field: str) -> str:
    """A short name of ours for something, such as `two-series`."""
    return _matching(data, field, _NAME, "a short name")


def point(value: Any, name: str) -> list[int | float]:
    """Three numbers: patient millimetres."""
    if not isinstance(value, list) or len(value) != 3:
        raise Invalid(f"{name} must be three numbers.")
    return [number(part, name) for part in value]


def tidy(value: Any, depth: int = DEPTH_MOST) -> Any:
    """Any JSON value, bounded, its text and numbers as both sides write them."""
    match value:
        case None | bool():
            return value
        case int() | float():
            return number(value, "every number")
        case str() if len(value) <= TEXT_MOST:
            return tidy_text(value)
        case list() if depth and len(value) <= LIST_MOST:
            return [tidy(item, depth - 1) for item in value]
        case dict() if depth and len(value) <= LIST_MOST and all(_is_name(name) for name in value):
            return {name: tidy(item, depth - 1) for name, item in value.items()}
    raise Invalid("The message holds something too long, too deep or of a wrong kind.")


def tidy_text(value: str) -> str:
    """Line ends as line feeds, control characters as spaces, halves of characters as the replacement character."""
    value = _UNPRINTABLE.sub(" ", value.replace("\r\n", "\n").replace("\r", "\n"))
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _is_name(name: Any) -> bool:
    return isinstance(name, str) and _NAME.fullmatch(name) is not None


def _matching(data: Json, name: str, pattern: re.Pattern[str], kind: str) -> str:
    value = data.get(name)
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise Invalid(f"{name} must be {kind}.")
    return value
