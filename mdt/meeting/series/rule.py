"""On which days a series meets: every so many weeks, without the days skipped and, as a rule, without bank holidays."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from mdt.core.clock import LONDON
from mdt.core.errors import Invalid
from mdt.meeting.bank_holidays import bank_holidays

WEEKS = {1: "Every week", 2: "Every two weeks", 3: "Every three weeks", 4: "Every four weeks"}
AHEAD = timedelta(weeks=12)  # how far meetings are made before they are held

MEETS, SKIPPED, HOLIDAY = "meets", "skipped", "bank holiday"


@dataclass(frozen=True)
class Day:
    """A day the rule comes to, and whether the team meets on it."""

    day: date
    state: str


def checked(every_weeks: int, starts: date, ends: date | None, today: date) -> None:
    """Refuses a rule that would make no meeting, or meetings in the past."""
    if every_weeks not in WEEKS:
        raise Invalid("Select how often the team meets.")
    if starts < today:
        raise Invalid("A series starts today or later; meetings that were held are planned one by one.")
    if ends is not None and ends < starts:
        raise Invalid("A series cannot end before it starts.")


def days(
    starts: date,
    every_weeks: int,
    *,
    first: date,
    last: date,
    skipped: Collection[date] = (),
    on_bank_holidays: bool = False,
) -> Iterator[Day]:
    """The days from `first` to `last`, both counted; the pace is kept over days on which nobody meets."""
    step = timedelta(weeks=every_weeks)
    day = starts + max(0, -((starts - first).days // step.days)) * step
    while day <= last:
        closed = not on_bank_holidays and day in bank_holidays(day.year)
        yield Day(day, SKIPPED if day in skipped else HOLIDAY if closed else MEETS)
        day += step


def begins(day: date, at: time) -> datetime:
    """The moment by the clock in London: half past nine stays so when the clocks change."""
    return datetime.combine(day, at, LONDON)
