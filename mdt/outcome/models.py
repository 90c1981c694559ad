"""The decision, in versions. A signed one never changes; an amendment is the next version, with a reason."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from mdt.core.db import Base, id_column


class Outcome(Base):
    """One version of a case's outcome. `status`: draft, then signed. The signed version with the highest number holds.

    Bound to meeting, case and patient by its own columns. `revision` grows with every saved field of a draft, and
    `changed` says at which revision each field was last saved. `form` holds the fields of `mdt.outcome.form`, by name.
    """

    __tablename__ = "outcome"
    __table_args__ = (UniqueConstraint("case_id", "version"),)

    id: Mapped[str] = id_column()
    meeting_id: Mapped[str] = mapped_column(ForeignKey("meeting.id"), index=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("mdt_case.id"))
    patient_id: Mapped[str] = mapped_column(ForeignKey("patient.id"), index=True)
    version: Mapped[int]
    revision: Mapped[int] = mapped_column(default=0)
    status: Mapped[str] = mapped_column(String(16), default="draft")
    form: Mapped[dict[str, Any]]
    changed: Mapped[dict[str, Any]]
    reason: Mapped[str] = mapped_column(default="")  # why this version amends the one before
    changed_by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    changed_at: Mapped[datetime]
    signed_by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    signed_name: Mapped[str] = mapped_column(default="")
    signed_at: Mapped[datetime | None]

    actions: Mapped[list["Action"]] = relationship(back_populates="outcome", order_by="Action.position")

    @property
    def is_signed(self) -> bool:
        return self.status == "signed"


class Action(Base):
    """Something somebody must now do. Written from the form when the outcome is signed."""

    __tablename__ = "action"

    id: Mapped[str] = id_column()
    outcome_id: Mapped[str] = mapped_column(ForeignKey("outcome.id"), index=True)
    position: Mapped[int]
    text: Mapped[str]
    owner: Mapped[str]
    due: Mapped[date]
    status: Mapped[str] = mapped_column(String(16), default="open")

    outcome: Mapped[Outcome] = relationship(back_populates="actions")
