"""The fields of an outcome, each typed and bounded. The one source for the server, the page and the browser."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from mdt.core.errors import Invalid
from mdt.outcome import codes
from mdt.outcome.codes import Code

CODE, TEXT, LINE, DATE, TREATMENTS, ACTIONS = "code", "text", "line", "date", "treatments", "actions"

MOST_ACTIONS = 20
LONGEST_LINE = 120
LONGEST_ACTION = 500
YEARS = range(2000, 2101)

_ACTION_ID = re.compile(r"[0-9a-f-]{8,36}")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


@dataclass(frozen=True)
class Field:
    """One field: how it is stored (`kind`), called and bounded; `cosd` is its item number in COSD v10 if it has one."""

    name: str
    kind: str
    label: str
    codes: tuple[Code, ...] = ()
    cosd: str = ""
    longest: int = LONGEST_LINE


FIELDS = (
    Field("decision", CODE, "Decision", codes.DECISIONS),
    Field("intent", CODE, "Intent", codes.INTENTS, "CR0460"),
    Field("treatments", TREATMENTS, "Planned treatments, in order", codes.TREATMENTS, "CR0470"),
    Field("no_treatment_reason", CODE, "Reason for no treatment", codes.NO_TREATMENT_REASONS, "CR0490"),
    Field("deferral_reason", CODE, "Reason for deferral", codes.DEFERRAL_REASONS),
    Field("rationale", TEXT, "Rationale", longest=4000),
    Field("responsible", LINE, "Responsible clinician"),
    Field("actions", ACTIONS, "Actions"),
    Field("views_known", CODE, "Patient's views", codes.VIEWS),
    Field("views", TEXT, "What the patient wants", longest=2000),
    Field("tell_who", LINE, "Who tells the patient"),
    Field("tell_by", DATE, "Tell the patient by"),
)

BY_NAME = {field.name: field for field in FIELDS}


def read(name: str, value: Any) -> Any:
    """The value of a field as it will be kept; raises Invalid with a sentence. Empty is None, "" or []."""
    field = BY_NAME.get(name)
    if field is None:
        raise Invalid(f"The outcome has no field called {str(name)[:40]!r}.")
    return _READERS[field.kind](field, value)


def is_empty(value: Any) -> bool:
    """Whether a kept value says nothing. Blank text is nothing."""
    return value is None or value == [] or (isinstance(value, str) and not value.strip())


def chosen(form: dict[str, Any], name: str) -> tuple[str, ...]:
    """The codes chosen in a field: none or one of a code field, in order those of the planned treatments."""
    value = form.get(name)
    if BY_NAME[name].kind == TREATMENTS:
        return tuple(treatment["code"] for treatment in value or [])
    return () if value is None else (value,)


def _read_code(field: Field, value: Any) -> str | None:
    if value is None or value == "":
        return None
    return _one_of(field.codes, value, f"{field.label}: choose one of the listed answers.")


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
    """May be half-typed: what an action still lacks is a matter of completeness."""
    actions: list[dict[str, str | None]] = []
    for number, entry in enumerate(_list(field.label, value, MOST_ACTIONS), start=1):
        label = f"Action {number}"
        _require_keys(label, entry, {"id", "text", "owner", "due"})
        if not isinstance(entry["id"], str) or not _ACTION_ID.fullmatch(entry["id"]):
            raise Invalid(f"{label} has no proper identifier.")
        actions.append(
            {
                "id": entry["id"],
                "text": _text(label, entry["text"], LONGEST_ACTION, lines=False),
                "owner": _text(f"{label}, owner", entry["owner"], LONGEST_LINE, lines=False),
                "due": _day(f"{label}, due date", entry["due"]),
            }
        )
    if len({action["id"] for action in actions}) < len(actions):
        raise Invalid("Two actions have the same identifier.")
    return actions


_READERS: dict[str, Callable[[Field, Any], Any]] = {
    CODE: _read_code,
    TEXT: _read_text,
    LINE: _read_text,
    DATE: _read_date,
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


def _require_keys(label: str, entry: Any, keys: set[str]) -> None:
    if not isinstance(entry, dict) or set(entry) != keys:
        raise Invalid(f"{label}: each entry must have {', '.join(sorted(keys))} and nothing else.")
