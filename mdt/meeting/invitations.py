"""Tell a team's people of new dates, with entries for their calendars."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from mdt.core.clock import in_london
from mdt.core.words import counted, long_date
from mdt.meeting.models import Meeting
from mdt.outbox import actions as outbox
from mdt.outbox import calendar, kinds
from mdt.outbox.actions import Part
from mdt.people.models import Team
from mdt.people.queries import members_of


def announce(session: Session, meetings: Sequence[Meeting], now: datetime) -> None:
    """One message to each member for all of these, which are of one team; what is past is told to nobody."""
    coming = sorted((one for one in meetings if one.starts_at > now), key=lambda one: one.starts_at)
    if not coming:
        return
    first = coming[0]
    team = session.get_one(Team, first.team_id)
    at = in_london(first.starts_at)
    when = f"{at:%A} {long_date(at)} at {at:%H:%M}"
    number = counted(len(coming), "new date")
    if len(coming) == 1:
        part = Part(f"{team.name} meets on {when}. The entry for your calendar is attached.", f"/meetings/{first.id}")
    else:
        said = f"{team.name} has {number}, the first on {when}. The entries for your calendar are attached."
        part = Part(said, "/meetings")
    dates = [
        calendar.entry(
            uid=f"meeting-{one.id}",
            starts_at=one.starts_at,
            minutes=one.planned_minutes,
            summary=team.name,
            place=one.place,
            path=f"/meetings/{one.id}",
        )
        for one in coming
    ]
    for person in members_of(session, team.id, at.date()):
        outbox.write(
            session,
            kind=kinds.DATES,
            to=person.id,
            key=f"dates:{first.id}:{person.id}",
            subject=f"{number} of {team.name}",
            parts=[part],
            dates=dates,
            now=now,
            expires_at=coming[-1].starts_at,
        )
