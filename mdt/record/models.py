"""One patient, many trusts: who they are, which studies exist, who holds them, and how sure we are."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from mdt.core.db import Base, id_column


class Patient(Base):
    """A person by verified NHS number (10 digits, no spaces). `sex` is M, F or O; status is a COSD CR1350 code.

    Who has one name only has it as `family`, and no `given`. Without a `birth_date` it is not known.
    """

    __tablename__ = "patient"

    id: Mapped[str] = id_column()
    nhs_number: Mapped[str] = mapped_column(String(10), unique=True)
    nhs_status: Mapped[str] = mapped_column(String(2), default="01")
    family: Mapped[str]
    given: Mapped[str]
    birth_date: Mapped[date | None] = mapped_column(index=True)
    sex: Mapped[str] = mapped_column(String(1))


class LocalIdentifier(Base):
    """A hospital number a trust uses for a patient, learnt from a link. Never overwritten."""

    __tablename__ = "local_identifier"
    __table_args__ = (UniqueConstraint("patient_id", "trust_ods", "value"),)

    id: Mapped[str] = id_column()
    patient_id: Mapped[str] = mapped_column(ForeignKey("patient.id"))
    trust_ods: Mapped[str] = mapped_column(ForeignKey("trust.ods"))
    value: Mapped[str]
    issuer: Mapped[str] = mapped_column(default="")


class Study(Base):
    """One study, however many trusts hold it."""

    __tablename__ = "study"

    id: Mapped[str] = id_column()
    study_uid: Mapped[str] = mapped_column(String(64), unique=True)
    study_date: Mapped[date | None]
    study_time: Mapped[str] = mapped_column(default="")
    description: Mapped[str] = mapped_column(default="")
    accession: Mapped[str] = mapped_column(default="")
    modalities: Mapped[list[str]]

    holders: Mapped[list["Holder"]] = relationship(back_populates="study")
    links: Mapped[list["Link"]] = relationship(back_populates="study")


ARCHIVE, DISC = "", "disc"  # where a holder's copy came from: the trust's own archive, or a disc imported there


class Holder(Base):
    """A trust that holds a study, with its own counts and the identity it claims (as JSON, as received).

    What was imported from a disc has a holder of its own (`origin`): the trust keeps it, and the disc claims whose it
    is. `label` is what the disc was called by whoever imported it. `gone_at`: since when the trust, asked for this very
    study, says that it holds it no more.
    """

    __tablename__ = "holder"
    __table_args__ = (UniqueConstraint("study_id", "trust_ods", "origin"),)

    id: Mapped[str] = id_column()
    study_id: Mapped[str] = mapped_column(ForeignKey("study.id"))
    trust_ods: Mapped[str] = mapped_column(ForeignKey("trust.ods"))
    series: Mapped[int | None]
    instances: Mapped[int | None]
    claimed: Mapped[dict[str, Any]]
    seen_at: Mapped[datetime]
    origin: Mapped[str] = mapped_column(String(8), default=ARCHIVE, server_default=ARCHIVE)
    label: Mapped[str] = mapped_column(String(100), default="", server_default="")
    gone_at: Mapped[datetime | None]

    study: Mapped[Study] = relationship(back_populates="holders")

    @property
    def place(self) -> str:
        """Who claims it, as a sentence names them."""
        return place(self.trust_ods, self.origin)


class Clue(Base):
    """What a study that came without our asking can be found by: an NHS number claimed for it, or a date of birth."""

    __tablename__ = "clue"
    __table_args__ = (UniqueConstraint("holder_id", "key"),)

    id: Mapped[str] = id_column()
    holder_id: Mapped[str] = mapped_column(ForeignKey("holder.id"))
    key: Mapped[str] = mapped_column(String(10), index=True)  # ten digits, or YYYY-MM-DD


class Link(Base):
    """Whether a study at a trust belongs to a patient. `status`: auto, confirm, never, confirmed, refused.

    `why` is the rule's sentence; `decision` (confirmed or refused), who and reason are set when a person has spoken.
    Reversible: deciding again replaces the answer here, and every answer stays in the audit.
    `whole`: every series of the study is here in full; the database keeps it right (`imaging.standing.kept`).
    """

    __tablename__ = "link"
    __table_args__ = (UniqueConstraint("patient_id", "study_id", "trust_ods", "origin"),)

    id: Mapped[str] = id_column()
    patient_id: Mapped[str] = mapped_column(ForeignKey("patient.id"))
    study_id: Mapped[str] = mapped_column(ForeignKey("study.id"), index=True)
    trust_ods: Mapped[str] = mapped_column(ForeignKey("trust.ods"))
    origin: Mapped[str] = mapped_column(String(8), default=ARCHIVE, server_default=ARCHIVE)  # as its holder's
    status: Mapped[str] = mapped_column(String(16))
    why: Mapped[str] = mapped_column(default="")
    decision: Mapped[str | None] = mapped_column(String(16))
    decided_by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(default="")
    whole: Mapped[bool] = mapped_column(default=False, server_default=false())

    study: Mapped[Study] = relationship(back_populates="links")
    patient: Mapped[Patient] = relationship()

    @property
    def place(self) -> str:
        """Who claims it, as a sentence names them."""
        return place(self.trust_ods, self.origin)


def place(trust_ods: str, origin: str) -> str:
    return f"a disc imported at {trust_ods}" if origin == DISC else trust_ods


class StudyClash(Base):
    """One Study Instance UID that stands for more than one person: nothing of it is linked until `ended_at`.

    Who claims it, and how, is in its holders and links.
    """

    __tablename__ = "study_clash"

    id: Mapped[str] = id_column()
    study_id: Mapped[str] = mapped_column(ForeignKey("study.id"), index=True)
    found_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    study: Mapped[Study] = relationship()
