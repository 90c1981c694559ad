"""When a team's people are reminded, and who was looked after today."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from mdt.core.db import Base

USUAL_HOUR, USUAL_WARNING = 7, 8


class TeamReminders(Base):
    """From which hour (London) its people get the day's reminder, and how many working hours before a cut-off."""

    __tablename__ = "team_reminders"

    team_id: Mapped[str] = mapped_column(ForeignKey("team.id"), primary_key=True)
    hour: Mapped[int]
    warning_hours: Mapped[int]
    set_by: Mapped[str | None] = mapped_column(String(32))
    set_at: Mapped[datetime]


class Reminded(Base):
    """The last day on which it was seen to what waits for a person, whether anything did or not."""

    __tablename__ = "reminded"

    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), primary_key=True)
    day: Mapped[date]
