"""The NHS number: ten digits, the last a Modulus 11 check digit (NHS Data Dictionary)."""

import re

from mdt.core.errors import Invalid

_SEPARATORS = re.compile(r"[\s\-]+")


def is_valid(number: str) -> bool:
    """Whether these are ten digits that pass the check. One digit ten times passes Modulus 11 and is nobody's."""
    if len(number) != 10 or not (number.isascii() and number.isdigit()) or len(set(number)) == 1:
        return False
    return check_digit(number[:9]) == int(number[9])


def check_digit(first_nine: str) -> int | None:
    """The tenth digit for these nine, or None where no NHS number begins so (the check would be 10)."""
    remainder = 11 - sum(int(digit) * weight for digit, weight in zip(first_nine, range(10, 1, -1), strict=True)) % 11
    return {10: None, 11: 0}.get(remainder, remainder)


def parse(text: str) -> str:
    """Ten digits from what a person typed, with or without spaces; Invalid says what is wrong with it."""
    digits = _SEPARATORS.sub("", text)
    if not (digits.isascii() and digits.isdigit() and len(digits) == 10):
        raise Invalid("An NHS number has 10 digits, for example 999 000 0018.")
    if not is_valid(digits):
        raise Invalid("This is not an NHS number: its last digit does not agree with the others. Check it for a slip.")
    return digits


def find(text: str) -> str | None:
    """The valid NHS number an identifier consists of, however it is spaced; None when it is something else."""
    digits = _SEPARATORS.sub("", text)
    return digits if is_valid(digits) else None


def spaced(number: str) -> str:
    """As people read it: `999 000 0018`."""
    return f"{number[:3]} {number[3:6]} {number[6:]}"
