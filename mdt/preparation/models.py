"""What is prepared besides scenes (which the room's log keeps): policies, reviews, opinions, and what differs."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from mdt.core.db import Base, id_column
from mdt.meeting.models import Case
from mdt.people.versions import OfATeam
from mdt.record.models import Patient, Study


class PreparationPolicy(OfATeam, Base):
    """From a day on, how a team prepares. `grades` are those of a difference: `[{"code", "label"}]`, gravest last."""

    __tablename__ = "preparation_policy"

    opinions_hidden: Mapped[bool]
    grades: Mapped[list[Any]]


class StudyReview(Base):
    """A radiologist, or a pathologist of slides, has looked through a study for a case. Undone only with a reason."""

    __tablename__ = "study_review"

    id: Mapped[str] = id_column()
    case_id: Mapped[str] = mapped_column(ForeignKey("mdt_case.id"), index=True)
    patient_id: Mapped[str] = mapped_column(ForeignKey("patient.id"))
    study_id: Mapped[str] = mapped_column(ForeignKey("study.id"))
    discipline: Mapped[str] = mapped_column(String(16))
    by_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    by_name: Mapped[str]
    at: Mapped[datetime]
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    undone_reason: Mapped[str | None]

    study: Mapped[Study] = relationship()


class StatedReport(Base):
    """Somebody of the team says that a study is reported although no report came with it, and where they read it."""

    __tablename__ = "stated_report"

    id: Mapped[str] = id_column()
    case_id: Mapped[str] = mapped_column(ForeignKey("mdt_case.id"), index=True)
    patient_id: Mapped[str] = mapped_column(ForeignKey("patient.id"))
    study_id: Mapped[str] = mapped_column(ForeignKey("study.id"))
    said: Mapped[str]
    by_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    by_name: Mapped[str]
    at: Mapped[datetime]
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))


class Opinion(Base):
    """What a member thinks before the meeting, bound to meeting, case and patient. A change is a new version."""

    __tablename__ = "opinion"
    __table_args__ = (UniqueConstraint("case_id", "person_id", "version"),)

    id: Mapped[str] = id_column()
    meeting_id: Mapped[str] = mapped_column(ForeignKey("meeting.id"))
    case_id: Mapped[str] = mapped_column(ForeignKey("mdt_case.id"))
    patient_id: Mapped[str] = mapped_column(ForeignKey("patient.id"))
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    name: Mapped[str]
    discipline: Mapped[str] = mapped_column(String(16))
    version: Mapped[int]
    form: Mapped[dict[str, Any]]
    at: Mapped[datetime]


class Discrepancy(Base):
    """The meeting reads a study otherwise than its first report. `grade` is one of the team's, with its words then."""

    __tablename__ = "discrepancy"

    id: Mapped[str] = id_column()
    meeting_id: Mapped[str] = mapped_column(ForeignKey("meeting.id"))
    case_id: Mapped[str] = mapped_column(ForeignKey("mdt_case.id"), index=True)
    patient_id: Mapped[str] = mapped_column(ForeignKey("patient.id"))
    study_id: Mapped[str] = mapped_column(ForeignKey("study.id"))
    grade: Mapped[str] = mapped_column(String(16), default="")
    grade_label: Mapped[str] = mapped_column(default="")
    first_report: Mapped[str]
    opinion: Mapped[str]
    significance: Mapped[str] = mapped_column(String(16))
    flagged_by: Mapped[str] = mapped_column(ForeignKey("person.id"))
    flagged_name: Mapped[str]
    flagged_at: Mapped[datetime]

    case: Mapped[Case] = relationship()
    patient: Mapped[Patient] = relationship()
    study: Mapped[Study] = relationship()
    feedback: Mapped["Feedback"] = relationship(back_populates="discrepancy")


class Feedback(Base):
    """Word of a discrepancy, on its way to the first report's author. `status`: as `feedback.MOVES`."""

    __tablename__ = "feedback"

    id: Mapped[str] = id_column()
    discrepancy_id: Mapped[str] = mapped_column(ForeignKey("discrepancy.id"), unique=True)
    trust_ods: Mapped[str] = mapped_column(ForeignKey("trust.ods"), index=True)
    author: Mapped[str] = mapped_column(default="")  # whose report it was, as far as anybody knows
    status: Mapped[str] = mapped_column(String(16), default="queued", index=True)
    queued_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    acknowledged_name: Mapped[str | None]
    reply: Mapped[str | None]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    withdrawn_reason: Mapped[str | None]

    discrepancy: Mapped[Discrepancy] = relationship(back_populates="feedback")
