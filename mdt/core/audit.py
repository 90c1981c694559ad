"""The hash-chained audit: who did or read what, when, about whom. Written in the transaction of the act itself.

Features never read it; it is for people who must answer for the product. Each entry's hash covers the previous
entry's hash and its own content, so that a change anywhere breaks the chain from there on.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, Integer, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from mdt.core.actor import Actor
from mdt.core.clock import utc_now
from mdt.core.db import Base

GENESIS = "0" * 64


class AuditEntry(Base):
    """One act or one reading. Never updated, never deleted."""

    __tablename__ = "audit_entry"

    seq: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False
    )
    at: Mapped[datetime]
    actor_id: Mapped[str | None] = mapped_column(String(32), index=True)
    actor: Mapped[str]
    action: Mapped[str]
    subject: Mapped[str]
    patient_id: Mapped[str | None] = mapped_column(String(32), index=True)
    detail: Mapped[dict[str, Any]]
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class AuditHead(Base):
    """One row: the end of the chain. Its row lock gives the only order."""

    __tablename__ = "audit_head"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[str] = mapped_column(String(64))


@dataclass(frozen=True)
class Broken:
    """The first entry at which the chain does not hold, and why."""

    seq: int
    why: str


def record(
    session: Session,
    by: Actor,
    action: str,
    subject: str,
    *,
    patient_id: str | None = None,
    detail: dict[str, Any] | None = None,
    now: datetime | None = None,
) -> AuditEntry:
    """Append one entry, e.g. `record(session, by, "case.listed", f"case:{case.id}", patient_id=...)`.

    `detail` must be JSON and hold no free clinical text: ids, codes and reasons only.
    """
    head = session.get(AuditHead, 1, with_for_update=True, populate_existing=True)
    if head is None:
        head = AuditHead(id=1, seq=0, hash=GENESIS)
        session.add(head)
    entry = AuditEntry(
        seq=head.seq + 1,
        at=now or utc_now(),
        actor_id=by.person_id,
        actor=by.name,
        action=action,
        subject=subject,
        patient_id=patient_id,
        detail=detail or {},
        previous=head.hash,
    )
    entry.hash = content_hash(entry)
    session.add(entry)
    head.seq, head.hash = entry.seq, entry.hash
    session.flush()
    return entry


def content_hash(entry: AuditEntry) -> str:
    """SHA-256 over the previous hash and the entry's canonical JSON."""
    content = {
        "seq": entry.seq,
        "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor_id": entry.actor_id,
        "actor": entry.actor,
        "action": entry.action,
        "subject": entry.subject,
        "patient_id": entry.patient_id,
        "detail": entry.detail,
    }
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256((entry.previous + text).encode()).hexdigest()


def verify(session: Session) -> tuple[int, Broken | None]:
    """Walk the whole chain. Returns how many entries hold, and the first that does not."""
    previous, good = GENESIS, 0
    for entry in session.scalars(select(AuditEntry).order_by(AuditEntry.seq).execution_options(yield_per=1000)):
        if entry.seq != good + 1:
            return good, Broken(good + 1, f"entry {good + 1} is missing; the next one found is {entry.seq}")
        if entry.previous != previous:
            return good, Broken(entry.seq, "it does not follow from the entry before it")
        if entry.hash != content_hash(entry):
            return good, Broken(entry.seq, "its content was changed after it was written")
        previous, good = entry.hash, entry.seq
    head = session.get(AuditHead, 1)
    if head is None and good:
        return good, Broken(good + 1, "the row that says where the chain ends is gone")
    if head is not None and (head.seq, head.hash) != (good, previous):
        return good, Broken(good + 1, f"entries after {good} are gone; the chain once ended at {head.seq}")
    return good, None
