"""Figures counted by the database: a handful of statements, however many cases a period has."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Table, case, func, literal, select
from sqlalchemy.orm import Session

from mdt.live.models import CaseQuorum
from mdt.meeting.bank_holidays import is_working_day
from mdt.meeting.moving import reasons
from mdt.reports.facts import Sitting
from mdt.reports.figures import Figure


@dataclass(frozen=True)
class Share:
    """How many, of how many; `of` is None for a plain number."""

    many: int
    of: int | None = None

    @property
    def percent(self) -> float | None:
        return 100 * self.many / self.of if self.of else None


@dataclass(frozen=True)
class Minutes:
    """For how long cases were discussed, in minutes; nothing when none was timed."""

    median: float | None = None
    mean: float | None = None
    by_month: tuple[float | None, ...] = ()


@dataclass(frozen=True)
class Counts:
    """What was counted. `monthly` has a number for each month of the period, by the figure's key."""

    shares: dict[str, Share] = field(default_factory=dict)
    monthly: dict[str, list[int]] = field(default_factory=dict)
    minutes: Minutes = Minutes()
    reasons: dict[str, int] = field(default_factory=dict)
    trusts: dict[str, int] = field(default_factory=dict)
    why: dict[tuple[str, str], int] = field(default_factory=dict)  # by answer and reason
    told_after: dict[int, int] = field(default_factory=dict)  # by working days
    lacked: dict[str, int] = field(default_factory=dict)  # decisions without a quorum, by the role that was not filled


def count(session: Session, rows: Table, known: Sequence[Figure], held: Sequence[Sitting], months: int) -> Counts:
    """Of the rows that `facts.found` made."""
    shares, monthly, mean = _shares(session, rows, known, months)
    delayed, why, told_after = _groups(session, rows, held)
    overall, by_month = _medians(session, rows, None), _medians(session, rows, rows.c.month)
    return Counts(
        shares=shares,
        monthly=monthly,
        minutes=Minutes(overall.get(0), mean, tuple(by_month.get(month) for month in range(months))),
        reasons=_sums((reason, many) for (reason, _), many in delayed.items()),
        trusts=_sums((ods, many) for (reason, ods), many in delayed.items() if reason == reasons.IMAGES and ods),
        why=dict(why),
        told_after=dict(sorted(told_after.items())),
        lacked=_lacked(session, rows),
    )


def _shares(
    session: Session, rows: Table, known: Sequence[Figure], months: int
) -> tuple[dict[str, Share], dict[str, list[int]], float | None]:
    """All figures in one statement, a row for each month; and the mean minutes of a discussion."""
    many = [func.sum(_one(figure.counted(rows))) for figure in known]
    of = [func.sum(_one(figure.among(rows))) if figure.among else func.count() for figure in known]
    timed = (func.sum(_one(rows.c.timed)), func.sum(case((rows.c.timed, rows.c.seconds), else_=0)))
    counted = {figure.key: [0] * months for figure in known}
    among = {figure.key: 0 for figure in known}
    cases = seconds = 0
    for row in session.execute(select(rows.c.month, *timed, *many, *of).group_by(rows.c.month)):
        month, cases, seconds = row[0], cases + int(row[1]), seconds + int(row[2])
        for place, figure in enumerate(known, start=3):
            counted[figure.key][month] = int(row[place])
            among[figure.key] += int(row[place + len(known)])
    shares = {
        figure.key: Share(sum(counted[figure.key]), among[figure.key] if figure.among else None) for figure in known
    }
    return shares, counted, seconds / cases / 60 if cases else None


def _one(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return case((condition, 1), else_=0)


def _groups(
    session: Session, rows: Table, held: Sequence[Sitting]
) -> tuple[Counter[tuple[str, str]], Counter[tuple[str, str]], Counter[int]]:
    """Delayed, by reason and trust; followed up, by answer and reason; told, by working days after the meeting."""
    days = {one.id: one.day for one in held}
    of = rows.c
    delays, answers = (of.delayed, of.reason, of.trust_ods), (of.followed, of.answer, of.answer_reason)
    groups = (*delays, *answers, of.told, of.meeting_id, of.told_on)
    delayed: Counter[tuple[str, str]] = Counter()
    why: Counter[tuple[str, str]] = Counter()
    told: Counter[int] = Counter()
    found = select(*groups, func.count().label("many")).where(of.delayed | of.followed | of.told).group_by(*groups)
    for row in session.execute(found):
        if row.delayed:
            delayed[row.reason, row.trust_ods] += row.many
        if row.followed:
            why[row.answer, row.answer_reason] += row.many
        if row.told:
            told[working_days_between(days[row.meeting_id], row.told_on)] += row.many
    return delayed, why, told


def _medians(session: Session, rows: Table, by: Any) -> dict[int, float]:
    """In minutes, by month, or of all under 0: the middle one, or the mean of the middle two."""
    place = func.row_number().over(partition_by=by, order_by=rows.c.seconds).label("place")
    many = func.count().over(partition_by=by).label("many")
    group = (literal(0) if by is None else by).label("month")
    timed = select(group, rows.c.seconds, place, many).where(rows.c.timed).subquery()
    middle = select(timed.c.month, func.avg(timed.c.seconds)).where(
        (timed.c.place * 2).between(timed.c.many, timed.c.many + 2)
    )
    return {month: float(seconds) / 60 for month, seconds in session.execute(middle.group_by(timed.c.month))}


@cache
def working_days_between(first: date, last: date) -> int:
    """How many working days lie after `first`, until `last`; none when that is the same day."""
    return sum(is_working_day(date.fromordinal(day)) for day in range(first.toordinal() + 1, last.toordinal() + 1))


def _lacked(session: Session, rows: Table) -> dict[str, int]:
    """Of the decisions without a quorum, which roles were not filled: the most frequent first."""
    kept = select(rows.c.case_id, CaseQuorum.missing).join(CaseQuorum, CaseQuorum.case_id == rows.c.case_id)
    newest_last = session.execute(kept.where(rows.c.not_quorate).order_by(CaseQuorum.version))
    found: Counter[str] = Counter()
    for lacking in {row.case_id: row.missing for row in newest_last}.values():
        found.update(one["role"] for one in lacking)
    return dict(sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))


def _sums(pairs: Any) -> dict[str, int]:
    """Added up by their name, the largest first."""
    found: Counter[str] = Counter()
    for name, many in pairs:
        found[name] += many
    return dict(sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))
