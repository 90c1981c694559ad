"""Objects that came as another person's, once their trust has corrected that: they are no part of the study any more.

They were taken in under a claim that no longer stands, so nobody knows whose they are. What still belongs to the study
is gathered anew, and its identity compared again.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mdt.core import audit
from mdt.core.actor import Actor
from mdt.core.clock import in_london
from mdt.imaging.keeping.removal import forget
from mdt.imaging.models import Instance, Series
from mdt.record.models import Study


def take_out(session: Session, *, by: Actor, trust_ods: str, study_uid: str, now: datetime) -> int:
    """Take out of the record what this trust sent of the study; its bytes stay in the store. Returns how many."""
    study_id = session.scalar(select(Study.id).where(Study.study_uid == study_uid))
    wanted = select(Instance).join(Series).where(Series.study_id == study_id, Instance.trust_ods == trust_ods)
    instances = session.scalars(wanted).all()
    if instances:
        day = in_london(now)
        why = f"What {trust_ods} had sent was taken out on {day.day} {day:%B %Y}: it has corrected whose it is."
        forget(session, instances, why=why)
        detail = {"trust": trust_ods, "objects": [one.sop_uid for one in instances]}
        audit.record(session, by, "imaging.withdrawn", f"study:{study_id}", detail=detail, now=now)
    return len(instances)
