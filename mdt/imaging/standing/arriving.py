"""What is still arriving for a patient: what each trust last answered, and the files not taken in."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mdt.core.actor import Actor
from mdt.imaging.models import Refusal
from mdt.imaging.standing import answers
from mdt.imaging.standing.answers import Answer
from mdt.people import permissions
from mdt.record.models import ARCHIVE, Link
from mdt.trusts.queries import trust_names


@dataclass(frozen=True)
class TrustProgress(Answer):
    """One trust's answer. `waiting` of its studies a person must decide about before anything of them is brought."""

    waiting: int = 0

    @property
    def is_done(self) -> bool:
        return self.status != "asking" and self.received >= self.expected


@dataclass(frozen=True)
class Refused:
    """A file that came and was not taken in, and why."""

    trust: str
    name: str
    why: str


@dataclass(frozen=True)
class Arriving:
    """`asked_at` is None when nobody has asked yet; `finished` when every trust answered or was given up on.

    Until a new round has begun (`started`), `trusts` are the answers of those before it.
    """

    asked_at: datetime | None
    started: bool
    finished: bool
    trusts: tuple[TrustProgress, ...]
    refused: tuple[Refused, ...]

    @property
    def sentence(self) -> str:
        """How things stand in one line."""
        if self.asked_at is None:
            return "No trust has been asked for imaging yet."
        if not self.started:
            return "Every trust is about to be asked again." if self.trusts else "Every trust is about to be asked."
        answered = sum(trust.status == "answered" for trust in self.trusts)
        silent = sum(trust.is_silent for trust in self.trusts)
        said = f"{answered} of {len(self.trusts)} trusts answered"
        if silent:
            said += f", {silent} did not"
        again = [trust.name for trust in self.trusts if trust.queued]
        if again:
            return f"{said}. {' and '.join(again)} will be asked again in a moment."
        return said + (". Nothing more is arriving." if self.finished else ". Imaging is still arriving.")


def of_patient(session: Session, by: Actor, *, team_id: str, patient_id: str) -> Arriving:
    """For somebody who may see the patient through a team that lists them."""
    permissions.require(by, "meeting.see", team_id)
    names = trust_names(session)
    asking = answers.of_patients(session, [patient_id])[patient_id]
    studies = select(Link.study_id).where(Link.patient_id == patient_id, Link.status != "never")
    of_archives = (Link.patient_id == patient_id, Link.status == "confirm", Link.origin == ARCHIVE)
    undecided = Counter(session.scalars(select(Link.trust_ods).where(*of_archives)))
    refusals = session.scalars(select(Refusal).where(Refusal.study_id.in_(studies)).order_by(Refusal.name))
    return Arriving(
        asked_at=asking.asked_at,
        started=asking.asked_at is not None and not asking.queued,
        finished=asking.finished,
        trusts=tuple(TrustProgress(**vars(one), waiting=undecided[one.ods]) for one in asking.answers),
        refused=tuple(Refused(names[one.trust_ods], one.name, one.why) for one in refusals),
    )
