"""How much of each series is here, kept on its row: to count the objects whenever somebody looks would grow with them.

Whoever adds or changes instances calls `count_again` before the end of the same transaction.
"""

from collections.abc import Collection

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from mdt.imaging.models import Instance, Series


def count_again(session: Session, series_ids: Collection[str]) -> None:
    """Count what there is of each of these series now, whatever its row says."""
    session.flush()
    of_it = Instance.series_id == Series.id
    counted = {
        "received": func.count(),
        "frames": func.coalesce(func.sum(Instance.frames), 0),
        "bytes": func.coalesce(func.sum(Instance.bytes), 0),
    }
    values = {name: select(how).where(of_it).scalar_subquery() for name, how in counted.items()}
    in_order = select(Series.id).where(Series.id.in_(series_ids)).order_by(Series.study_id, Series.id)
    for series_id in session.scalars(in_order).all():  # so that two writers never wait for each other
        session.execute(
            update(Series).where(Series.id == series_id).values(values),
            execution_options={"synchronize_session": "fetch"},
        )
