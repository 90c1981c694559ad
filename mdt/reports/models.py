"""Samples of cases that a standard of care answered, and what reviewers said of them. Nothing is changed."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mdt.core.db import Base, id_column


class AuditSample(Base):
    """One sample, with all that is needed to draw it again. `cases` are in the order in which they were drawn."""

    __tablename__ = "audit_sample"
    __table_args__ = (UniqueConstraint("team_id", "first", "last"),)

    id: Mapped[str] = id_column()
    team_id: Mapped[str] = mapped_column(ForeignKey("team.id"))
    first: Mapped[date]
    last: Mapped[date]
    seed: Mapped[str] = mapped_column(String(80))
    percent: Mapped[int]
    least: Mapped[int]
    of: Mapped[int]  # how many a standard of care answered in the period
    cases: Mapped[list[Any]]
    drawn_by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    drawn_name: Mapped[str]
    drawn_at: Mapped[datetime]


class AuditReview(Base):
    """What somebody found of a case in a sample: whether the standard was right for it. Somebody's newest holds."""

    __tablename__ = "audit_review"

    id: Mapped[str] = id_column()
    sample_id: Mapped[str] = mapped_column(ForeignKey("audit_sample.id"), index=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("mdt_case.id"))
    agrees: Mapped[bool]
    note: Mapped[str]
    by_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    by_name: Mapped[str]
    at: Mapped[datetime]
