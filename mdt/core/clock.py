"""Time: UTC inside, Europe/London on the screen."""

from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def in_london(moment: datetime) -> datetime:
    """The same moment as a clock on a wall in Manchester shows it."""
    return moment.astimezone(LONDON)
