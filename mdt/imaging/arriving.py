"""What is still arriving for a patient: the last round of asking, trust by trust, and the files not taken in."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from mdt.core.actor import Actor
from mdt.imaging.models import Gather, Refusal, TrustAnswer
from mdt.people import permissions
from mdt.record.models import ARCHIVE, Link
from mdt.trusts.queries import trust_names

# How far a trust got, as a person would say it.
PHASES = {
    "resolve": "its address could not be found",
    "connect": "no connection could be made",
    "associate": "it did not accept our connection",
    "query": "it stopped while being asked what it has",
    "transfer": "it stopped while sending",
}


@dataclass(frozen=True)
class TrustProgress:
    """One trust's answer; `expected` and `received` count objects, `since` is when it last changed.

    `waiting` are studies it holds that a person must decide about before anything of them is brought.
    """

    ods: str
    name: str
    status: str  # asking | answered | refused | no-answer
    phase: str | None
    detail: str
    seconds: float | None
    expected: int
    received: int
    since: datetime
    waiting: int

    @property
    def stopped_at(self) -> str:
        return PHASES.get(self.phase or "", "")

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

    Until a new round has begun (`started`), `trusts` are the answers of the one before it.
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
        silent = sum(trust.status in ("no-answer", "refused") for trust in self.trusts)
        said = f"{answered} of {len(self.trusts)} trusts answered"
        if silent:
            said += f", {silent} did not"
        return said + (". Nothing more is arriving." if self.finished else ". Imaging is still arriving.")


def of_patient(session: Session, by: Actor, *, team_id: str, patient_id: str) -> Arriving:
    """For somebody who may see the patient through a team that lists them."""
    permissions.require(by, "meeting.see", team_id)
    names = trust_names(session)
    rounds = session.scalars(
        select(Gather)
        .where(Gather.patient_id == patient_id)
        .order_by(Gather.asked_at.desc(), Gather.id)
        .options(selectinload(Gather.answers))
        .limit(2)
    ).all()
    latest = rounds[0] if rounds else None
    answers = next((one.answers for one in rounds if one.answers), [])
    studies = select(Link.study_id).where(Link.patient_id == patient_id, Link.status != "never")
    undecided = Counter(
        session.scalars(
            select(Link.trust_ods).where(
                Link.patient_id == patient_id, Link.status == "confirm", Link.origin == ARCHIVE
            )
        )
    )
    refusals = session.scalars(select(Refusal).where(Refusal.study_id.in_(studies)).order_by(Refusal.name))
    return Arriving(
        asked_at=latest.asked_at if latest else None,
        started=latest is not None and bool(latest.answers),
        finished=latest is not None and latest.finished_at is not None,
        trusts=tuple(_progress(answer, names[answer.trust_ods], undecided[answer.trust_ods]) for answer in answers),
        refused=tuple(Refused(names[one.trust_ods], one.name, one.why) for one in refusals),
    )


def _progress(answer: TrustAnswer, name: str, waiting: int) -> TrustProgress:
    return TrustProgress(
        ods=answer.trust_ods,
        name=name,
        status=answer.status,
        phase=answer.phase,
        detail=answer.detail,
        seconds=answer.seconds,
        expected=answer.expected,
        received=answer.received,
        since=answer.changed_at,
        waiting=waiting,
    )
