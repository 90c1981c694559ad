"""What each trust last answered about a patient, whichever round that was in: the one account every page shows."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from mdt.core.among import among
from mdt.imaging.models import Gather, TrustAnswer
from mdt.trusts.queries import trust_names

SILENT = ("no-answer", "refused")

# How far a trust got, as a person would say it.
PHASES = {
    "resolve": "its address could not be found",
    "connect": "no connection could be made",
    "associate": "it did not accept our connection",
    "query": "it stopped while being asked what it has",
    "transfer": "it stopped while sending",
}


@dataclass(frozen=True)
class Answer:
    """One trust's last answer. `expected` and `received` count objects; `moved`, `received_bytes` those of its round.

    `since` is when it last changed; of a silent trust, when its silence began. `running`: its round is not over.
    `queued`: it is about to be asked again.
    """

    ods: str
    name: str
    status: str  # asking | answered | refused | no-answer
    phase: str | None
    detail: str
    seconds: float | None
    expected: int
    received: int
    moved: int
    received_bytes: int
    bytes_per_second: int
    last_arrived_at: datetime | None
    since: datetime
    running: bool
    queued: bool

    @property
    def is_silent(self) -> bool:
        return self.status in SILENT

    @property
    def stopped_at(self) -> str:
        return PHASES.get(self.phase or "", "")

    @property
    def may_send(self) -> bool:
        """Whether more of this patient may still come from it."""
        return self.queued or (self.running and not self.is_silent)


@dataclass(frozen=True)
class Asking:
    """Who was asked for one patient. `asked_at` is None when nobody was; `queued` when all are about to be asked.

    `finished`: somebody was asked, and every trust answered or was given up on.
    """

    asked_at: datetime | None = None
    finished: bool = False
    queued: bool = False
    answers: tuple[Answer, ...] = ()

    def of(self, ods: str) -> Answer | None:
        return next((answer for answer in self.answers if answer.ods == ods), None)

    def may_send(self, ods: str) -> bool:
        answer = self.of(ods)
        return self.queued or (answer is not None and answer.may_send)


NOBODY = Asking()


def of_patients(session: Session, patient_ids: Collection[str]) -> dict[str, Asking]:
    """For each of these patients; five queries at most, however many they are and however often they were asked for."""
    names = trust_names(session)
    asked = (
        select(Gather.patient_id, func.max(Gather.asked_at))
        .where(among(Gather.patient_id, patient_ids))
        .group_by(Gather.patient_id)
    )
    asked_at = {patient_id: moment for patient_id, moment in session.execute(asked)}  # noqa: C416 - rows, by their types
    unfinished: dict[str, list[Gather]] = {patient_id: [] for patient_id in patient_ids}
    for gather in session.scalars(
        select(Gather).where(among(Gather.patient_id, patient_ids), Gather.finished_at.is_(None))
    ):
        unfinished[gather.patient_id].append(gather)
    answers: dict[str, list[Answer]] = {patient_id: [] for patient_id in patient_ids}
    for row, since in _latest(session, patient_ids):
        waiting = [gather.trust_ods for gather in unfinished[row.patient_id] if gather.id != row.gather_id]
        running = any(gather.id == row.gather_id for gather in unfinished[row.patient_id])
        queued = any(ods in (None, row.trust_ods) for ods in waiting)
        answers[row.patient_id].append(_answer(row, names[row.trust_ods], since, running=running, queued=queued))
    return {
        patient_id: Asking(
            asked_at=asked_at.get(patient_id),
            finished=patient_id in asked_at and not unfinished[patient_id],
            queued=any(not gather.started_at and not gather.trust_ods for gather in unfinished[patient_id]),
            answers=tuple(answers[patient_id]),
        )
        for patient_id in patient_ids
    }


def _latest(session: Session, patient_ids: Collection[str]) -> list[tuple[Row[Any], datetime]]:
    """The last answer of each trust for each patient, by ODS code, and since when it has been like that."""
    # The last whole round that ended asked every live trust: what was before it, more every year, is not read.
    ended = (
        select(Gather.patient_id, func.max(Gather.asked_at).label("asked_at"))
        .where(among(Gather.patient_id, patient_ids), Gather.trust_ods.is_(None), Gather.finished_at.is_not(None))
        .group_by(Gather.patient_id)
        .subquery("ended")
    )
    newest_first = func.row_number().over(
        partition_by=(Gather.patient_id, TrustAnswer.trust_ods), order_by=(Gather.asked_at.desc(), Gather.id.desc())
    )
    placed = (
        select(*TrustAnswer.__table__.columns, Gather.patient_id, newest_first.label("place"))
        .join(Gather, Gather.id == TrustAnswer.gather_id)
        .outerjoin(ended, ended.c.patient_id == Gather.patient_id)
        .where(
            among(Gather.patient_id, patient_ids), ended.c.asked_at.is_(None) | (Gather.asked_at >= ended.c.asked_at)
        )
        .subquery("placed")
    )
    rows = session.execute(select(placed).where(placed.c.place == 1).order_by(placed.c.trust_ods)).all()
    silent = {row.patient_id for row in rows if row.status in SILENT}
    since = _silent_since(session, silent) if silent else {}
    return [
        (row, since.get((row.patient_id, row.trust_ods), row.changed_at) if row.status in SILENT else row.changed_at)
        for row in rows
    ]


def _silent_since(session: Session, patient_ids: Collection[str]) -> dict[tuple[str, str], datetime]:
    """When the silence of each silent trust began: its first failure after the last time that it answered whole."""
    spoke = (
        select(Gather.patient_id, TrustAnswer.trust_ods, func.max(Gather.asked_at).label("at"))
        .join(Gather, Gather.id == TrustAnswer.gather_id)
        .where(among(Gather.patient_id, patient_ids), TrustAnswer.status == "answered")
        .group_by(Gather.patient_id, TrustAnswer.trust_ods)
        .subquery("spoke")
    )
    rows = session.execute(
        select(Gather.patient_id, TrustAnswer.trust_ods, func.min(TrustAnswer.changed_at))
        .join(Gather, Gather.id == TrustAnswer.gather_id)
        .outerjoin(spoke, (spoke.c.patient_id == Gather.patient_id) & (spoke.c.trust_ods == TrustAnswer.trust_ods))
        .where(
            among(Gather.patient_id, patient_ids),
            TrustAnswer.status.in_(SILENT),
            spoke.c.at.is_(None) | (Gather.asked_at > spoke.c.at),
        )
        .group_by(Gather.patient_id, TrustAnswer.trust_ods)
    )
    return {(patient_id, ods): began for patient_id, ods, began in rows}


def _answer(row: Row[Any], name: str, since: datetime, *, running: bool, queued: bool) -> Answer:
    return Answer(
        ods=row.trust_ods,
        name=name,
        status=row.status,
        phase=row.phase,
        detail=row.detail,
        seconds=row.seconds,
        expected=row.expected,
        received=row.received,
        moved=row.moved,
        received_bytes=row.received_bytes,
        bytes_per_second=row.bytes_per_second,
        last_arrived_at=row.last_arrived_at,
        since=since,
        running=running,
        queued=queued,
    )
