"""Something prepared in the seeded region: a review, an opinion, a discrepancy on its way to The Christie."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from mdt.core.actor import Actor
from mdt.core.clock import utc_now
from mdt.people.models import Person
from mdt.people.queries import build_actor
from mdt.preparation import discrepancies, opinions, reviews
from mdt.record.models import Study
from tests.unit.pages import Seeded

TOLD = {
    "grade": "", "first_report": "No nodule.", "opinion": "A nodule of 6 mm in the right upper lobe.",
    "significance": "investigation", "author": "Dr R Porter", "trust_ods": "RBV",
}  # fmt: skip


@dataclass(frozen=True)
class Prepared:
    """Ids: the study that is reviewed, the one that is not, and what was made."""

    reviewed: str
    unreviewed: str
    review: str
    discrepancy: str
    feedback: str


def actor(session: Session, made: Seeded, who: str) -> Actor:
    return build_actor(session, session.get_one(Person, made.people[who]), utc_now())


def study(session: Session, uid: str) -> str:
    """Our own id of a study."""
    return session.scalars(select(Study.id).where(Study.study_uid == uid)).one()


def add_preparation(made: Seeded) -> Prepared:
    """By the radiologist: Maria's newest CT is reviewed, her older one not; one is flagged of the last meeting."""
    now = utc_now()
    with made.house.db.writing() as session:
        by = actor(session, made, "presenter")
        newest, older = study(session, "1.2.3.1"), study(session, "1.2.3.2")
        (done,) = reviews.review(session, by=by, case_id=made.cases["maria"], study_ids=[newest], now=now)
        binding = opinions.Binding(made.meetings["today"], made.cases["maria"], made.patients["maria"], version=1)
        typed = {"findings": "The nodule has grown from 9 to 14 mm."}
        opinions.write(session, by=by, binding=binding, discipline="radiology", typed=typed, now=now)
        told = discrepancies.Told(study_id=older, **TOLD)
        flagged = discrepancies.flag(session, by=by, case_id=made.cases["signed"], told=told, now=now)
        return Prepared(newest, older, done.id, flagged.id, flagged.feedback.id)
