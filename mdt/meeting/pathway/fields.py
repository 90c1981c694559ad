"""The fields of a pathway: what each means, and which dates make no sense beside the others. Pure rules."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from mdt.core.errors import Invalid
from mdt.meeting.pathway.clock import KINDS, Kind

LABELS = {
    "kind": "How the patient was referred",
    "received": "Referral received",
    "upgraded": "Consultant upgrade",
    "told": "Patient told of the diagnosis, or that it is not cancer",
    "decided": "Decision to treat, agreed with the patient",
    "ecad": "Earliest clinically appropriate date",
    "treated": "First treatment began",
    "ended": "Pathway ended without treatment",
    "ended_why": "Why it ended",
    "holder_ods": "Trust that holds the pathway",
}
DAYS = ("received", "upgraded", "told", "decided", "ecad", "treated", "ended")
PLANNED = frozenset({"ecad"})  # the only date that may lie ahead
ENDINGS = {
    "ruled_out": "Cancer was ruled out",
    "declined": "The patient declined treatment",
    "no_treatment": "No treatment is planned",
    "died": "The patient died",
    "elsewhere": "Treated outside the NHS in England",
}
EARLIEST = timedelta(days=365 * 10)

# Each may not lie before the other.
ORDER = (
    ("upgraded", "received"),
    ("told", "received"),
    ("decided", "received"),
    ("treated", "received"),
    ("treated", "decided"),
    ("ended", "received"),
)


def checked(before: Mapping[str, Any], values: Mapping[str, Any], today: date) -> dict[str, Any]:
    """The whole pathway with `values` put in; raises Invalid with a sentence that names the date and what is wrong."""
    if unknown := set(values) - set(LABELS):
        raise Invalid(f"A pathway has no field called {min(unknown)[:40]!r}.")
    whole = {name: before.get(name) for name in LABELS} | dict(values)
    try:
        whole["kind"] = Kind(whole["kind"] or Kind.ROUTINE).value
    except ValueError:
        raise Invalid(f"{LABELS['kind']}: choose one of {', '.join(KINDS.values())}.") from None
    for name in DAYS:
        _day(name, whole[name], today)
    for later, earlier in ORDER:
        day, before_it = whole[later], whole[earlier]
        if isinstance(day, date) and isinstance(before_it, date) and day < before_it:
            name = LABELS[earlier][0].lower() + LABELS[earlier][1:]
            raise Invalid(f"{LABELS[later]} cannot lie before {name} ({before_it:%d-%b-%Y}).")
    whole["ended_why"] = whole["ended_why"] or ""
    if whole["ended"] and whole["ended_why"] not in ENDINGS:
        raise Invalid("Say why the pathway ended.")
    if whole["ended_why"] and not whole["ended"]:
        raise Invalid("Say on which day the pathway ended.")
    if whole["ended"] and whole["treated"]:
        raise Invalid("A pathway whose treatment began did not end without one: leave out one of the two dates.")
    return whole


def _day(name: str, day: Any, today: date) -> None:
    if day is None:
        return
    if not isinstance(day, date):
        raise Invalid(f"{LABELS[name]}: enter a real date.")
    if day < today - EARLIEST:
        raise Invalid(f"{LABELS[name]}: {day:%d-%b-%Y} is more than ten years ago.")
    if day > today and name not in PLANNED:
        raise Invalid(f"{LABELS[name]} cannot lie in the future.")
    if day > today + EARLIEST:
        raise Invalid(f"{LABELS[name]}: {day:%d-%b-%Y} is too far ahead.")
