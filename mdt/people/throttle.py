"""How long to wait after wrong passwords: slows a guesser down, never keeps a consultant out for more than a minute."""

from dataclasses import dataclass
from datetime import datetime, timedelta

FORGOTTEN_AFTER = timedelta(minutes=15)


@dataclass(frozen=True)
class Limit:
    """So many wrong passwords are free; each further one doubles the wait, up to the longest."""

    free: int
    longest: timedelta


# The pair is what a mistyping person meets. The other two stop one guesser trying many people, and many guessers
# trying one; they are wide, because a whole hospital may share one address and anybody can type a colleague's e-mail.
PAIR = Limit(free=5, longest=timedelta(seconds=60))
EMAIL = Limit(free=30, longest=timedelta(seconds=10))
ADDRESS = Limit(free=60, longest=timedelta(seconds=60))
# A browser on which somebody has signed in before is counted by itself: nobody elsewhere can make them wait.
KNOWN_DEVICE = PAIR
# Six digits are few. Whoever gets here has the password, so that nobody else is kept out by it.
CODE = Limit(free=5, longest=timedelta(minutes=5))


def wait_after(limit: Limit, failures: int) -> timedelta:
    """The wait that the last of `failures` wrong passwords earns."""
    if failures < limit.free:
        return timedelta(0)
    return min(limit.longest, timedelta(seconds=2 ** min(failures - limit.free + 1, 12)))


def still_to_wait(limit: Limit, failures: int, last: datetime, now: datetime) -> timedelta:
    """What is left of that wait."""
    return max(timedelta(0), last + wait_after(limit, failures) - now)
