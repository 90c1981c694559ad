"""How numbers and days are written in a sentence."""

from datetime import date, datetime

from mdt.core.clock import in_london


def counted(number: int, one: str, many: str | None = None) -> str:
    """1 case, 2 cases"""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def long_date(day: date | datetime) -> str:
    """24 November 2026, by the calendar in London"""
    day = in_london(day).date() if isinstance(day, datetime) else day
    return f"{day.day} {day:%B %Y}"
