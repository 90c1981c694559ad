"""What letters are made from and what was sent: templates in versions, and every letter as it left."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, deferred, mapped_column

from mdt.core.db import Base, id_column
from mdt.people.versions import OfATeam


class LetterTemplate(OfATeam, Base):
    """One version of a team's wording of one kind of letter, used from `starts` on. It never changes.

    `text` is in the small language of `letters.markup`.
    """

    __tablename__ = "letter_template"
    __table_args__ = (UniqueConstraint("team_id", "kind", "version"),)

    kind: Mapped[str] = mapped_column(String(16))
    version: Mapped[int]
    text: Mapped[str]


class Letter(Base):
    """One letter about one signed version of an outcome, word for word, with the document that was made of it.

    `status`: ready, then sent, or dropped in place of it. `template_version` 0 is the product's own wording.
    `blocks` is what `letters.markup` reads from the filled template; `pdf` is made of it once and kept.
    """

    __tablename__ = "letter"
    __table_args__ = (Index(None, "case_id", "made_at"),)

    id: Mapped[str] = id_column()
    case_id: Mapped[str] = mapped_column(ForeignKey("mdt_case.id"))
    patient_id: Mapped[str] = mapped_column(ForeignKey("patient.id"), index=True)
    outcome_id: Mapped[str] = mapped_column(ForeignKey("outcome.id"))
    outcome_version: Mapped[int]
    kind: Mapped[str] = mapped_column(String(16))
    template_version: Mapped[int]
    recipient: Mapped[str]
    address: Mapped[str] = mapped_column(default="")
    title: Mapped[str]
    blocks: Mapped[list[Any]]
    pdf: Mapped[bytes] = deferred(mapped_column(LargeBinary))
    pdf_sha256: Mapped[str] = mapped_column(String(64))
    status: Mapped[str] = mapped_column(String(8), default="ready")
    made_by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]
    closed_by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))  # who sent or dropped it
    closed_at: Mapped[datetime | None]
    sent_on: Mapped[date | None]
    sent_how: Mapped[str] = mapped_column(default="")
    told_on: Mapped[date | None]  # of a patient's: when somebody told them, before the letter went
    why: Mapped[str] = mapped_column(default="")  # of one that was dropped
