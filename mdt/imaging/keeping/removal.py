"""Taking objects out of the record again, damaged ones or those that nothing needs: what went can be gathered anew."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from mdt.core.announce import after_commit
from mdt.imaging.announcements import SeriesGathered
from mdt.imaging.counts import count_again
from mdt.imaging.models import Instance, Layer, ObjectClash, Pack, Series

_AT_ONCE = 500


def forget(session: Session, instances: Collection[Instance], *, why: str) -> set[str]:
    """Delete these rows; their series say `why` until they are gathered again. Packs are made of what is left.

    Returns what in the store only they referred to.
    """
    names = {name for instance in instances for name in _names(instance)}
    series_ids = {instance.series_id for instance in instances}
    ids = [one.id for one in instances]
    clashes = [row for chunk in _chunks(ids) for row in _clashes(session, chunk)]
    drawn = [row for chunk in _chunks(ids) for row in _layers(session, chunk)]
    names |= {clash.sha256 for clash in clashes} | {layer.leaf for layer in drawn if layer.leaf}
    for row in [*clashes, *drawn]:
        session.delete(row)
    session.flush()
    for instance in instances:
        session.delete(instance)
    count_again(session, series_ids)
    for series in session.scalars(select(Series).where(Series.id.in_(series_ids))):
        series.gaps = [why, *(series.gaps if series.received else [])]
        if not series.frames:
            for pack in session.scalars(select(Pack).where(Pack.series_id == series.id)):
                session.delete(pack)
        else:
            after_commit(session, SeriesGathered(series.id))
    session.flush()
    return names - referred(session, names)


def referred(session: Session, names: Collection[str]) -> set[str]:
    """Those of these names in the store that some row refers to."""
    found: set[str] = set()
    document = Instance.header["document"]["sha256"].as_string()
    for chunk in _chunks(sorted(names)):
        found |= set(session.scalars(select(Instance.sha256).where(Instance.sha256.in_(chunk))))
        found |= set(session.scalars(select(document).where(Instance.frames == 0, document.in_(chunk))))
        found |= set(session.scalars(select(ObjectClash.sha256).where(ObjectClash.sha256.in_(chunk))))
        found |= {leaf for leaf in session.scalars(select(Layer.leaf).where(Layer.leaf.in_(chunk))) if leaf}
    return found


def _names(instance: Instance) -> list[str]:
    document = instance.header.get("document")
    return [instance.sha256, *([document["sha256"]] if document else [])]


def _clashes(session: Session, instance_ids: list[str]) -> list[ObjectClash]:
    return list(session.scalars(select(ObjectClash).where(ObjectClash.instance_id.in_(instance_ids))))


def _layers(session: Session, instance_ids: list[str]) -> list[Layer]:
    return list(session.scalars(select(Layer).where(Layer.instance_id.in_(instance_ids))))


def _chunks(names: list[str]) -> list[list[str]]:
    return [names[start : start + _AT_ONCE] for start in range(0, len(names), _AT_ONCE)]
