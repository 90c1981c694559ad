"""The waiting-time clocks of a pathway: what starts and what stops each, its day and its breach date. Pure rules.

National Cancer Waiting Times Monitoring Dataset Guidance v12.1 (July 2025), NHS England:

| standard | starts | stops |
|---|---|---|
| 28 days | receipt of an urgent suspected cancer, screening or breast symptomatic referral | the patient is told |
| 31 days | decision to treat, or an earliest clinically appropriate date (ECAD) that was agreed | treatment begins |
| 62 days | receipt of such a referral, or a consultant's upgrade | the first definitive treatment begins |

What an MDT meeting recommends is none of these dates: it is no input here, and so can stop nothing. The day a clock
starts is day 0. A clock ends without being met when the pathway does (cancer ruled out, the patient declined or died).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class Kind(StrEnum):
    """How the patient came onto the pathway, which says what the receipt of the referral starts."""

    URGENT = "urgent"
    SCREENING = "screening"
    BREAST = "breast"
    ROUTINE = "routine"
    RETURNED = "returned"


KINDS = {
    Kind.URGENT: "Urgent suspected cancer referral",
    Kind.SCREENING: "Urgent referral from screening",
    Kind.BREAST: "Breast symptomatic referral",
    Kind.ROUTINE: "Any other referral",
    Kind.RETURNED: "Recurrence, progression or later treatment",
}
STARTED_BY_RECEIPT = frozenset({Kind.URGENT, Kind.SCREENING, Kind.BREAST})


class Standard(StrEnum):
    """A standard by its days, which is how people call it."""

    DIAGNOSIS = "28"
    TREATMENT = "31"
    REFERRAL = "62"

    @property
    def days(self) -> int:
        return int(self.value)


NAMES = {
    Standard.DIAGNOSIS: "Faster diagnosis",
    Standard.TREATMENT: "Decision to treatment",
    Standard.REFERRAL: "Referral to treatment",
}


@dataclass(frozen=True)
class Adjustment:
    """Days that the patient tracking list took off one clock, and why. They are brought in, never worked out here."""

    standard: Standard
    days: int
    why: str = ""


@dataclass(frozen=True)
class Dates:
    """The dates of one pathway. `received`: the referral; `told`: the patient, of the diagnosis or that it is none."""

    kind: Kind
    received: date | None = None
    upgraded: date | None = None
    told: date | None = None
    decided: date | None = None
    ecad: date | None = None
    treated: date | None = None
    ended: date | None = None
    adjustments: tuple[Adjustment, ...] = ()


@dataclass(frozen=True)
class Clock:
    """One clock on one day. `breach` is the last day that still meets the standard; `day` stops with the clock."""

    standard: Standard
    started: date
    started_by: str
    day: int
    breach: date
    adjusted: int = 0
    stopped: date | None = None
    ended: bool = False

    @property
    def running(self) -> bool:
        return self.stopped is None

    @property
    def met(self) -> bool | None:
        """Whether it stopped in time; None while it runs, and when it ended without a stop."""
        return None if self.stopped is None or self.ended else self.stopped <= self.breach

    def left(self, today: date) -> int:
        """Days until the breach date, today not counted; negative once it is past."""
        return (self.breach - today).days

    def breached(self, today: date) -> bool:
        return (self.stopped if self.stopped and not self.ended else today) > self.breach and not self.ended

    def say(self, today: date) -> str:
        """E.g. "Day 50 of 62, breach date 06-Dec-2026, 12 days left"."""
        of = f"Day {self.day} of {self.standard}"
        if self.ended:
            return f"{self.standard}-day clock ended on {_day(self.stopped)}"
        if self.stopped is not None:
            return f"{of}: stopped on {_day(self.stopped)}, {'in time' if self.met else 'after the breach date'}"
        left = self.left(today)
        if left < 0:
            return f"{of}, breached: the last day was {_day(self.breach)}, {_days(-left)} ago"
        return f"{of}, breach date {_day(self.breach)}, " + ("today" if left == 0 else f"{_days(left)} left")


def clocks(dates: Dates, today: date) -> tuple[Clock, ...]:
    """The clocks that have started by `today`, in the order of their lengths."""
    found = (_clock(standard, dates, today) for standard in Standard)
    return tuple(one for one in found if one is not None)


def most_pressing(running: Iterable[Clock], today: date) -> Clock | None:
    """Of those that run, the one with the least days left."""
    return min((one for one in running if one.running), key=lambda one: (one.left(today), one.standard), default=None)


def starts(standard: Standard, dates: Dates) -> tuple[date, str] | None:
    """When a clock starts, and by what, in words."""
    by_receipt = dates.received if dates.kind in STARTED_BY_RECEIPT else None
    if standard == Standard.TREATMENT:
        if dates.ecad is not None:
            return dates.ecad, "earliest clinically appropriate date"
        return (dates.decided, "decision to treat") if dates.decided else None
    if by_receipt is not None:
        return by_receipt, KINDS[dates.kind].lower()
    if standard == Standard.REFERRAL and dates.upgraded is not None:
        return dates.upgraded, "consultant upgrade"
    return None


def stops(standard: Standard, dates: Dates) -> date | None:
    """When it stops: the first treatment, or the patient being told."""
    return dates.told if standard == Standard.DIAGNOSIS else dates.treated


def _clock(standard: Standard, dates: Dates, today: date) -> Clock | None:
    began = starts(standard, dates)
    if began is None or began[0] > today:
        return None
    started, by = began
    off = sum(one.days for one in dates.adjustments if one.standard == standard)
    stopped = stops(standard, dates)
    ended = dates.ended is not None and (stopped is None or stopped > dates.ended)
    last = dates.ended if ended else stopped
    until = min(last, today) if last is not None else today
    return Clock(
        standard=standard,
        started=started,
        started_by=by,
        day=max(0, (until - started).days - off),
        breach=started + timedelta(days=standard.days + off),
        adjusted=off,
        stopped=last,
        ended=ended,
    )


def _day(day: date | None) -> str:
    return f"{day:%d-%b-%Y}" if day else ""


def _days(number: int) -> str:
    return f"{number} day" if number == 1 else f"{number} days"
