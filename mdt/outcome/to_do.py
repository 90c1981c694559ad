"""What a person's teams have decided should be done: by owner, and overdue; and what is to be followed up."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from mdt.core.actor import Actor
from mdt.core.clock import LONDON
from mdt.meeting.models import Case, Meeting
from mdt.outcome.follow_through import FOLLOW_AFTER, FOLLOWED, OPEN, follow_on
from mdt.outcome.models import Action, Milestone, Outcome
from mdt.outcome.owners import is_theirs
from mdt.people.permissions import may

CLOSED_MOST = 60  # of the closed ones, the latest


@dataclass(frozen=True)
class ToDo:
    """One action of a version in force."""

    action: Action
    case: Case
    today: date

    @property
    def is_overdue(self) -> bool:
        return self.action.status == OPEN and self.action.due < self.today

    @property
    def days_over(self) -> int:
        return (self.today - self.action.due).days


@dataclass(frozen=True)
class Following:
    """A decision whose carrying out is asked about from `since` on."""

    case: Case
    outcome: Outcome
    since: date


def teams_of(by: Actor) -> list[str]:
    """Those whose actions somebody sees."""
    return [team for team in by.roles if may(by, "action.see", team)]


def of_teams(session: Session, by: Actor, today: date, teams: Sequence[str]) -> list[ToDo]:
    """Open actions first, the longest overdue at the top; then the latest closed. Only of versions in force."""
    wanted = [team for team in teams_of(by) if team in teams]
    found = session.execute(
        select(Action, Case)
        .join(Outcome, Outcome.id == Action.outcome_id)
        .join(Case, Case.id == Outcome.case_id)
        .join(Meeting, Meeting.id == Case.meeting_id)
        .where(Meeting.team_id.in_(wanted), *_in_force())
        .order_by(Action.due, Action.id)
        .options(joinedload(Case.patient), joinedload(Case.meeting).joinedload(Meeting.team))
    )
    listed = [ToDo(action, case, today) for action, case in found]
    closed = [one for one in listed if one.action.status != OPEN and one.action.closed_at is not None]
    closed.sort(key=lambda one: str(one.action.closed_at), reverse=True)
    return [*(one for one in listed if one.action.status == OPEN), *closed[:CLOSED_MOST]]


def to_follow(session: Session, by: Actor, today: date, teams: Sequence[str]) -> list[Following]:
    """Decisions that are due to be asked about and were not, the oldest first."""
    wanted = [team for team in teams_of(by) if team in teams]
    followed = select(Milestone.id).where(Milestone.case_id == Case.id, Milestone.kind == FOLLOWED)
    found = session.execute(
        select(Case, Outcome)
        .join(Outcome, Outcome.case_id == Case.id)
        .join(Meeting, Meeting.id == Case.meeting_id)
        .where(
            Meeting.team_id.in_(wanted),
            *_in_force(),
            ~followed.exists(),
        )
        .order_by(Outcome.signed_at)
        .options(
            joinedload(Case.patient),
            joinedload(Case.meeting).joinedload(Meeting.team),
            selectinload(Outcome.actions),
        )
    )
    asked = [Following(case, outcome, follow_on(outcome)) for case, outcome in found]
    return [one for one in asked if one.since <= today]


@dataclass(frozen=True)
class Due:
    """An open action of a version in force, without whom it is about: enough to count and to remind."""

    owner: str
    person_id: str | None
    kind: str
    due: date
    team_id: str
    met_at: datetime

    def is_of(self, person_id: str | None, name: str) -> bool:
        """Whether it is this person's: by who they are, or what they are called where the owner was only written."""
        return is_theirs(self, person_id, name)


def open_actions(session: Session, by: Actor) -> list[Due]:
    """Of all the actor's teams, the longest due first."""
    found = session.execute(
        select(Action.owner, Action.person_id, Action.kind, Action.due, Meeting.team_id, Meeting.starts_at)
        .join(Outcome, Outcome.id == Action.outcome_id)
        .join(Case, Case.id == Outcome.case_id)
        .join(Meeting, Meeting.id == Case.meeting_id)
        .where(Action.status == OPEN, Meeting.team_id.in_(teams_of(by)), *_in_force())
        .order_by(Action.due, Action.id)
    )
    return [Due(*row) for row in found]


def how_many_to_follow(session: Session, today: date, teams: Sequence[str]) -> int:
    """As `to_follow`, counted. The caller may see these teams."""
    until = datetime.combine(today - FOLLOW_AFTER + timedelta(days=1), time(), LONDON)
    followed = select(Milestone.id).where(Milestone.case_id == Outcome.case_id, Milestone.kind == FOLLOWED)
    found = (
        select(func.count())
        .select_from(Outcome)
        .join(Meeting, Meeting.id == Outcome.meeting_id)
        .where(Meeting.team_id.in_(teams), Outcome.signed_at < until, *_in_force(), ~followed.exists())
    )
    return session.scalar(found) or 0


def milestones(session: Session, case_id: str) -> list[Milestone]:
    """All that was written down of a case, the latest first. The caller may see the case."""
    kept = select(Milestone).where(Milestone.case_id == case_id)
    return list(session.scalars(kept.order_by(Milestone.at.desc(), Milestone.id)))


def _in_force() -> tuple[ColumnElement[bool], ...]:
    return Outcome.status == "signed", Outcome.version == _newest()


def _newest() -> Any:
    """The number of the version in force of the outcome's case."""
    other = Outcome.__table__.alias("other")
    return (
        select(func.max(other.c.version))
        .where(other.c.case_id == Outcome.case_id, other.c.status == "signed")
        .correlate(Outcome)
        .scalar_subquery()
    )
