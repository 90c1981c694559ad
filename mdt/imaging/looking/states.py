"""What others chose to be seen, of a patient's images: presentation states and key object selections, as JSON."""

from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from mdt.core.actor import Actor
from mdt.imaging.models import Instance, Series
from mdt.imaging.papers import key_objects
from mdt.record import queries as record
from mdt.record.models import Study

_STATE = "1.2.840.10008.5.1.4.1.1.11.%"


def of_patient(session: Session, by: Actor, *, team_id: str, patient_id: str) -> dict[str, list[dict[str, Any]]]:
    """`presentations` and `key_objects`, newest first, for somebody who may see the patient through a team."""
    studies = [entry.study.id for entry in record.timeline(session, by, team_id=team_id, patient_id=patient_id)]
    rows = session.execute(
        select(Instance.id, Instance.header, Study.study_uid)
        .join(Series, Series.id == Instance.series_id)
        .join(Study, Study.id == Series.study_id)
        .where(
            Series.study_id.in_(studies),
            Instance.frames == 0,
            or_(Instance.sop_class_uid.like(_STATE), Instance.sop_class_uid == key_objects.SOP_CLASS),
        )
        .order_by(Instance.received_at, Instance.id)
    ).all()
    found: dict[str, list[dict[str, Any]]] = {"presentations": [], "key_objects": []}
    for row in rows:
        for kind, name in (("presentations", "presentation"), ("key_objects", "key_objects")):
            if said := row.header.get(name):
                found[kind].append({"key": row.id, "study": row.study_uid, **said})
    for said in found.values():
        said.sort(key=lambda one: one["at"] or "", reverse=True)
    return found
