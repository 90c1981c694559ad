"""The kept half of the live room: its log, its snapshots, and the presenter's lease."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mdt.core.db import Base, id_column


class Event(Base):
    """One kept event. (meeting, seq) is the only order; (meeting, op) makes a repeated message one event."""

    __tablename__ = "live_event"
    __table_args__ = (UniqueConstraint("meeting_id", "op"), Index("ix_live_event_case", "meeting_id", "case_id"))

    meeting_id: Mapped[str] = mapped_column(ForeignKey("meeting.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False
    )
    op: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(32))
    case_id: Mapped[str | None] = mapped_column(ForeignKey("mdt_case.id"))
    by_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    by_name: Mapped[str]
    at: Mapped[datetime]
    body: Mapped[dict[str, Any]]


class Snapshot(Base):
    """The room's state after `seq`, so that joining a long meeting stays quick."""

    __tablename__ = "live_snapshot"

    meeting_id: Mapped[str] = mapped_column(ForeignKey("meeting.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[dict[str, Any]]


class Lease(Base):
    """Who presents. `term` only grows; the lease is over when `expires_at` has passed on the database's clock."""

    __tablename__ = "presenter_lease"

    meeting_id: Mapped[str] = mapped_column(ForeignKey("meeting.id"), primary_key=True)
    term: Mapped[int]
    person_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    client: Mapped[str | None] = mapped_column(String(64))
    expires_at: Mapped[datetime | None]


class ShownView(Base):
    """What the presenter showed, sampled: at most one a second, and the last before each mark, word or case.

    Outside the room's state and digest. `seq` is the event it came after.
    """

    __tablename__ = "shown_view"
    __table_args__ = (Index("ix_shown_view_case", "meeting_id", "case_id", "at"),)

    meeting_id: Mapped[str] = mapped_column(ForeignKey("meeting.id"), primary_key=True)
    term: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    n: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    seq: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"))
    case_id: Mapped[str] = mapped_column(ForeignKey("mdt_case.id"))
    client: Mapped[str] = mapped_column(String(64))
    by_name: Mapped[str]
    view: Mapped[dict[str, Any]]


class CaseQuorum(Base):
    """Who made the quorum of a case when its outcome was signed: kept with the decision, never changed."""

    __tablename__ = "case_quorum"

    id: Mapped[str] = id_column()
    case_id: Mapped[str] = mapped_column(ForeignKey("mdt_case.id"), index=True)
    version: Mapped[int]  # of the outcome
    at: Mapped[datetime]  # the moment whose presence counted
    policy_id: Mapped[str] = mapped_column(ForeignKey("team_policy.id"))
    quorate: Mapped[bool]
    missing: Mapped[list[Any]]
    present: Mapped[list[Any]]


class Attendance(Base):
    """When a person was connected to a meeting. `seen_at` is renewed while they are, and ends it if a server dies."""

    __tablename__ = "attendance"

    id: Mapped[str] = id_column()
    meeting_id: Mapped[str] = mapped_column(ForeignKey("meeting.id"), index=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    client: Mapped[str] = mapped_column(String(64))
    joined_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    left_at: Mapped[datetime | None]


class PrivateMark(Base):
    """A mark that only its drawer sees, until they show it to all or remove it. `mark` is as the wire has one."""

    __tablename__ = "private_mark"
    __table_args__ = (Index(None, "case_id", "person_id"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("mdt_case.id"))
    mark: Mapped[dict[str, Any]]
    at: Mapped[datetime]
