"""Meetings of a team, and the cases on their agenda."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from mdt.core.db import Base, id_column, new_id
from mdt.people.models import Team
from mdt.people.versions import OfATeam
from mdt.record.models import Patient


class Meeting(Base):
    """One sitting of a team. `status`: planned, open, closed. `seq` is the head of its event log, taken under row lock.

    Once its list is locked (`locked_at`), nobody is listed any more; `locked_knowing` is what whoever locked it read to
    be missing: `{"case": id, or "" for the whole meeting, "lacks": sentences}`.
    `epoch` names this history: a restored backup gets a new one, and clients then start from a snapshot.
    """

    __tablename__ = "meeting"
    __table_args__ = (Index(None, "team_id", "starts_at"), UniqueConstraint("series_id", "series_day"))

    id: Mapped[str] = id_column()
    team_id: Mapped[str] = mapped_column(ForeignKey("team.id"))
    starts_at: Mapped[datetime]
    place: Mapped[str] = mapped_column(default="")
    status: Mapped[str] = mapped_column(String(16), default="planned")
    locked_at: Mapped[datetime | None]
    locked_by: Mapped[str | None] = mapped_column(String(32))
    locked_knowing: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")
    seq: Mapped[int] = mapped_column(BigInteger, default=0)
    epoch: Mapped[str] = mapped_column(String(32), default=new_id)
    call_url: Mapped[str | None] = mapped_column(String(2000))  # the team's video call, checked by `meeting.call`
    planned_minutes: Mapped[int | None]  # how long the room is booked
    series_id: Mapped[str | None] = mapped_column(ForeignKey("meeting_series.id"))
    series_day: Mapped[date | None]  # the day of the series it was made for, wherever it was moved since

    team: Mapped[Team] = relationship()
    cases: Mapped[list["Case"]] = relationship(back_populates="meeting", order_by="Case.position")


class CutOffRule(OfATeam, Base):
    """From a day on: how many working hours before a team's meetings its list closes."""

    __tablename__ = "cut_off_rule"

    working_hours: Mapped[int]


class Guest(Base):
    """Somebody who is not of the team and asked to come to one meeting. Each asking is a row; the newest holds.

    `state`: waiting, admitted, declined, ended (shown out, or the meeting closed on them). `role` once admitted.
    """

    __tablename__ = "guest"
    __table_args__ = (Index("ix_guest_person", "person_id", "state"),)

    id: Mapped[str] = id_column()
    meeting_id: Mapped[str] = mapped_column(ForeignKey("meeting.id"), index=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str]
    asked_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(16), default="waiting")
    role: Mapped[str | None] = mapped_column(String(16))
    decided_by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    ended_by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    ended_at: Mapped[datetime | None]


class TeamPolicy(OfATeam, Base):
    """How a team meets, from a day on.

    `roles` is what `meeting.quorum` reads; `blocks` is one of its BLOCKS.
    """

    __tablename__ = "team_policy"

    roles: Mapped[list[Any]]
    blocks: Mapped[str] = mapped_column(String(8), default="nothing")
    records_views: Mapped[bool] = mapped_column(default=True)
    clock_for_all: Mapped[bool] = mapped_column(default=False)


class Case(Base):
    """A patient on an agenda, with the question the referrer asks. `status`: one of `meeting.states`.

    At most one case of an open meeting is live. A case stays live until the meeting moves on, even when its outcome is
    signed: `reached` is how far its outcome has come (one of `states.RESULTS`, or nothing), and what the case becomes
    when it is left. `decided_at` is the moment of the latest signature.
    """

    __tablename__ = "mdt_case"
    __table_args__ = (UniqueConstraint("meeting_id", "patient_id"),)

    id: Mapped[str] = id_column()
    meeting_id: Mapped[str] = mapped_column(ForeignKey("meeting.id"))
    patient_id: Mapped[str] = mapped_column(ForeignKey("patient.id"), index=True)
    position: Mapped[int]
    clinical_question: Mapped[str]
    status: Mapped[str] = mapped_column(String(16), default="listed")
    listed_by: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    listed_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    reached: Mapped[str] = mapped_column(String(16), default="", server_default="")
    pathway_id: Mapped[str | None] = mapped_column(ForeignKey("pathway.id"))  # see `mdt.meeting.pathway`
    stream: Mapped[str] = mapped_column(String(12), default="", server_default="")  # one of `triage.streams`
    kind: Mapped[str] = mapped_column(String(16), default="", server_default="")  # one of `triage.streams.KINDS`
    live_since: Mapped[datetime | None]
    discussed_seconds: Mapped[int] = mapped_column(default=0, server_default="0")

    meeting: Mapped[Meeting] = relationship(back_populates="cases")
    patient: Mapped[Patient] = relationship()
