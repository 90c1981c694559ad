"""When a team's list closes: so many working hours before its meeting, or when somebody locked it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from mdt.core import versions
from mdt.core.clock import LONDON, in_london
from mdt.meeting.bank_holidays import is_working_day

DAY_BEGINS, DAY_ENDS = time(9), time(17)  # what counts as working hours
HOURS_MOST = 80


@dataclass(frozen=True)
class Rule:
    """From `starts` on (inclusive): a list closes this many working hours before the meeting."""

    starts: date
    working_hours: int


@dataclass(frozen=True)
class CutOff:
    """The moment a list closes; `locked` when a person closed it then."""

    at: datetime
    locked: bool = False


def of_meeting(starts_at: datetime, locked_at: datetime | None, rules: Iterable[Rule]) -> CutOff | None:
    """When it closes, or closed; None where the team has no rule and nobody has locked it. Rules last set first."""
    if locked_at is not None:
        return CutOff(locked_at, locked=True)
    rule = versions.in_force(rules, in_london(starts_at).date())
    return None if rule is None else CutOff(before(starts_at, rule.working_hours))


def before(moment: datetime, hours: int, working: Callable[[date], bool] = is_working_day) -> datetime:
    """So many working hours before a moment, by the clock in London; not at all is the moment itself."""
    left, at = timedelta(hours=hours), in_london(moment).replace(tzinfo=None)
    while left > timedelta(0):
        opens, closes = datetime.combine(at.date(), DAY_BEGINS), datetime.combine(at.date(), DAY_ENDS)
        there = max(min(at, closes) - opens, timedelta(0)) if working(at.date()) else timedelta(0)
        if there >= left:
            return (min(at, closes) - left).replace(tzinfo=LONDON).astimezone(moment.tzinfo)
        left -= there
        at = datetime.combine(at.date() - timedelta(days=1), DAY_ENDS)
    return moment
