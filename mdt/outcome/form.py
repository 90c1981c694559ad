"""The fields of a proforma, typed and bounded by its JSON Schema, and how what is typed into one is read."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from mdt.core.errors import Invalid
from mdt.outcome import codes
from mdt.outcome.codes import Code

if TYPE_CHECKING:
    from mdt.outcome.proforma import Proforma

CODE, CODES, TEXT, LINE, DATE, NUMBER, TREATMENTS, ACTIONS = KINDS = (
    "code",
    "codes",
    "text",
    "line",
    "date",
    "number",
    "treatments",
    "actions",
)

MOST_ACTIONS = 20
LONGEST_LINE = 120
LONGEST_ACTION = 500
YEARS = range(2000, 2101)

_ACTION_ID = re.compile(r"[0-9a-f-]{8,36}")
_PERSON = re.compile(r"[0-9a-f]{32}")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


@dataclass(frozen=True)
class Field:
    """One field: how it is stored (`kind`), called and bounded; `cosd` is its item number in COSD v10 if it has one.

    `told` is how the read-back sentence says it among the facts, with {} for the answer; empty: not there. `block` is
    the heading it stands under, `compact` whether its codes are a drop-down, `people` whether it names somebody.
    """

    name: str
    kind: str
    label: str
    codes: tuple[Code, ...] = ()
    cosd: str = ""
    longest: int = LONGEST_LINE
    block: str = ""
    told: str = ""
    compact: bool = False
    people: bool = False
    unit: str = ""
    least: float = 0
    most: float = 0
    step: float = 1


def read(proforma: "Proforma", name: str, value: Any) -> Any:
    """The value of a field as it will be kept; raises Invalid with a sentence. Empty is None, "" or []."""
    field = proforma.by_name.get(name)
    if field is None:
        raise Invalid(f"The outcome has no field called {str(name)[:40]!r}.")
    return _READERS[field.kind](field, value)


def fits(proforma: "Proforma", name: str, value: Any) -> bool:
    """Whether a value that was kept elsewhere would be kept here, and as it is."""
    try:
        return bool(read(proforma, name, value) == value)
    except Invalid:
        return False


def is_empty(value: Any) -> bool:
    """Whether a kept value says nothing. Blank text is nothing."""
    return value is None or value == [] or (isinstance(value, str) and not value.strip())


def chosen(field: Field, value: Any) -> tuple[str, ...]:
    """The codes chosen in a field: none, one or several of a code field, in order those of planned treatments."""
    if field.kind == TREATMENTS:
        return tuple(treatment["code"] for treatment in value or [])
    if field.kind == CODES:
        return tuple(value or [])
    return () if is_empty(value) or field.kind != CODE else (value,)


def _read_code(field: Field, value: Any) -> str | None:
    if value is None or value == "":
        return None
    return _one_of(field.codes, value, f"{field.label}: choose one of the listed answers.")


def _read_codes(field: Field, value: Any) -> list[str]:
    """In the order of the list, whatever the order of choosing."""
    refusal = f"{field.label}: choose from the listed answers."
    wanted = {_one_of(field.codes, one, refusal) for one in _list(field.label, value, len(field.codes))}
    return [code.code for code in field.codes if code.code in wanted]


def _read_number(field: Field, value: Any) -> int | float | None:
    """Within the field's bounds, to the thousandth; a whole number is an int, as the wire writes it."""
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not field.least <= value <= field.most:
        bounds = f"{field.least:g} to {field.most:g}{field.unit and ' '}{field.unit}"
        raise Invalid(f"{field.label}: enter a number from {bounds}.")
    rounded = round(value, 3)
    return int(rounded) if rounded == int(rounded) else rounded


def _read_text(field: Field, value: Any) -> str:
    return _text(field.label, value, field.longest, lines=field.kind == TEXT)


def _read_date(field: Field, value: Any) -> str | None:
    return _day(field.label, value)


