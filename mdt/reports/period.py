"""The days a report is about, by the calendar in London, and its months. Pure."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from mdt.core.clock import LONDON
from mdt.core.errors import Invalid

LONGEST = timedelta(days=400)


@dataclass(frozen=True)
class Period:
    """From `first` to `last`, both counted."""

    first: date
    last: date

    @property
    def begins(self) -> datetime:
        return datetime.combine(self.first, time(), LONDON)

    @property
    def ends(self) -> datetime:
        """The first moment after it."""
        return datetime.combine(self.last + timedelta(days=1), time(), LONDON)

    @property
    def months(self) -> list[date]:
        """The first day of every month that has a day in it."""
        found, month = [], self.first.replace(day=1)
        while month <= self.last:
            found.append(month)
            month = next_month(month)
        return found


def checked(first: date, last: date) -> Period:
    """Raises Invalid for a period that nobody can mean."""
    if last < first:
        raise Invalid("The period ends before it begins.")
    if last - first > LONGEST:
        raise Invalid("A period is a year at most.")
    return Period(first, last)


def usual(today: date) -> dict[str, Period]:
    """Those that are asked for again and again, by name; the first is what is shown when none is asked for."""
    this = today.replace(day=1)
    quarter = date(today.year, today.month - (today.month - 1) % 3, 1)
    return {
        "The last 12 months": Period(_earlier(this, 12), this - timedelta(days=1)),
        "Last month": Period(_earlier(this, 1), this - timedelta(days=1)),
        "Last quarter": Period(_earlier(quarter, 3), quarter - timedelta(days=1)),
        "This month so far": Period(this, today),
    }


def next_month(month: date) -> date:
    return (month + timedelta(days=32)).replace(day=1)


def _earlier(month: date, count: int) -> date:
    for _ in range(count):
        month = (month - timedelta(days=1)).replace(day=1)
    return month
