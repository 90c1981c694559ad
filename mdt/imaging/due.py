"""Which series' packs are to be built, or built again: rows are the truth, the queue only a hint."""

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from mdt.imaging.models import Instance, Pack, Series


def unpacked(session: Session) -> list[str]:
    """The series that have frames which their pack, if any, does not have yet."""
    there = func.sum(Instance.frames)
    found = (
        select(Instance.series_id)
        .outerjoin(Pack, Pack.series_id == Instance.series_id)
        .group_by(Instance.series_id, Pack.frames)
        .having(there > 0)
        .having(or_(Pack.frames.is_(None), there != Pack.frames))
    )
    return list(session.scalars(found))


def is_due(session: Session, series_id: str) -> bool:
    """Whether it is worth building a pack of a series that is still arriving.

    Yes for the first frames, so that there is something to look at; then each time their number has doubled, so that
    copying stays cheap; and when all that is expected is there.
    """
    series = session.get(Series, series_id)
    if series is None:
        return False
    instances, frames = session.execute(
        select(func.count(), func.coalesce(func.sum(Instance.frames), 0)).where(Instance.series_id == series_id)
    ).one()
    packed = session.scalar(select(Pack.frames).where(Pack.series_id == series_id)) or 0
    whole = series.expected is not None and instances >= series.expected
    return frames > packed and (whole or frames >= 2 * packed)
