"""What an administrator does with trusts: load them from a file, keep the proof of a source."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from mdt.core import audit
from mdt.core.actor import Actor
from mdt.core.errors import Forbidden, NotFound
from mdt.trusts.load import SourceEntry, TrustEntry
from mdt.trusts.models import Source, Trust
from mdt.trusts.prove import Proof


@dataclass(frozen=True)
class Loaded:
    """ODS codes by what happened to them. A trust that the file does not name stays as it is."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    same: tuple[str, ...]


def load_trusts(session: Session, entries: Iterable[TrustEntry], *, by: Actor, now: datetime) -> Loaded:
    """Add or change these trusts and their sources. A source that changed must be proved again."""
    _require_manager(by)
    added: list[str] = []
    changed: list[str] = []
    same: list[str] = []
    for entry in entries:
        trust = session.get(Trust, entry.ods)
        new = trust is None
        if trust is None:
            trust = Trust(ods=entry.ods)
            session.add(trust)
        if not (_change(trust, entry) or new):
            same.append(entry.ods)
            continue
        (added if new else changed).append(entry.ods)
        session.flush()
        detail = {
            "live_from": entry.live_from.isoformat(),
            "live_until": entry.live_until and entry.live_until.isoformat(),
            "sources": [source.kind for source in entry.sources],
        }
        action = "trust.added" if new else "trust.changed"
        audit.record(session, by, action, f"trust:{entry.ods}", detail=detail, now=now)
    return Loaded(tuple(added), tuple(changed), tuple(same))


def record_proof(session: Session, source_id: str, proof: Proof, *, by: Actor, now: datetime) -> Source:
    """Keep when a source was last proved, and what came of it."""
    _require_manager(by)
    source = session.get(Source, source_id)
    if source is None:
        raise NotFound("There is no such source.")
    source.proved_at, source.proof = now, proof.as_json()
    detail = {"source": source_id, "ok": proof.ok, "phase": proof.phase}
    audit.record(session, by, "source.proved", f"trust:{source.trust_ods}", detail=detail, now=now)
    return source


def _change(trust: Trust, entry: TrustEntry) -> bool:
    """Make the trust what the entry says; whether anything was different."""
    wanted = {
        "name": entry.name,
        "live_from": entry.live_from,
        "live_until": entry.live_until,
        "successor_ods": entry.successor_ods,
    }
    different = {field: value for field, value in wanted.items() if getattr(trust, field) != value}
    for field, value in different.items():
        setattr(trust, field, value)
    there = [SourceEntry(source.kind, source.settings) for source in trust.sources]
    if there == list(entry.sources):
        return bool(different)
    kept: list[Source] = []
    for position, one in enumerate(entry.sources):
        # A source that only moved keeps its row and its proof.
        same = next(
            (s for s in trust.sources if s not in kept and (s.kind, s.settings) == (one.kind, one.settings)), None
        )
        source = same or Source(kind=one.kind, settings=one.settings)
        source.position = position
        kept.append(source)
    trust.sources = kept
    return True


def _require_manager(by: Actor) -> None:
    """`trusts.manage` of the permission table, which a later chapter holds: an administrator or the system."""
    if not by.administrator:
        raise Forbidden("Only an administrator looks after trusts (trusts.manage).")
