"""Begin and end a series, skip a day of it, and make its meetings ahead; making them twice makes nothing more."""

from datetime import date, datetime, time, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, selectinload

from mdt.core import audit
from mdt.core.actor import Actor
from mdt.core.clock import in_london
from mdt.core.errors import Invalid, NotFound
from mdt.meeting import invitations, referral
from mdt.meeting.actions import LONGEST_MEETING, put_in
from mdt.meeting.models import Meeting
from mdt.meeting.series import rule
from mdt.meeting.series.models import Series, SkippedDay
from mdt.meeting.triage.streams import LONGEST_REASON, text
from mdt.people import permissions
from mdt.people.models import Team
from mdt.people.versions import NO_SUCH_TEAM


def begin(
    session: Session,
    *,
    by: Actor,
    team_id: str,
    starts: date,
    every_weeks: int,
    at: time,
    place: str = "",
    planned_minutes: int | None = None,
    ends: date | None = None,
    on_bank_holidays: bool = False,
    now: datetime,
) -> Series:
    """From `starts` on, on its weekday; the meetings of the next weeks are made at once."""
    permissions.require(by, "meeting.plan", team_id)
    if session.get(Team, team_id) is None:
        raise NotFound(NO_SUCH_TEAM)
    rule.checked(every_weeks, starts, ends, in_london(now).date())
    if planned_minutes is not None and not 5 <= planned_minutes <= LONGEST_MEETING:
        raise Invalid("A meeting lasts from 5 minutes to 10 hours.")
    made = Series(
        team_id=team_id,
        starts=starts,
        ends=ends,
        every_weeks=every_weeks,
        at=at,
        place=referral.place(place),
        planned_minutes=planned_minutes,
        on_bank_holidays=on_bank_holidays,
        made_by=by.person_id,
        made_at=now,
    )
    session.add(made)
    session.flush()
    detail = {"series": made.id, "weeks": every_weeks, "starts": starts.isoformat()}
    audit.record(session, by, "series.begun", f"team:{team_id}", detail=detail, now=now)
    make_ahead(session, by=by, series_id=made.id, now=now)
    return made


def skip(
    session: Session, *, by: Actor, team_id: str, series_id: str, day: date, reason: str, now: datetime
) -> SkippedDay:
    """The team does not meet that day. A meeting made for it must be moved or emptied first: nobody is lost with it."""
    permissions.require(by, "meeting.plan", team_id)
    series = _series(session, team_id, series_id)
    if day < in_london(now).date():
        raise Invalid("That day is past.")
    if not any(rule.days(series.starts, series.every_weeks, first=day, last=day)):
        raise Invalid("The series does not come to that day.")
    if any(one.day == day for one in series.skipped):
        raise Invalid("That day is skipped already.")
    there = session.scalar(select(Meeting).where(Meeting.series_id == series.id, Meeting.series_day == day))
    if there is not None:
        raise Invalid("The meeting of that day is planned already. Move its cases and leave it unopened, or hold it.")
    skipped = SkippedDay(
        series_id=series.id,
        day=day,
        reason=text(reason, LONGEST_REASON, "Say why the team does not meet that day.", "The reason"),
        by_id=by.person_id,
        at=now,
    )
    session.add(skipped)
    session.flush()
    audit.record(
        session, by, "series.skipped", f"team:{team_id}", detail={"series": series.id, "day": day.isoformat()}, now=now
    )
    return skipped


def end(session: Session, *, by: Actor, team_id: str, series_id: str, last: date, now: datetime) -> Series:
    """No meeting is made after `last`; those that are planned stay."""
    permissions.require(by, "meeting.plan", team_id)
    series = _series(session, team_id, series_id)
    if last < in_london(now).date():
        raise Invalid("A series ends today or later.")
    series.ends = last
    detail = {"series": series.id, "ends": last.isoformat()}
    audit.record(session, by, "series.ended", f"team:{team_id}", detail=detail, now=now)
    session.flush()
    return series


def make_ahead(
    session: Session, *, by: Actor, now: datetime, series_id: str = "", ahead: timedelta = rule.AHEAD
) -> list[Meeting]:
    """The meetings of the next weeks that are not there yet, of one series or of all. For the house itself."""
    today = in_london(now).date()
    wanted = (
        select(Series).where(or_(Series.ends.is_(None), Series.ends >= today)).options(selectinload(Series.skipped))
    )
    if series_id:
        wanted = wanted.where(Series.id == series_id)
    made = []
    for series in session.scalars(wanted.order_by(Series.id).with_for_update()):
        there = set(session.scalars(select(Meeting.series_day).where(Meeting.series_id == series.id)))
        new = []
        for one in _days(series, today, today + ahead):
            starts_at = rule.begins(one.day, series.at)
            if one.state == rule.MEETS and one.day not in there and starts_at > now:
                place = series.place
                meeting = put_in(session, by=by, team_id=series.team_id, starts_at=starts_at, place=place, now=now)
                meeting.series_id, meeting.series_day = series.id, one.day
                meeting.planned_minutes = series.planned_minutes
                new.append(meeting)
        invitations.announce(session, new, now)
        made += new
    session.flush()
    return made


def of_team(
    session: Session, by: Actor, team_id: str, now: datetime
) -> tuple[Team, list[tuple[Series, list[rule.Day]]]]:
    """The team's series that have not ended, each with its days of the next weeks; for its members."""
    team = session.get(Team, team_id)
    if team is None or not permissions.may(by, "meeting.see", team_id):
        raise NotFound(NO_SUCH_TEAM)
    today = in_london(now).date()
    held = select(Series).where(Series.team_id == team_id, or_(Series.ends.is_(None), Series.ends >= today))
    found = session.scalars(held.options(selectinload(Series.skipped)).order_by(Series.starts, Series.id)).all()
    return team, [(one, list(_days(one, today, today + rule.AHEAD))) for one in found]


def _days(series: Series, first: date, last: date) -> list[rule.Day]:
    until = min(last, series.ends) if series.ends else last
    return list(
        rule.days(
            series.starts,
            series.every_weeks,
            first=first,
            last=until,
            skipped={one.day for one in series.skipped},
            on_bank_holidays=series.on_bank_holidays,
        )
    )


def _series(session: Session, team_id: str, series_id: str) -> Series:
    series = session.get(Series, series_id, with_for_update=True)
    if series is None or series.team_id != team_id:
        raise NotFound("There is no such series in this team.")
    return series
