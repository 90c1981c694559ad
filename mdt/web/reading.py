"""Reading identifiable data is audited: who looked at whom, once for each look, in the transaction that reads."""

from collections.abc import Collection

from sqlalchemy.orm import Session

from mdt.core import audit
from mdt.core.actor import Actor


def of_one(session: Session, by: Actor, what: str, subject: str, patient_id: str) -> None:
    """Somebody looked at one patient, e.g. `of_one(db, by, "case.read", f"case:{case.id}", case.patient_id)`."""
    audit.record(session, by, what, subject, patient_id=patient_id)


def of_many(session: Session, by: Actor, what: str, subject: str, patient_ids: Collection[str]) -> None:
    """Somebody looked at a list of patients; an empty list is no look at anybody."""
    if patient_ids:
        audit.record(session, by, what, subject, detail={"patients": sorted(patient_ids)})
