"""Making room: what no coming meeting needs goes, what came first before what came later, until the quota is kept.

Never goes: what a decision refers to, what is being gathered, and what nobody could send again.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mdt.core import audit
from mdt.core.actor import Actor
from mdt.core.clock import in_london
from mdt.imaging.keeping.removal import forget
from mdt.imaging.models import Gather, Instance, Pack, Series
from mdt.record.clashes import STRONG
from mdt.record.models import ARCHIVE, Holder, Link
from mdt.trusts.queries import live_trusts


@dataclass(frozen=True)
class Needed:
    """What later chapters know: who is on coming agendas, when each was last decided about, which series are marked."""

    coming: Collection[str] = ()
    decided: Mapping[str, datetime] = field(default_factory=dict)
    series_uids: Collection[str] = ()


@dataclass(frozen=True)
class Candidate:
    """A study that may go: whose it is, its size with packs, and when the first of it came."""

    study_id: str
    patients: tuple[str, ...]
    instances: int
    bytes: int
    since: datetime


@dataclass(frozen=True)
class Plan:
    """What goes, in order, and what stays by reason, in bytes."""

    going: tuple[Candidate, ...]
    staying: Mapping[str, int]

    @property
    def bytes(self) -> int:
        return sum(one.bytes for one in self.going)


COMING = "a coming meeting needs it"
DECIDED = "a decision refers to it"
MARKED = "a mark or a key image is on it"
GATHERING = "it is being gathered"
NOWHERE_ELSE = "no trust could send it again"


def plan(session: Session, *, excess: int, needed: Needed, now: datetime) -> Plan:
    """What must go so that `excess` bytes become free, as far as it may."""
    going: list[Candidate] = []
    staying: Counter[str] = Counter()
    freed = 0
    again = _can_come_again(session, now)
    marked = set(session.scalars(select(Series.study_id).where(Series.series_uid.in_(needed.series_uids))))
    gathering = _gathering(session)
    for one in _studies(session):
        reason = _why_it_stays(one, needed, marked, gathering, again)
        if reason is not None:
            staying[reason] += one.bytes
        elif freed < excess:
            going.append(one)
            freed += one.bytes
        else:
            staying["there is room for it"] += one.bytes
    return Plan(tuple(going), staying)


def _why_it_stays(
    one: Candidate, needed: Needed, marked: Collection[str], gathering: Collection[str], again: Collection[str]
) -> str | None:
    if any(patient in needed.coming for patient in one.patients):
        return COMING
    if any(patient in needed.decided and one.since <= needed.decided[patient] for patient in one.patients):
        return DECIDED
    if one.study_id in marked:
        return MARKED
    if any(patient in gathering for patient in one.patients):
        return GATHERING
    return None if one.study_id in again else NOWHERE_ELSE


def _studies(session: Session) -> list[Candidate]:
    """Every study of which anything is here, what came first before what came later."""
    patients: dict[str, set[str]] = {}
    linked = select(Link.study_id, Link.patient_id).where(Link.status.in_(STRONG)).distinct()
    for study_id, patient_id in session.execute(linked):
        patients.setdefault(study_id, set()).add(patient_id)
    packs = select(Series.study_id, func.sum(Pack.bytes)).join(Pack, Pack.series_id == Series.id)
    packed = {study_id: int(size) for study_id, size in session.execute(packs.group_by(Series.study_id))}
    since = func.min(Instance.received_at)
    rows = session.execute(
        select(Series.study_id, func.count(), func.sum(Instance.bytes), since)
        .join(Instance, Instance.series_id == Series.id)
        .group_by(Series.study_id)
        .order_by(since, Series.study_id)
    )
    return [
        Candidate(
            study_id, tuple(sorted(patients.get(study_id, ()))), count, int(size) + packed.get(study_id, 0), first
        )
        for study_id, count, size, first in rows
    ]


def _can_come_again(session: Session, now: datetime) -> set[str]:
    """Studies that some live trust, with a way into its archive, holds and has not said to hold no more."""
    live = [trust.ods for trust in live_trusts(session, on=in_london(now).date()) if trust.sources]
    held = select(Holder.study_id).where(Holder.trust_ods.in_(live), Holder.origin == ARCHIVE, Holder.gone_at.is_(None))
    return set(session.scalars(held))


def _gathering(session: Session) -> set[str]:
    return set(session.scalars(select(Gather.patient_id).where(Gather.finished_at.is_(None))))


@dataclass(frozen=True)
class Evicted:
    """What of the store is nobody's any more: objects by name, and the series whose packs may go."""

    names: Collection[str]
    series_ids: Collection[str]


def evict(session: Session, one: Candidate, *, by: Actor, now: datetime) -> Evicted | None:
    """Take one study out of the record; None when its patient was asked for since it was planned."""
    if not _gathering(session).isdisjoint(one.patients):
        return None
    instances = session.scalars(
        select(Instance).join(Series, Series.id == Instance.series_id).where(Series.study_id == one.study_id)
    ).all()
    day = in_london(now)
    why = f"Removed from the store on {day.day} {day:%B %Y} to make room; asking again brings it back."
    names = forget(session, instances, why=why)
    series_ids = list(session.scalars(select(Series.id).where(Series.study_id == one.study_id)))
    detail = {"instances": len(instances), "bytes": one.bytes, "patients": list(one.patients)}
    audit.record(session, by, "imaging.evicted", f"study:{one.study_id}", detail=detail, now=now)
    return Evicted(names, series_ids)
