"""The samples of a team, and one with its cases and what was said of each."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from mdt.core.actor import Actor
from mdt.core.among import among
from mdt.core.errors import NotFound
from mdt.meeting.models import Case
from mdt.meeting.triage import queries as triage
from mdt.meeting.triage.models import Ratification
from mdt.people import permissions
from mdt.people.models import Team
from mdt.reports.actions import NO_SUCH_SAMPLE
from mdt.reports.models import AuditReview, AuditSample


@dataclass(frozen=True)
class Drawn:
    """A case of a sample: the standard it was ratified on, and the reviews, the latest first."""

    case: Case
    word: Ratification
    reviews: tuple[AuditReview, ...]

    @property
    def agreed(self) -> bool | None:
        """Whether everybody who reviewed it agrees; None while nobody has."""
        newest = {one.by_id: one.agrees for one in reversed(self.reviews)}
        return all(newest.values()) if newest else None


@dataclass(frozen=True)
class Sample:
    kept: AuditSample
    cases: tuple[Drawn, ...] = ()

    @property
    def reviewed(self) -> int:
        return sum(one.agreed is not None for one in self.cases)

    @property
    def agreed(self) -> int:
        return sum(one.agreed is True for one in self.cases)


def of_team(session: Session, by: Actor, team_id: str) -> tuple[Team, list[Sample]]:
    """Every sample, the latest period first."""
    permissions.require(by, "sample.see", team_id)
    team = session.get(Team, team_id)
    if team is None:
        raise NotFound(NO_SUCH_SAMPLE)
    made = select(AuditSample).where(AuditSample.team_id == team_id).order_by(AuditSample.last.desc())
    return team, _with_cases(session, session.scalars(made).all())


def one(session: Session, by: Actor, team_id: str, sample_id: str) -> Sample:
    permissions.require(by, "sample.see", team_id)
    kept = session.get(AuditSample, sample_id)
    if kept is None or kept.team_id != team_id:
        raise NotFound(NO_SUCH_SAMPLE)
    return _with_cases(session, [kept])[0]


def _with_cases(session: Session, kept: Sequence[AuditSample]) -> list[Sample]:
    ids = [case_id for sample in kept for case_id in sample.cases]
    listed = select(Case).where(among(Case.id, ids)).options(joinedload(Case.patient), joinedload(Case.meeting))
    cases = {case.id: case for case in session.scalars(listed)}
    words = triage.ratified(session, ids)
    reviews: dict[tuple[str, str], list[AuditReview]] = {}
    said = select(AuditReview).where(among(AuditReview.sample_id, [sample.id for sample in kept]))
    for review in session.scalars(said.order_by(AuditReview.at.desc(), AuditReview.id)):
        reviews.setdefault((review.sample_id, review.case_id), []).append(review)
    return [
        Sample(
            sample,
            tuple(Drawn(cases[at], words[at], tuple(reviews.get((sample.id, at), ()))) for at in sample.cases),
        )
        for sample in kept
    ]
