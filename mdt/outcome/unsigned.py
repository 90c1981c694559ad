"""What past meetings have left: outcomes to sign, to check, or never written. Counts, and nothing of a patient."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from mdt.core.actor import Actor
from mdt.core.clock import in_london
from mdt.meeting import progress, states
from mdt.meeting.models import Case, Meeting
from mdt.outcome.models import Outcome
from mdt.outcome.team_proformas import in_force
from mdt.people.models import Team
from mdt.people.permissions import may


@dataclass
class Left:
    """Of one meeting. `to_check` is what the actor may check: others typed it."""

    meeting_id: str
    team_id: str
    team: str
    met_at: datetime
    to_sign: int = 0
    to_check: int = 0
    unwritten: int = 0


def of_past_meetings(session: Session, by: Actor, now: datetime) -> list[Left]:
    """The oldest first. A meeting is past when it is closed, or its day is over."""
    teams = [team for team in by.roles if may(by, "outcome.check", team)]
    midnight = in_london(now).replace(hour=0, minute=0, second=0, microsecond=0)
    past = or_(Meeting.status == progress.CLOSED, Meeting.starts_at < midnight)
    found: dict[str, Left] = {}

    def left(meeting_id: str, team_id: str, team: str, met_at: datetime) -> Left:
        return found.setdefault(meeting_id, Left(meeting_id, team_id, team, met_at))

    of_meeting = (Meeting.id, Meeting.team_id, Team.name, Meeting.starts_at)
    drafts = (
        select(*of_meeting, Outcome.typists, Outcome.checked_at, Outcome.checked_revision, Outcome.revision)
        .join(Meeting, Meeting.id == Outcome.meeting_id)
        .join(Meeting.team)
        .where(Outcome.status == "draft", Meeting.team_id.in_(teams), past)
    )
    for *where, typists, checked_at, checked_revision, revision in session.execute(drafts):
        one = left(*where)
        one.to_sign += 1
        is_checked = checked_at is not None and checked_revision == revision
        if not is_checked and by.person_id not in typists and _needs_check(session, one):
            one.to_check += 1
    written = select(Outcome.id).where(Outcome.case_id == Case.id)
    bare = (
        select(*of_meeting, func.count())
        .join(Case.meeting)
        .join(Meeting.team)
        .where(Meeting.team_id.in_(teams), past, Case.status == states.DISCUSSED, ~written.exists())
        .group_by(*of_meeting)
    )
    for *where, number in session.execute(bare):
        left(*where).unwritten = number
    return sorted(found.values(), key=lambda one: (one.met_at, one.meeting_id))


def _needs_check(session: Session, one: Left) -> bool:
    held = in_force(session, one.team_id, in_london(one.met_at).date())
    return held is not None and held.needs_check
