"""Reading again what an earlier version of the product took in, from the bytes that are kept: nobody is asked anew.

What draws over images (masks, outlines, reports, captures) and was not known for it then becomes a layer; what others
chose to be seen (presentation states) is told with all that is applied of it now. Nothing else of an object changes,
and doing it twice does no harm.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.orm import Session

from mdt.core import audit
from mdt.core.actor import Actor
from mdt.core.db import Database
from mdt.core.sandbox import SandboxError
from mdt.imaging.arrivals.intake import Reader
from mdt.imaging.files.parsing import Description, describe
from mdt.imaging.keeping.store import Store
from mdt.imaging.layers import captures, contours
from mdt.imaging.layers.reading import leaf_beside
from mdt.imaging.models import Instance, Layer, Series
from mdt.imaging.papers import presentations
from mdt.imaging.pixels import segments

AT_ONCE = 20  # objects whose rows are written in one transaction

_REPORTS = "1.2.840.10008.5.1.4.1.1.88.%"
_CAPTURES = "1.2.840.10008.5.1.4.1.1.7%"
_STATES = "1.2.840.10008.5.1.4.1.1.11.%"


@dataclass(frozen=True)
class Reread:
    """What became of one object: `gained` is the kind of layer, "state", or None; `problem` why it was not read."""

    sop_uid: str
    gained: str | None = None
    problem: str | None = None


@dataclass(frozen=True)
class _Old:
    instance_id: str
    series_id: str
    study_id: str
    sop_uid: str
    sop_class_uid: str
    sha256: str


@dataclass(frozen=True)
class _Found:
    old: _Old
    about: Description
    leaf: str | None


def reread(
    db: Database, store: Store, sandbox: Reader, *, by: Actor, now: datetime, only: Iterable[str] | None = None
) -> Iterator[Reread]:
    """Read all that may gain something, of every patient or of the studies `only` (our ids); tells of each object."""
    with db.reading() as session:
        waiting = _waiting(session, None if only is None else set(only))
    for begin in range(0, len(waiting), AT_ONCE):
        found: list[_Found] = []
        with store.drafting_folder() as folder:
            for old in waiting[begin : begin + AT_ONCE]:
                try:
                    with store.as_file(old.sha256) as path:
                        about = sandbox.call(describe, path, folder / "document")
                except (SandboxError, OSError) as error:
                    yield Reread(old.sop_uid, problem=str(error))
                    continue
                leaf = leaf_beside(folder / "document")
                drawn = about.layer is not None and about.layer["leaf"]
                found.append(_Found(old, about, store.put(leaf).sha256 if drawn else None))
        with db.writing() as session:
            told = [Reread(one.old.sop_uid, _keep(session, one)) for one in found]
            _audit(session, by, [(one.old, said.gained) for one, said in zip(found, told, strict=True)], now)
        yield from told


def _waiting(session: Session, only: set[str] | None) -> list[_Old]:
    """Objects of the kinds that draw and have no layer, and presentation states read without their colours."""
    drawn = or_(
        Instance.sop_class_uid.in_(segments.CLASSES),
        Instance.sop_class_uid == contours.SOP_CLASS,
        Instance.sop_class_uid.like(_REPORTS),
        and_(Instance.sop_class_uid.like(_CAPTURES), ~exists().where(Layer.series_id == Instance.series_id)),
    )
    wanted = or_(and_(drawn, ~exists().where(Layer.instance_id == Instance.id)), Instance.sop_class_uid.like(_STATES))
    rows = session.execute(
        select(
            Instance.id,
            Instance.series_id,
            Series.study_id,
            Instance.sop_uid,
            Instance.sop_class_uid,
            Instance.sha256,
        )
        .join(Series, Series.id == Instance.series_id)
        .where(wanted)
        .order_by(Instance.received_at, Instance.number, Instance.sop_uid)
    )
    old = [_Old(*row) for row in rows]
    seen: set[str] = set()  # of captures, which hang as a series, the first speaks for all
    found = []
    for one in old:
        if captures.is_capture(one.sop_class_uid):
            if one.series_id in seen:
                continue
            seen.add(one.series_id)
        if only is None or one.study_id in only:
            found.append(one)
    return found


def _keep(session: Session, found: _Found) -> str | None:
    """In the caller's transaction; None where the object is gone by now, or gains nothing."""
    old, about = found.old, found.about
    row = session.get(Instance, old.instance_id)
    if row is None or row.sha256 != old.sha256:
        return None
    if presentations.is_state(old.sop_class_uid):
        said = about.header.get("presentation")
        if said is None or said == row.header.get("presentation"):
            return None
        row.header = {**row.header, "presentation": said}
        return "state"
    if about.layer is None or session.scalar(select(Layer.id).where(Layer.instance_id == row.id)):
        return None
    kind = about.layer["kind"]
    session.add(
        Layer(
            instance_id=row.id, series_id=row.series_id, study_id=old.study_id, kind=kind, about=about.layer["about"],
            leaf=found.leaf,
        )
    )  # fmt: skip
    return str(kind)


def _audit(session: Session, by: Actor, told: list[tuple[_Old, str | None]], now: datetime) -> None:
    counts: dict[str, int] = defaultdict(int)
    for old, gained in told:
        if gained is not None:
            counts[old.study_id] += 1
    for study_id, count in sorted(counts.items()):
        audit.record(session, by, "imaging.reread", f"study:{study_id}", detail={"objects": count}, now=now)
