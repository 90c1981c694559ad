"""On which days the team meets, counted from today. Pure."""

from dataclasses import dataclass
from datetime import date, timedelta

from mdt.meeting.bank_holidays import bank_holidays, is_working_day, working_days_after
from mdt.meeting.series.rule import AHEAD

WEEK = timedelta(weeks=1)
TUESDAY = 1
FOLLOWED = 3  # working days of follow-up that the last meeting has had
AGREED = timedelta(weeks=4)  # so long ago was the series of meetings agreed


@dataclass(frozen=True)
class Days:
    """`starts`: the series' first day, which may be a bank holiday; `away`: one on which it does not meet."""

    today: date
    long_ago: date  # more than eight weeks: what was decided then is asked about now
    before: date
    last: date
    starts: date
    coming: date
    away: date


def days(today: date) -> Days:
    """A team's weekday is that of the next bank holiday, so that its calendar has one to skip; else Tuesday."""
    starts = _on(_weekday(today), today + timedelta(days=3))
    last = _back(starts, today)
    while working_days_after(last, FOLLOWED)[-1] >= today:
        last = _back(last, last - WEEK)
    return Days(
        today=today,
        long_ago=_back(last, today - timedelta(days=58)),
        before=_back(last, last - WEEK),
        last=last,
        starts=starts,
        coming=_onward(starts),
        away=_onward(_on(starts.weekday(), today - AGREED + AHEAD + timedelta(days=1))),
    )


def _weekday(today: date) -> int:
    soon = [
        day
        for year in (today.year, today.year + 1)
        for day in bank_holidays(year)
        if timedelta(days=14) <= day - today <= AHEAD
    ]
    return min(soon).weekday() if soon else TUESDAY


def _on(weekday: int, day: date) -> date:
    """The first such weekday from a day on."""
    return day + timedelta(days=(weekday - day.weekday()) % 7)


def _back(day: date, latest: date) -> date:
    """Whole weeks back, until it is no later than that and a working day."""
    while day > latest or not is_working_day(day):
        day -= WEEK
    return day


def _onward(day: date) -> date:
    while not is_working_day(day):
        day += WEEK
    return day