def _read_treatments(field: Field, value: Any) -> list[dict[str, str]]:
    """In order, no treatment twice. The first stands to nothing before it and is kept as sequential."""
    treatments: list[dict[str, str]] = []
    for entry in _list(field.label, value, len(field.codes)):
        _require_keys(field.label, entry, {"code", "relation"})
        code = _one_of(field.codes, entry["code"], f"{field.label}: choose from the listed treatments.")
        relation = _one_of(codes.RELATIONS, entry["relation"], f"{field.label}: each is sequential or alternative.")
        treatments.append({"code": code, "relation": relation if treatments else codes.SEQUENTIAL})
    if len({treatment["code"] for treatment in treatments}) < len(treatments):
        raise Invalid(f"{field.label}: a treatment is planned twice.")
    return treatments


def _read_actions(field: Field, value: Any) -> list[dict[str, str | None]]:
    """May be half-typed: what an action still lacks is a matter of completeness.

    `person` is there where the owner was chosen from the team (`outcome.owners` asks whether they are of it).
    """
    actions: list[dict[str, str | None]] = []
    for number, entry in enumerate(_list(field.label, value, MOST_ACTIONS), start=1):
        label = f"Action {number}"
        _require_keys(label, entry, {"id", "text", "owner", "due"}, {"person"})
        person = entry.get("person")
        if person is not None and not (isinstance(person, str) and _PERSON.fullmatch(person)):
            raise Invalid(f"{label}, owner: choose somebody from the list.")
        if not isinstance(entry["id"], str) or not _ACTION_ID.fullmatch(entry["id"]):
            raise Invalid(f"{label} has no proper identifier.")
        actions.append(
            {
                "id": entry["id"],
                "text": _text(label, entry["text"], LONGEST_ACTION, lines=False),
                "owner": _text(f"{label}, owner", entry["owner"], LONGEST_LINE, lines=False),
                "due": _day(f"{label}, due date", entry["due"]),
                **({"person": person} if person else {}),
            }
        )
    if len({action["id"] for action in actions}) < len(actions):
        raise Invalid("Two actions have the same identifier.")
    return actions


_READERS: dict[str, Callable[[Field, Any], Any]] = {
    CODE: _read_code,
    CODES: _read_codes,
    TEXT: _read_text,
    LINE: _read_text,
    DATE: _read_date,
    NUMBER: _read_number,
    TREATMENTS: _read_treatments,
    ACTIONS: _read_actions,
}


def _one_of(listed: tuple[Code, ...], value: Any, refusal: str) -> str:
    for code in listed:
        if code.code == value:
            return code.code
    raise Invalid(refusal)


def _text(label: str, value: Any, longest: int, *, lines: bool) -> str:
    """Kept as typed, so that the typist's cursor never jumps."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Invalid(f"{label}: enter text.")
    value = value.replace("\r\n", "\n")
    if len(value) > longest:
        raise Invalid(f"{label} must be {longest} characters or fewer.")
    if _CONTROL.search(value) or (not lines and "\n" in value):
        raise Invalid(f"{label} has a character that cannot be kept.")
    return value


def _day(label: str, value: Any) -> str | None:
    """A calendar date as YYYY-MM-DD, or None."""
    if value is None or value == "":
        return None
    try:
        day = date.fromisoformat(value) if isinstance(value, str) and _DAY.fullmatch(value) else None
    except ValueError:
        day = None
    if day is None or day.year not in YEARS:
        raise Invalid(f"{label}: enter a real date.")
    return day.isoformat()


def _list(label: str, value: Any, most: int) -> list[Any]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise Invalid(f"{label}: a list is expected.")
    if len(value) > most:
        raise Invalid(f"{label}: at most {most} can be entered.")
    return value


def _require_keys(label: str, entry: Any, keys: set[str], more: frozenset[str] | set[str] = frozenset()) -> None:
    if not isinstance(entry, dict) or set(entry) - more != keys:
        raise Invalid(f"{label}: each entry must have {', '.join(sorted(keys))} and nothing else.")
