"""One patient, many trusts: who they are, which studies exist, who holds them, and how sure we are."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from mdt.core.db import Base, id_column


class Patient(Base):
    """A person by verified NHS number (10 digits, no spaces). `sex` is M, F or O; status is a COSD CR1350 code."""

    __tablename__ = "patient"

    id: Mapped[str] = id_column()
    nhs_number: Mapped[str] = mapped_column(String(10), unique=True)
    nhs_status: Mapped[str] = mapped_column(String(2), default="01")
    family: Mapped[str]
    given: Mapped[str]
    birth_date: Mapped[date]
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


class Holder(Base):
    """A trust that holds a study, with its own counts and the identity it claims (as JSON, as received)."""

    __tablename__ = "holder"
    __table_args__ = (UniqueConstraint("study_id", "trust_ods"),)

    id: Mapped[str] = id_column()
    study_id: Mapped[str] = mapped_column(ForeignKey("study.id"), index=True)
    trust_ods: Mapped[str] = mapped_column(ForeignKey("trust.ods"))
    series: Mapped[int | None]
    instances: Mapped[int | None]
    claimed: Mapped[dict[str, Any]]
    seen_at: Mapped[datetime]

    study: Mapped[Study] = relationship(back_populates="holders")


class Link(Base):
    """Whether a study at a trust belongs to a patient. `status`: auto, confirm, never, confirmed, refused.

    `why` is the rule's sentence; `decision` (confirmed or refused), who and reason are set when a person has spoken.
    Reversible: deciding again replaces the answer here, and every answer stays in the audit.
    """

    __tablename__ = "link"
    __table_args__ = (UniqueConstraint("patient_id", "study_id", "trust_ods"),)

    id: Mapped[str] = id_column()
    patient_id: Mapped[str] = mapped_column(ForeignKey("patient.id"), index=True)
    study_id: Mapped[str] = mapped_column(ForeignKey("study.id"), index=True)
    trust_ods: Mapped[str] = mapped_column(ForeignKey("trust.ods"))
    status: Mapped[str] = mapped_column(String(16))
    why: Mapped[str] = mapped_column(default="")
    decision: Mapped[str | None] = mapped_column(String(16))
    decided_by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(default="")

    study: Mapped[Study] = relationship(back_populates="links")
    patient: Mapped[Patient] = relationship()
