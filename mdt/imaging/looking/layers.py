"""What others drew over a patient's images, who or what made it, and what it must not be drawn over, as JSON."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mdt.core.actor import Actor
from mdt.imaging.models import Instance, Layer, Series
from mdt.record import queries as record
from mdt.record.models import Study

_ELSEWHERE = "It refers to images that are not this patient's, and is not drawn."


def of_patient(session: Session, by: Actor, *, team_id: str, patient_id: str) -> list[dict[str, Any]]:
    """Every layer, newest first, for somebody who may see the patient through a team (`docs/wire.md` section 1)."""
    studies = [entry.study.id for entry in record.timeline(session, by, team_id=team_id, patient_id=patient_id)]
    rows = session.execute(
        select(Layer, Instance.sop_uid, Instance.trust_ods, Series.series_uid, Study.study_uid)
        .join(Instance, Instance.id == Layer.instance_id)
        .join(Series, Series.id == Layer.series_id)
        .join(Study, Study.id == Layer.study_id)
        .where(Layer.study_id.in_(studies))
        .order_by(Layer.id)
    ).all()
    foreign = _foreign(session, studies, {series for row in rows for series in row.Layer.about["refers"]})
    found = []
    for row in rows:
        layer: Layer = row.Layer
        said = layer.about
        if foreign & set(said["refers"]):
            said = said | {"problem": _ELSEWHERE}
        place = {"study": row.study_uid, "series": row.series_uid, "series_key": layer.series_id, "sop": row.sop_uid}
        whose = {"key": layer.instance_id, "kind": layer.kind, "trust": row.trust_ods, "leaf": layer.leaf}
        found.append(whose | place | said)
    return sorted(found, key=lambda one: one["at"] or "", reverse=True)


def _foreign(session: Session, studies: Collection[str], series_uids: Collection[str]) -> set[str]:
    """Those of these series that are here and belong to none of the studies."""
    others = select(Series.series_uid).where(Series.series_uid.in_(series_uids), Series.study_id.not_in(studies))
    return set(session.scalars(others))
