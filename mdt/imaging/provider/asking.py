"""A search as it was asked: the parameters of a QIDO-RS request (PS3.18 8.3.4) read strictly, none quietly ignored."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from mdt.core.errors import Invalid
from mdt.imaging.provider.fields import MATCHED, ON_REQUEST, Field, Level, canonical, is_private_tag, reaching

MOST = {"study": 1000, "series": 2000, "instance": 5000}
MOST_WILDCARDS = 8  # each may be tried at every place of every text

NOT_FUZZY = "The fuzzymatching parameter is not supported. Only literal matching has been performed."

_DAY = re.compile(r"\d{8}")
_TIME = re.compile(r"\d{2}(\d{2}(\d{2}(\.\d{1,6})?)?)?")
_UID = re.compile(r"[0-9.]{1,64}")
_NOT_OURS = ("emptyvaluematching", "multiplevaluematching")
_OF_THE_ANSWER = ("accept", "charset")


@dataclass(frozen=True)
class Range:
    """From `low` to `high`, both included; None is open."""

    low: str | None
    high: str | None


@dataclass(frozen=True)
class Condition:
    """What a field must be: one of several texts (with wildcards where `*` or `?` stand in them), or in a range."""

    field: Field
    one_of: tuple[str, ...] = ()
    within: Range | None = None


@dataclass
class Question:
    """A whole search. `include` are keywords asked for beside those always given; `warnings` go into the answer."""

    level: Level
    conditions: list[Condition] = field(default_factory=list)
    include: set[str] = field(default_factory=set)
    limit: int = 0
    offset: int = 0
    warnings: list[str] = field(default_factory=list)


def parse(level: Level, parameters: Iterable[tuple[str, str]]) -> Question:
    """Read the parameters; raises Invalid with the sentence that says which cannot be followed."""
    asked = Question(level, limit=MOST[level])
    absent: list[str] = []
    for name, value in parameters:
        if name == "includefield":
            absent += _include(asked, value)
        elif name == "limit":
            asked.limit = min(_count(name, value), MOST[level])
        elif name == "offset":
            asked.offset = _count(name, value)
        elif name == "fuzzymatching":
            if _flag(name, value):
                asked.warnings.append(NOT_FUZZY)
        elif name in _NOT_OURS:
            if _flag(name, value):
                raise Invalid(f"The {name} parameter is not supported.")
        elif name not in _OF_THE_ANSWER:
            _match(asked, name, value)
    if absent:
        asked.warnings.append(f"Not kept in this index, and so not included: {', '.join(dict.fromkeys(absent))}.")
    return asked


def _match(asked: Question, name: str, value: str) -> None:
    found = _field(asked.level, name)
    if value.strip() in ("", "*"):  # universal matching (PS3.4 C.2.2.2.3): any value, but the attribute is wanted
        asked.include.add(found.keyword)
        return
    if not found.matchable:
        raise Invalid(f"{found.keyword} is given in answers but cannot be searched by.")
    if found.given in (MATCHED, ON_REQUEST):
        asked.include.add(found.keyword.split(".")[0])
    asked.conditions.append(_condition(found, value))


def _field(level: Level, name: str) -> Field:
    keyword = canonical(name)
    if keyword is None:
        kind = "a private or unknown attribute" if is_private_tag(name) else "no parameter or attribute of a search"
        raise Invalid(f"{name[:80]!r} is {kind}, so this search was not carried out.")
    for one in reversed(reaching(level)):
        if one.keyword == keyword:
            return one
    raise Invalid(f"{keyword} is not kept in this index at the {level} level, so it cannot be searched by.")


def _condition(found: Field, value: str) -> Condition:
    vr = _vr(found)
    if vr == "DA":
        return Condition(found, within=_range(found.keyword, value, _DAY, "a date as YYYYMMDD or a range of two"))
    if vr == "TM":
        return Condition(found, within=_range(found.keyword, value, _TIME, "a time as HHMMSS or a range of two"))
    if vr == "IS":
        if not re.fullmatch(r"[+-]?\d{1,12}", value.strip()):
            raise Invalid(f"{found.keyword} must be a whole number, not {value[:40]!r}.")
        return Condition(found, one_of=(str(int(value)),))
    if vr == "UI":
        uids = tuple(part.strip() for part in re.split(r"[,\\]", value))
        if not all(map(_UID.fullmatch, uids)):
            raise Invalid(f"{found.keyword} must be a UID or a list of them; wildcards are not for UIDs.")
        return Condition(found, one_of=uids)
    if value.count("*") > MOST_WILDCARDS:
        raise Invalid(f"{found.keyword} has more than {MOST_WILDCARDS} wildcards.")
    several = re.split(r"[,\\]", value) if vr == "CS" else [value]
    return Condition(found, one_of=tuple(part.strip() for part in several))


def _vr(found: Field) -> str:
    return "LO" if "." in found.keyword else found.vr


def _range(keyword: str, value: str, form: re.Pattern[str], wanted: str) -> Range:
    low, dash, high = value.strip().partition("-")
    if not all(form.fullmatch(end) or (dash and not end) for end in (low, high if dash else low)) or not (low or high):
        raise Invalid(f"{keyword} must be {wanted}, not {value[:40]!r}.")
    if form is _DAY:
        for end in filter(None, (low, high)):
            _day(keyword, end)
    return Range(low or None, (high or None) if dash else low)


def _day(keyword: str, text: str) -> date:
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        raise Invalid(f"{keyword} has no such day as {text}.") from None


def _include(asked: Question, value: str) -> list[str]:
    """Note what is wanted; returns what is not there to be given."""
    absent = []
    for name in filter(None, (part.strip() for part in value.split(","))):
        if name == "all":
            asked.include |= {one.keyword for one in reaching(asked.level) if one.given == ON_REQUEST}
            continue
        keyword = canonical(name)
        if keyword is None and not is_private_tag(name):
            raise Invalid(f"includefield names {name[:80]!r}, which is no attribute.")
        if keyword is None or all(one.keyword != keyword for one in reaching(asked.level)):
            absent.append(keyword or name)
        else:
            asked.include.add(keyword)
    return absent


def _count(name: str, value: str) -> int:
    if not re.fullmatch(r"\d{1,9}", value):
        raise Invalid(f"{name} must be a whole number, not {value[:40]!r}.")
    return int(value)


def _flag(name: str, value: str) -> bool:
    if value not in ("true", "false"):
        raise Invalid(f"{name} must be true or false, not {value[:40]!r}.")
    return value == "true"
