"""The bank holidays of England and Wales (Banking and Financial Dealings Act 1971), and which days are working days."""

from datetime import date, timedelta
from functools import cache

# Days proclaimed for one year, and those that a proclamation moved: (to, from).
_PROCLAIMED = {
    2022: (date(2022, 6, 2), date(2022, 6, 3), date(2022, 9, 19)),
    2023: (date(2023, 5, 8),),
}
_MOVED_AWAY = {2022: (date(2022, 5, 30),)}

_SATURDAY, _SUNDAY = 5, 6


def is_working_day(day: date) -> bool:
    """Monday to Friday, and no bank holiday."""
    return day.weekday() < _SATURDAY and day not in bank_holidays(day.year)


def working_days_after(day: date, count: int) -> list[date]:
    """The next so many working days, not counting the day itself."""
    found: list[date] = []
    while len(found) < count:
        day += timedelta(days=1)
        if is_working_day(day):
            found.append(day)
    return found


@cache
def bank_holidays(year: int) -> frozenset[date]:
    """Those of a year; what falls on a weekend is kept on the next working day."""
    easter = easter_sunday(year)
    days = {
        _from_weekend(date(year, 1, 1)),
        easter - timedelta(days=2),
        easter + timedelta(days=1),
        _monday(date(year, 5, 1)),
        _monday(date(year, 5, 25)),
        _monday(date(year, 8, 25)),
        *_christmas(year),
        *_PROCLAIMED.get(year, ()),
    }
    return frozenset(days - set(_MOVED_AWAY.get(year, ())))


def easter_sunday(year: int) -> date:
    """By the Gregorian calendar (the anonymous algorithm of 1876)."""
    golden, (century, rest) = year % 19, divmod(year, 100)
    leap, over = divmod(century, 4)
    epact = (19 * golden + century - leap - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    to_sunday = (32 + 2 * over + 2 * (rest // 4) - epact - rest % 4) % 7
    late = (golden + 11 * epact + 22 * to_sunday) // 451
    month, day = divmod(epact + to_sunday - 7 * late + 114, 31)
    return date(year, month, day + 1)


def _monday(first: date) -> date:
    """The first Monday from a day on."""
    return first + timedelta(days=-first.weekday() % 7)


def _from_weekend(day: date) -> date:
    return _monday(day) if day.weekday() >= _SATURDAY else day


def _christmas(year: int) -> tuple[date, date]:
    """Christmas Day and Boxing Day: of two that fall on a weekend both are kept, Monday and Tuesday."""
    christmas, boxing = date(year, 12, 25), date(year, 12, 26)
    match christmas.weekday():
        case 4:
            return christmas, date(year, 12, 28)
        case 5 | 6:
            return date(year, 12, 27), (date(year, 12, 28) if christmas.weekday() == _SATURDAY else boxing)
        case _:
            return christmas, boxing
