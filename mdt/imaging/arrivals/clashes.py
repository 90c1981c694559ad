"""Two objects under one SOP Instance UID: the one that was here first stays, the other is kept, unseen, and shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, joinedload

from mdt.core.actor import Actor
from mdt.imaging.files.parsing import Description
from mdt.imaging.keeping.store import Kept
from mdt.imaging.models import Instance, ObjectClash, Refusal
from mdt.people import permissions
from mdt.record import claims
from mdt.record.belonging import CAME_WITH, PART_OF
from mdt.record.models import Study

MOST_SHOWN = 200


class Place(Protocol):
    """Where the other object would have been kept."""

    @property
    def study_id(self) -> str: ...

    @property
    def trust_ods(self) -> str: ...


def note_clash(
    session: Session,
    place: Place,
    differs: tuple[str, ...],
    *,
    about: Description,
    kept: Kept,
    row: Instance,
    now: datetime,
) -> None:
    """Remember it for an administrator, once however often the object comes again."""
    said = {"instance_id": row.id, "trust_ods": place.trust_ods, "sha256": kept.sha256}
    if session.scalar(select(ObjectClash.id).filter_by(**said).limit(1)) is not None:
        return
    session.add(
        ObjectClash(
            **said,
            study_id=place.study_id,
            series_uid=about.series_uid,
            bytes=kept.bytes,
            claimed=claims.to_json(about.identity),
            differs=list(differs),
            found_at=now,
        )
    )
    session.flush()


def two_under_one_name(about: Description, kept: Kept, row: Instance) -> str:
    return (
        f"Another object is already kept under its SOP Instance UID {about.sop_uid}: the one from {row.trust_ods} "
        f"(SHA-256 {row.sha256[:12]}…) stays, this one (SHA-256 {kept.sha256[:12]}…) differs from it and is not shown."
    )


def object_clashes(session: Session, by: Actor) -> Sequence[ObjectClash]:
    """For whoever may see clashes (`clashes.see`), newest first, with what is kept. Not whose they are."""
    permissions.require(by, "clashes.see")
    wanted = select(ObjectClash).options(joinedload(ObjectClash.instance).joinedload(Instance.series))
    return session.scalars(wanted.order_by(ObjectClash.found_at.desc(), ObjectClash.id).limit(MOST_SHOWN)).all()


def how_many(session: Session, by: Actor) -> int:
    """How many there are, however many are shown."""
    permissions.require(by, "clashes.see")
    return session.scalar(select(func.count(ObjectClash.id))) or 0


@dataclass(frozen=True)
class Stray:
    """Objects that one trust sent under one study and that are somebody else's: how many, since when, in words why."""

    study: Study
    trust_ods: str
    why: str
    objects: int
    latest: datetime


def strays(session: Session, by: Actor) -> list[Stray]:
    """For whoever may see clashes, the newest first. They were refused; whose they are is not kept."""
    permissions.require(by, "clashes.see")
    latest = func.max(Refusal.at).label("latest")
    anothers = or_(Refusal.why.startswith(CAME_WITH), Refusal.why.startswith(PART_OF))
    rows = session.execute(
        select(Study, Refusal.trust_ods, Refusal.why, func.count(), latest)
        .join(Refusal, Refusal.study_id == Study.id)
        .where(anothers)
        .group_by(Study.id, Refusal.trust_ods, Refusal.why)
        .order_by(latest.desc(), Study.id)
        .limit(MOST_SHOWN)
    )
    return [Stray(*row) for row in rows]
