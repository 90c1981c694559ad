"""How dates, times, numbers and names are written on a page, the NHS way. Each is a Jinja filter of the same name."""

from datetime import date, datetime, timedelta

from flask import Flask

from mdt.core.clock import in_london, utc_now
from mdt.core.words import counted, long_date
from mdt.record import nhs_number, written
from mdt.record.models import Patient
from mdt.trusts.names import short

SEXES = {"F": "Female", "M": "Male", "O": "Other"}


def banner_date(day: date) -> str:
    """14-Mar-1951: no two parts can be mistaken for each other."""
    return f"{day:%d-%b-%Y}"


def weekday(moment: datetime) -> str:
    """Tuesday 24 November 2026"""
    return f"{in_london(moment):%A} {long_date(moment)}"


def clock(moment: datetime) -> str:
    """09:30, by a clock in London"""
    return f"{in_london(moment):%H:%M}"


def moment(at: datetime) -> str:
    """24 November 2026 at 09:30"""
    return f"{long_date(at)} at {clock(at)}"


def age(born: date, on: date | None = None) -> str:
    """75y: whole years; below two years, months."""
    on = on or in_london(utc_now()).date()
    months = (on.year - born.year) * 12 + on.month - born.month - (on.day < born.day)
    return f"{months // 12}y" if months >= 24 else f"{months}m"


def born(day: date | None) -> str:
    """14-Mar-1951 (75y), or that it is not known."""
    return f"{banner_date(day)} ({age(day)})" if day else "not known"


def sex(code: str) -> str:
    return SEXES.get(code, "Not known")


def full_name(patient: Patient) -> str:
    """KOWALSKI, Maria"""
    return written.in_banner(patient.family, patient.given)


def ago(at: datetime, now: datetime | None = None) -> str:
    """for 40 seconds, for 12 minutes, since 09:30"""
    gone = (now or utc_now()) - at
    if gone < timedelta(minutes=2):
        return f"for {max(int(gone.total_seconds()), 0)} seconds"
    if gone < timedelta(minutes=60):
        return f"for {int(gone.total_seconds()) // 60} minutes"
    return f"since {clock(at)}" if gone < timedelta(hours=12) else f"since {moment(at)}"


def pace(bytes_per_second: int) -> str:
    """2.4 MB/s, 35 kB/s"""
    if bytes_per_second >= 1_000_000:
        return f"{bytes_per_second / 1_000_000:.1f} MB/s"
    return f"{max(1, round(bytes_per_second / 1000))} kB/s" if bytes_per_second else "0 kB/s"


def time_left(seconds: int) -> str:
    """40 s left, 3 min left, 1 h 10 min left; in steps that do not flicker"""
    if seconds < 60:
        return f"{max(5, -(-seconds // 5) * 5)} s left"
    minutes = -(-seconds // 60)
    return f"{minutes} min left" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min left"


def until(moment: datetime, now: datetime | None = None) -> str:
    """in 40 minutes, in 3 hours, in 2 days; 25 minutes ago"""
    away = moment - (now or utc_now())
    minutes = round(abs(away).total_seconds() / 60)
    length = counted(minutes, "minute") if minutes < 90 else counted(round(minutes / 60), "hour")
    if minutes >= 48 * 60:
        length = counted(round(minutes / 1440), "day")
    return f"in {length}" if away > timedelta(0) else f"{length} ago"


def since(at: datetime, now: datetime | None = None) -> str:
    """09:30 where that was today, else 23 Nov 09:30"""
    day = in_london(at)
    today = in_london(now or utc_now()).date()
    return clock(at) if day.date() == today else f"{day.day} {day:%b} {clock(at)}"


def sentence(text: str) -> str:
    """Some words with a capital letter and a full stop."""
    text = text.strip()
    return text[:1].upper() + text[1:] + ("" if not text or text[-1] in ".!?" else ".")


def install(app: Flask) -> None:
    of_time = (long_date, banner_date, weekday, clock, moment, age, ago, since, until, time_left)
    for write in (*of_time, born, sex, full_name, pace, counted, sentence):
        app.add_template_filter(write)
    app.add_template_filter(nhs_number.spaced, "nhs_number")
    app.add_template_filter(short, "short_trust")
