"""A team's library of standards of care, how its cases were sorted, and what the chair ratified."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from mdt.core.db import Base, id_column


class Standard(Base):
    """One standard of care of a team. What it says is in its versions; withdrawn, no case is put on it any more."""

    __tablename__ = "standard"

    id: Mapped[str] = id_column()
    team_id: Mapped[str] = mapped_column(ForeignKey("team.id"), index=True)
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    withdrawn_why: Mapped[str] = mapped_column(default="")

    versions: Mapped[list["StandardVersion"]] = relationship(
        back_populates="standard", order_by="StandardVersion.number.desc()"
    )


class StandardVersion(Base):
    """What a standard of care says, approved by whom and when, and when it is to be reviewed. Never changed.

    `treatments` are `{"code": CR0470, "relation": "sequential" or "alternative"}` in order; `intent` is CR0460 or "",
    `no_treatment_reason` CR0490 or "". `action` is to be done `within` so many working days of its ratification.
    """

    __tablename__ = "standard_version"
    __table_args__ = (UniqueConstraint("standard_id", "number"),)

    id: Mapped[str] = id_column()
    standard_id: Mapped[str] = mapped_column(ForeignKey("standard.id"))
    number: Mapped[int]
    name: Mapped[str]
    criteria: Mapped[str]
    intent: Mapped[str] = mapped_column(String(1), default="")
    treatments: Mapped[list[Any]]
    no_treatment_reason: Mapped[str] = mapped_column(String(2), default="", server_default="")
    action: Mapped[str] = mapped_column(default="", server_default="")
    within: Mapped[int] = mapped_column(default=10, server_default="10")
    approved_by: Mapped[str]
    approved_on: Mapped[date]
    review_on: Mapped[date]
    made_by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]

    standard: Mapped[Standard] = relationship(back_populates="versions")

    @property
    def called(self) -> str:
        """E.g. "Benign breast biopsy, version 2"."""
        return f"{self.name}, version {self.number}"


class Triage(Base):
    """How a case was sorted, by whom. Each sorting is a row; the one with the highest number holds.

    `needs` names the specialties that should be there; `missing` is of a case that is not ready. `owner` brings that,
    or carries out the standard of care and tells the patient.
    """

    __tablename__ = "case_triage"
    __table_args__ = (UniqueConstraint("case_id", "number"),)

    id: Mapped[str] = id_column()
    case_id: Mapped[str] = mapped_column(ForeignKey("mdt_case.id"))
    number: Mapped[int]
    stream: Mapped[str] = mapped_column(String(12))
    kind: Mapped[str] = mapped_column(String(16), default="")
    standard_version_id: Mapped[str | None] = mapped_column(ForeignKey("standard_version.id"))
    missing: Mapped[str] = mapped_column(default="")
    owner: Mapped[str] = mapped_column(default="")
    needs: Mapped[list[str]]
    reason: Mapped[str] = mapped_column(default="")
    promoted: Mapped[bool] = mapped_column(default=False)
    by_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    by_name: Mapped[str]
    at: Mapped[datetime]

    version: Mapped[StandardVersion | None] = relationship()


class Ratification(Base):
    """The chair's word, in the meeting, that a standard of care applies to a case. Never changed."""

    __tablename__ = "ratification"

    id: Mapped[str] = id_column()
    meeting_id: Mapped[str] = mapped_column(ForeignKey("meeting.id"), index=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("mdt_case.id"), unique=True)
    standard_version_id: Mapped[str] = mapped_column(ForeignKey("standard_version.id"))
    by_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    by_name: Mapped[str]
    at: Mapped[datetime]

    version: Mapped[StandardVersion] = relationship()
