"""A team says when its people are reminded."""

from datetime import datetime

from sqlalchemy.orm import Session

from mdt.core import audit
from mdt.core.actor import Actor
from mdt.core.errors import Invalid, NotFound
from mdt.meeting.cut_off import HOURS_MOST
from mdt.people.models import Team
from mdt.people.permissions import require
from mdt.people.versions import NO_SUCH_TEAM
from mdt.reminders.models import USUAL_HOUR, USUAL_WARNING, TeamReminders


def of_team(session: Session, team_id: str) -> TeamReminders:
    """What holds, also where the team has never said anything."""
    kept = session.get(TeamReminders, team_id)
    return kept or TeamReminders(team_id=team_id, hour=USUAL_HOUR, warning_hours=USUAL_WARNING)


def set_times(
    session: Session, *, by: Actor, team_id: str, hour: int, warning_hours: int, now: datetime
) -> TeamReminders:
    """From now on."""
    require(by, "policy.set", team_id)
    if session.get(Team, team_id, with_for_update=True) is None:
        raise NotFound(NO_SUCH_TEAM)
    if not 0 <= hour <= 23:
        raise Invalid("Enter the hour as a whole number from 0 to 23.")
    if not 1 <= warning_hours <= HOURS_MOST:
        raise Invalid(f"Enter a number of working hours from 1 to {HOURS_MOST}.")
    kept = session.get(TeamReminders, team_id)
    if kept is None:
        kept = TeamReminders(team_id=team_id)
        session.add(kept)
    kept.hour, kept.warning_hours, kept.set_by, kept.set_at = hour, warning_hours, by.person_id, now
    detail = {"hour": hour, "warning_hours": warning_hours}
    audit.record(session, by, "policy.reminders", f"team:{team_id}", detail=detail, now=now)
    return kept
