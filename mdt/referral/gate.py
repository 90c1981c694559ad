"""What a referral lacks before it may go onto a list, by the form that holds for it. Pure rules."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from mdt.core.errors import Invalid
from mdt.meeting.pathway import fields as pathway
from mdt.referral import fields
from mdt.referral.fields import Field


@dataclass(frozen=True)
class Lack:
    """One thing that is missing, by its field, in a sentence."""

    field: str
    sentence: str


def lacks(values: Mapping[str, Any], form: Mapping[str, tuple[Field, str]], today: date) -> list[Lack]:
    """Everything that keeps it from being listed, in the order of the form; `form` as `requirements.asked` gives it."""
    found = []
    for field, need in form.values():
        value = values.get(field.name)
        if fields.empty(value):
            if need == fields.REQUIRED:
                found.append(Lack(field.name, f"{field.label} is missing."))
        elif field.kind == fields.ROWS and isinstance(value, list):
            found += _rows(field, value)
    return found + _pathway(values, form, today)


def _rows(field: Field, rows: list[dict[str, str]]) -> list[Lack]:
    """A study or a specimen can only be found by its date and its trust."""
    labels = {column.name: column.label for column in field.columns}
    return [
        Lack(field.name, f"{field.label}, line {number}: {labels[cell][0].lower()}{labels[cell][1:]} is missing.")
        for number, row in enumerate(rows, start=1)
        for cell in field.needed
        if not row.get(cell)
    ]


def _pathway(values: Mapping[str, Any], form: Mapping[str, tuple[Field, str]], today: date) -> list[Lack]:
    """An urgent referral has a day on which its clocks began; and no date makes another one impossible."""
    if values.get("kind") in fields.STARTED_BY_RECEIPT and not values.get("received") and "received" in form:
        return [Lack("received", "Referral received is missing: an urgent referral’s clocks begin on that day.")]
    try:
        pathway.checked({}, dates(values), today)
    except Invalid as wrong:
        return [Lack("received", str(wrong))]
    return []


def dates(values: Mapping[str, Any]) -> dict[str, Any]:
    """What a referral says of the pathway, as `meeting.pathway` takes it; what it does not say is left out."""
    told = {name: values[name] for name in fields.OF_THE_PATHWAY if values.get(name)}
    return {name: date.fromisoformat(value) if name in pathway.DAYS else value for name, value in told.items()}
