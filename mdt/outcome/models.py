"""The decision, in versions. A signed one never changes; an amendment is the next version, with a reason."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from mdt.core.db import Base, id_column
from mdt.outcome.proforma import FIRST
from mdt.people.versions import OfATeam


class Outcome(Base):
    """One version of a case's outcome. `status`: draft, then signed. The signed version with the highest number holds.

    Bound to meeting, case and patient by its own columns. `revision` grows with every saved field of a draft, and
    `changed` says at which revision each field was last saved. `form` holds the fields of its `proforma`, by name: the
    one it was begun on, for ever. `typists` are those who typed in this version; somebody else checks it, and the check
    holds as long as nothing was typed since (`checked_revision`). `standard_version_id` is the standard of care that
    the chair ratified: such an outcome was not discussed (COSD CR8110 = 2), nor is an amendment of it.
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
    proforma: Mapped[str] = mapped_column(String(120), default=FIRST, server_default=FIRST)
    typists: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")
    checked_by: Mapped[str | None] = mapped_column(String(32))
    checked_name: Mapped[str] = mapped_column(default="", server_default="")
    checked_at: Mapped[datetime | None]
    checked_revision: Mapped[int | None]
    signed_by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    signed_name: Mapped[str] = mapped_column(default="")
    signed_at: Mapped[datetime | None]
    standard_version_id: Mapped[str | None] = mapped_column(ForeignKey("standard_version.id"))

    actions: Mapped[list["Action"]] = relationship(back_populates="outcome", order_by="Action.position")

    @property
    def is_signed(self) -> bool:
        return self.status == "signed"

    @property
    def is_checked(self) -> bool:
        """Whether somebody who did not type it has read it as it stands."""
        return self.checked_at is not None and self.checked_revision == self.revision


class Action(Base):
    """Something somebody must now do. Written from the form when the outcome is signed.

    `person_id` is its owner where that is somebody of the team; `owner` what they are called, or a service by its name.
    `key` is its id in the form, by which a later version knows it again; `kind` is "tell" for telling the patient,
    which every signature asks for. `status`: open, done or cancelled; who closed it says in a note how.
    """

    __tablename__ = "action"

    id: Mapped[str] = id_column()
    outcome_id: Mapped[str] = mapped_column(ForeignKey("outcome.id"), index=True)
    position: Mapped[int]
    text: Mapped[str]
    owner: Mapped[str]
    person_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"), index=True)
    due: Mapped[date]
    status: Mapped[str] = mapped_column(String(16), default="open")
    kind: Mapped[str] = mapped_column(String(8), default="", server_default="")
    key: Mapped[str] = mapped_column(String(36), default="", server_default="")
    note: Mapped[str] = mapped_column(default="", server_default="")
    closed_by: Mapped[str | None] = mapped_column(String(32))
    closed_name: Mapped[str] = mapped_column(default="", server_default="")
    closed_at: Mapped[datetime | None]

    outcome: Mapped[Outcome] = relationship(back_populates="actions")


class TeamProforma(OfATeam, Base):
    """What a team's outcomes are written on from a day on. `extra` are properties of a JSON Schema by name, in order.

    `needs_check`: nobody signs what nobody but its typists has read. `checklist_blocks`: nobody signs while something
    of the checklist is not ticked.
    """

    __tablename__ = "team_proforma"

    core: Mapped[str] = mapped_column(String(40))
    block: Mapped[str] = mapped_column(String(40), default="")
    extra: Mapped[list[Any]]
    needs_check: Mapped[bool] = mapped_column(default=False)
    checklist_blocks: Mapped[bool] = mapped_column(default=False)


class Milestone(Base):
    """What became of a decision, as somebody wrote it down. Never changed: the newest of a kind holds.

    `kind`: "told" (the patient knows), "started" (treatment has begun) or "followed" (weeks later: was it done?).
    `answer` and `reason` are codes of `follow_through`.
    """

    __tablename__ = "milestone"

    id: Mapped[str] = id_column()
    case_id: Mapped[str] = mapped_column(ForeignKey("mdt_case.id"), index=True)
    patient_id: Mapped[str] = mapped_column(ForeignKey("patient.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    day: Mapped[date]
    answer: Mapped[str] = mapped_column(String(16), default="")
    reason: Mapped[str] = mapped_column(String(16), default="")
    note: Mapped[str] = mapped_column(default="")
    by_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    by_name: Mapped[str]
    at: Mapped[datetime]
