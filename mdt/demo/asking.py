"""QIDO-RS as a rule: which instances match, and what is said of each study, series or instance (PS3.18 10.6)."""

import fnmatch
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pydicom.datadict import dictionary_VR, keyword_for_tag, tag_for_keyword

from mdt.demo.holdings import Instance, Json

Level = Literal["study", "series", "instance"]

STUDY, SERIES, SOP = "0020000D", "0020000E", "00080018"
_UNIQUE: Mapping[Level, str] = {"study": STUDY, "series": SERIES, "instance": SOP}
_OTHER_IDS, _OTHER_IDS_SEQUENCE, _PATIENT_ID = "00101000", "00101002", "00100020"
_MODALITY, _MODALITIES = "00080060", "00080061"

# PS3.18 tables 10.6.3-3 to 10.6.3-5: what is returned without being asked for.
_USUAL: Mapping[Level, tuple[str, ...]] = {
    "study": (
        "00080020", "00080030", "00080050", "00080090", "00081030", "00100010", _PATIENT_ID, "00100021", "00100030",
        "00100040", _OTHER_IDS, _OTHER_IDS_SEQUENCE, STUDY, "00200010",
    ),
    "series": (STUDY, _MODALITY, "0008103E", "00180015", SERIES, "00200011", "00400244", "00400245", "00400275"),
    "instance": (STUDY, SERIES, "00080016", SOP, "00200013", "00280010", "00280011", "00280100", "00280008"),
}  # fmt: skip


class BadQuery(ValueError):
    """The query names something that cannot be asked for."""


@dataclass(frozen=True)
class Question:
    """`keys` maps a tag (or two joined by a dot, into a sequence) to the value to match."""

    keys: Mapping[str, str]
    fields: frozenset[str] = frozenset()
    every_field: bool = False
    limit: int | None = None
    offset: int = 0


def parse(arguments: Iterable[tuple[str, str]]) -> Question:
    """From the query string; raises BadQuery in words."""
    keys: dict[str, str] = {}
    fields: set[str] = set()
    numbers: dict[str, int] = {}
    every = False
    for name, value in arguments:
        if name == "includefield":
            for part in value.split(","):
                every = every or part == "all"
                if part != "all":
                    fields.add(_tag(part))
        elif name in ("limit", "offset"):
            if not value.isdigit():
                raise BadQuery(f"{name} must be a number, not {value!r}")
            numbers[name] = int(value)
        elif name != "fuzzymatching":
            keys[_tag(name)] = value
    return Question(keys, frozenset(fields), every, numbers.get("limit"), numbers.get("offset", 0))


def answer(held: Sequence[Instance], level: Level, question: Question) -> tuple[list[Json], int]:
    """One page of matches, and how many more there are."""
    groups: dict[str, list[Instance]] = {}
    for instance in held:
        groups.setdefault(instance.text(_UNIQUE[level]), []).append(instance)
    matching = [group for group in groups.values() if _matches(group, question.keys)]
    end = len(matching) if question.limit is None else question.offset + question.limit
    page = matching[question.offset : end]
    return [_describe(group, level, question) for group in page], max(0, len(matching) - end)


def _describe(group: list[Instance], level: Level, question: Question) -> Json:
    first = group[0]
    wanted = set(_USUAL[level]) | set(question.fields)
    found = {tag: value for tag, value in first.attributes.items() if question.every_field or tag in wanted}
    found["00080005"] = {"vr": "CS", "Value": ["ISO_IR 192"]}
    if level == "study":
        found[_MODALITIES] = {"vr": "CS", "Value": sorted({one.text(_MODALITY) for one in group})}
        found["00201206"] = {"vr": "IS", "Value": [len({one.text(SERIES) for one in group})]}
        found["00201208"] = {"vr": "IS", "Value": [len(group)]}
    if level == "series":
        found["00201209"] = {"vr": "IS", "Value": [len(group)]}
    return found


def _matches(group: list[Instance], keys: Mapping[str, str]) -> bool:
    return all(_key_matches(group, tag, wanted) for tag, wanted in keys.items())


def _key_matches(group: list[Instance], tag: str, wanted: str) -> bool:
    if wanted in ("", "*"):  # universal matching
        return True
    if tag == _MODALITIES:
        return any(_one(one.text(_MODALITY), wanted, "CS") for one in group)
    attributes = group[0].attributes
    if tag == _OTHER_IDS:  # retired, and most archives answer for the sequence that replaced it
        values = [*_values(attributes, _OTHER_IDS), *_values(attributes, f"{_OTHER_IDS_SEQUENCE}.{_PATIENT_ID}")]
    else:
        values = _values(attributes, tag)
    vr = dictionary_VR(int(tag[-8:], 16))
    return any(_one(value, wanted, vr) for value in values)


def _values(attributes: Json, tag: str) -> list[str]:
    outer, _, inner = tag.partition(".")
    values: list[Any] = attributes.get(outer, {}).get("Value") or []
    if inner:
        return [text for item in values for text in _values(item, inner)]
    return [str(value.get("Alphabetic", "")) if isinstance(value, dict) else str(value) for value in values]


def _one(value: str, wanted: str, vr: str) -> bool:
    """PS3.4 C.2.2.2: single value, list of UIDs, range and wild card matching."""
    if vr == "UI":
        return value in re.split(r"[,\\]", wanted)
    if vr in ("DA", "TM", "DT") and "-" in wanted:
        low, _, high = wanted.partition("-")
        return bool(value) and (not low or value >= low) and (not high or value[: len(high)] <= high)
    if vr == "PN":
        value, wanted = value.casefold().rstrip("^"), wanted.casefold().rstrip("^")
    if vr not in ("DA", "TM", "DT", "IS", "DS", "US", "SL") and re.search(r"[*?]", wanted):
        return fnmatch.fnmatchcase(value, wanted.replace("[", "[[]"))
    return value == wanted


def _tag(name: str) -> str:
    """A keyword or eight hexadecimal digits, or a dotted path of them, as tags."""
    tags = []
    for part in name.split("."):
        tag = int(part, 16) if re.fullmatch(r"[0-9A-Fa-f]{8}", part) else tag_for_keyword(part)
        if tag is None or not keyword_for_tag(tag):
            raise BadQuery(f"{name!r} is not an attribute of the DICOM dictionary")
        tags.append(f"{tag:08X}")
    return ".".join(tags)
