"""The chair's clock: how long this case and the meeting have taken, what is left, and how long a case takes. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

ENOUGH = 3  # cases of this meeting after which its own pace is told without the team's history


@dataclass(frozen=True)
class Clock:
    """Moments and lengths; `pace` is how long a case takes, `by` what says so: meeting, history, plan, or nothing."""

    opened: datetime | None
    case_opened: datetime | None
    spent: timedelta  # on the open case before it was opened this time
    done: int
    left: int
    pace: timedelta | None
    by: str
    case_planned: timedelta | None
    planned_end: datetime | None


def pace_of(now_and_here: Sequence[timedelta], before: Sequence[timedelta]) -> tuple[timedelta | None, str]:
    """The median of this meeting's finished cases; with few of them, of those together with the team's history."""
    if len(now_and_here) >= ENOUGH or (now_and_here and not before):
        return _median(now_and_here), "meeting"
    if before:
        return _median([*now_and_here, *before]), "history"
    return None, ""


def _median(lengths: Sequence[timedelta]) -> timedelta:
    return timedelta(seconds=median(one.total_seconds() for one in lengths))
