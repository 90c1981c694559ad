"""Reading identifiable data is audited: who looked at whom, once for each look, before the answer leaves."""

from collections.abc import Collection, Hashable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from flask import Flask, current_app
from sqlalchemy.orm import Session

from mdt.core import audit
from mdt.core.actor import Actor
from mdt.core.clock import utc_now

ONE_LOOK = timedelta(minutes=15)


def of_one(session: Session, by: Actor, what: str, subject: str, patient_id: str) -> None:
    """Somebody looked at one patient, e.g. `of_one(db, by, "case.read", f"case:{case.id}", case.patient_id)`."""
    audit.record(session, by, what, subject, patient_id=patient_id)


def of_many(session: Session, by: Actor, what: str, subject: str, patient_ids: Collection[str]) -> None:
    """Somebody looked at a list of patients; an empty list is no look at anybody."""
    if patient_ids:
        audit.record(session, by, what, subject, detail={"patients": sorted(patient_ids)})


@contextmanager
def one_look(by: Actor, what: str, of: Hashable) -> Iterator[bool]:
    """Whether this is a look of its own. Scripts ask for the same thing again and again: within ONE_LOOK that is one.

    It counts as looked at once the body, which audits it, has ended well.
    """
    looks, now = _looks(current_app), utc_now()
    key = (by.person_id, what, of)
    is_new = not has_looked(current_app, by, what, of, now)
    yield is_new
    if is_new:
        for old in [other for other, at in looks.items() if now - at >= ONE_LOOK]:
            del looks[old]
        looks[key] = now


def has_looked(app: Flask, by: Actor, what: str, of: Hashable, now: datetime) -> bool:
    """Whether to look again now is part of a look that was audited."""
    at = _looks(app).get((by.person_id, what, of))
    return at is not None and now - at < ONE_LOOK


def _looks(app: Flask) -> dict[Hashable, datetime]:
    looks: dict[Hashable, datetime] = app.extensions.setdefault("mdt.looks", {})
    return looks
