"""A team's rule of when it meets, and the days on which it does not."""

from datetime import date, datetime, time

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from mdt.core.db import Base, id_column
from mdt.people.models import Team


class Series(Base):
    """Every so many weeks from `starts` (which is the weekday), at a time by the clock in London, until `ends`."""

    __tablename__ = "meeting_series"

    id: Mapped[str] = id_column()
    team_id: Mapped[str] = mapped_column(ForeignKey("team.id"), index=True)
    starts: Mapped[date]
    ends: Mapped[date | None]
    every_weeks: Mapped[int]
    at: Mapped[time]
    place: Mapped[str] = mapped_column(default="")
    planned_minutes: Mapped[int | None]
    on_bank_holidays: Mapped[bool] = mapped_column(default=False)
    made_by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]

    team: Mapped[Team] = relationship()
    skipped: Mapped[list["SkippedDay"]] = relationship(order_by="SkippedDay.day")


class SkippedDay(Base):
    """A day of a series on which the team does not meet, and why."""

    __tablename__ = "series_skip"
    __table_args__ = (UniqueConstraint("series_id", "day"),)

    id: Mapped[str] = id_column()
    series_id: Mapped[str] = mapped_column(ForeignKey("meeting_series.id"))
    day: Mapped[date]
    reason: Mapped[str]
    by_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
