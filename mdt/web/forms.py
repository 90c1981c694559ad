"""A form as somebody filled it in: every value kept as typed, every mistake a sentence beside its field."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any, TypeVar

from werkzeug.datastructures import MultiDict

from mdt.core.errors import Invalid

T = TypeVar("T")


class Form:
    """Values by field name, and what is wrong with them. An empty one is a form nobody has filled in yet."""

    def __init__(self, typed: MultiDict[str, str] | None = None) -> None:
        self.typed: MultiDict[str, str] = typed if typed is not None else MultiDict()
        self.errors: dict[str, str] = {}
        self._days: set[str] = set()

    def __getitem__(self, field: str) -> str:
        return self.typed.get(field, "")

    @property
    def is_good(self) -> bool:
        return not self.errors

    def required(self, field: str, sentence: str) -> str:
        """The field without spaces around it; the sentence when it is empty."""
        text = self[field].strip()
        if not text:
            self.errors[field] = sentence
        return text

    def parsed(self, field: str, parse: Callable[[str], T]) -> T | None:
        """What `parse` makes of the field; its Invalid becomes the field's mistake."""
        with self.blaming(field):
            return parse(self[field].strip())
        return None

    def day(self, field: str, sentence: str) -> date | None:
        """A date typed as `field-day`, `field-month` and `field-year`."""
        self._days.add(field)
        parts = [self[f"{field}-{part}"].strip() for part in ("year", "month", "day")]
        try:
            return date(*(int(part) for part in parts))
        except ValueError:
            self.errors[field] = sentence
            return None

    @contextmanager
    def blaming(self, field: str) -> Iterator[None]:
        """An Invalid raised inside is shown beside this field."""
        try:
            yield
        except Invalid as error:
            self.errors[field] = str(error)

    def error(self, field: str) -> dict[str, str] | None:
        """For a macro's `errorMessage`."""
        return {"text": self.errors[field]} if field in self.errors else None

    def summary(self) -> list[dict[str, Any]]:
        """For the error summary: each sentence links to its field, a date's to its day."""
        return [
            {"text": sentence, "href": f"#{field}-day" if field in self._days else f"#{field}"}
            for field, sentence in self.errors.items()
        ]
