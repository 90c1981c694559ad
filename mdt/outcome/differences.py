"""What one version of an outcome says that another did not, field by field, in words."""

from dataclasses import dataclass
from typing import Any

from mdt.outcome import codes, form
from mdt.outcome.form import Field, chosen, is_empty
from mdt.outcome.proforma import Proforma
from mdt.outcome.sentence import day


@dataclass(frozen=True)
class Difference:
    """A field that was changed; empty where it says nothing."""

    field: Field
    before: str
    after: str


def between(proforma: Proforma, before: dict[str, Any], after: dict[str, Any]) -> list[Difference]:
    """In the order of the form."""
    told = [
        (field, in_words(field, before.get(field.name)), in_words(field, after.get(field.name)))
        for field in proforma.fields
    ]
    return [Difference(field, was, now) for field, was, now in told if was != now]


def in_words(field: Field, value: Any) -> str:
    """A kept value on one line, as people read it."""
    if is_empty(value):
        return ""
    if field.kind == form.ACTIONS:
        return "; ".join(_action(one) for one in value)
    if field.kind == form.DATE:
        return day(value)
    if not field.codes:
        return f"{value} {field.unit}".strip()
    label = {code.code: code.label for code in field.codes}
    said = [label[code] for code in chosen(field, value)]
    if field.kind == form.TREATMENTS:
        follows = {one.code: one.label for one in codes.RELATIONS}
        said = [text if at == 0 else f"{follows[value[at]['relation']]} {text}" for at, text in enumerate(said)]
    return ", ".join(said)


def _action(one: dict[str, Any]) -> str:
    by_when = f" by {day(one['due'])}" if one["due"] else ""
    return f"{one['owner'] or 'nobody'}: {one['text']}{by_when}"
