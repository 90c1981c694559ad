"""Late additions, what was carried to another meeting, and what was offered to another team. Nothing is deleted."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from mdt.core.db import Base, id_column
from mdt.meeting.models import Case
from mdt.people.models import Team
from mdt.record.models import Patient


class LateAddition(Base):
    """Somebody asked for a patient to be listed after the list was locked. `state`: waiting, approved, declined."""

    __tablename__ = "late_addition"

    id: Mapped[str] = id_column()
    meeting_id: Mapped[str] = mapped_column(ForeignKey("meeting.id"), index=True)
    patient_id: Mapped[str] = mapped_column(ForeignKey("patient.id"))
    question: Mapped[str]
    reason: Mapped[str]
    asked_by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    asked_name: Mapped[str]
    asked_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(16), default="waiting")
    decided_by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    decided_name: Mapped[str] = mapped_column(default="")
    decided_at: Mapped[datetime | None]
    decided_why: Mapped[str] = mapped_column(default="")
    case_id: Mapped[str | None] = mapped_column(ForeignKey("mdt_case.id"), index=True)

    patient: Mapped[Patient] = relationship()


class Carry(Base):
    """A case that leaves its meeting undiscussed, with the reason, and the case it has become on another list.

    Without `to_case_id` it waits for the team's next meeting, unless it was `dropped_at` with a reason. `trust_ods` and
    `study` say whose images were missing. `count`: how often the patient's question has been carried by now.
    """

    __tablename__ = "carry"

    id: Mapped[str] = id_column()
    case_id: Mapped[str] = mapped_column(ForeignKey("mdt_case.id"), unique=True)
    team_id: Mapped[str] = mapped_column(ForeignKey("team.id"), index=True)
    to_case_id: Mapped[str | None] = mapped_column(ForeignKey("mdt_case.id"), index=True)
    count: Mapped[int]
    reason: Mapped[str] = mapped_column(String(16))  # one of `moving.reasons`
    trust_ods: Mapped[str | None] = mapped_column(ForeignKey("trust.ods"))
    study: Mapped[str] = mapped_column(default="")
    note: Mapped[str] = mapped_column(default="")
    by_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    by_name: Mapped[str]
    at: Mapped[datetime]
    dropped_by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    dropped_at: Mapped[datetime | None]
    dropped_why: Mapped[str] = mapped_column(default="")

    case: Mapped[Case] = relationship(foreign_keys=[case_id])
    to_case: Mapped[Case | None] = relationship(foreign_keys=[to_case_id])


class Transfer(Base):
    """A case offered to another team, at another trust perhaps. It stays on its list until that team accepts it.

    `state`: waiting, accepted, declined, taken back.
    """

    __tablename__ = "case_transfer"

    id: Mapped[str] = id_column()
    case_id: Mapped[str] = mapped_column(ForeignKey("mdt_case.id"), index=True)
    to_team_id: Mapped[str] = mapped_column(ForeignKey("team.id"), index=True)
    reason: Mapped[str]
    state: Mapped[str] = mapped_column(String(16), default="waiting")
    asked_by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    asked_name: Mapped[str]
    asked_at: Mapped[datetime]
    decided_by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    decided_name: Mapped[str] = mapped_column(default="")
    decided_at: Mapped[datetime | None]
    decided_why: Mapped[str] = mapped_column(default="")
    to_case_id: Mapped[str | None] = mapped_column(ForeignKey("mdt_case.id"), index=True)

    case: Mapped[Case] = relationship(foreign_keys=[case_id])
    to_team: Mapped[Team] = relationship()
