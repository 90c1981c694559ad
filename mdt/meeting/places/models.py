"""What the order of an agenda goes by: who leaves early, what the team reckons with; and every order it had."""

from datetime import datetime, time

from sqlalchemy import ForeignKey, String, UniqueConstraint, true
from sqlalchemy.orm import Mapped, mapped_column

from mdt.core.db import Base, id_column
from mdt.people.versions import OfATeam


class AgendaRule(OfATeam, Base):
    """From a day on: the seconds a team reckons for a case it knows no better, and how much of its standard of care
    is audited: this many in a hundred, and at least so many."""

    __tablename__ = "agenda_rule"

    case_seconds: Mapped[int]
    audit_percent: Mapped[int]
    audit_least: Mapped[int]


class Expected(Base):
    """Whether somebody will be at a meeting, and from when to when by the clock in London; nothing means all of it."""

    __tablename__ = "expected_presence"
    __table_args__ = (UniqueConstraint("meeting_id", "person_id"),)

    id: Mapped[str] = id_column()
    meeting_id: Mapped[str] = mapped_column(ForeignKey("meeting.id"))
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    comes: Mapped[bool] = mapped_column(default=True, server_default=true())
    arrives: Mapped[time | None]
    leaves: Mapped[time | None]
    set_by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    set_at: Mapped[datetime]


class AgendaOrder(Base):
    """An order the agenda was put into, and the one before it, so that it can be put back."""

    __tablename__ = "agenda_order"

    id: Mapped[str] = id_column()
    meeting_id: Mapped[str] = mapped_column(ForeignKey("meeting.id"), index=True)
    before: Mapped[list[str]]
    after: Mapped[list[str]]
    why: Mapped[str] = mapped_column(String(16))  # moved, suggested, undone
    by_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
