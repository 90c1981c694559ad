"""How a team meets, in versions with dates: its quorum, what that blocks, what is recorded, who sees the clock."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from mdt.core import audit
from mdt.core.actor import Actor
from mdt.core.clock import in_london
from mdt.core.errors import Invalid, NotFound
from mdt.meeting import quorum
from mdt.meeting.models import TeamPolicy
from mdt.people import permissions
from mdt.people.models import Team

NO_SUCH_TEAM = "There is no such team, or you are not a member of it."


def in_force(session: Session, team_id: str, at: datetime) -> TeamPolicy | None:
    """The version that holds on the day of a moment, by the calendar in London."""
    day = in_london(at).date()
    held = select(TeamPolicy).where(
        TeamPolicy.team_id == team_id,
        TeamPolicy.starts <= day,
        or_(TeamPolicy.ends.is_(None), TeamPolicy.ends >= day),
    )
    return session.scalar(held.order_by(TeamPolicy.starts.desc(), TeamPolicy.made_at.desc()).limit(1))


def versions(session: Session, by: Actor, team_id: str) -> tuple[Team, list[TeamPolicy]]:
    """The team and every version of its policy, the latest first; for its members."""
    team = session.get(Team, team_id)
    if team is None or not permissions.may(by, "meeting.see", team_id):
        raise NotFound(NO_SUCH_TEAM)
    made = select(TeamPolicy).where(TeamPolicy.team_id == team_id)
    return team, list(session.scalars(made.order_by(TeamPolicy.starts.desc(), TeamPolicy.made_at.desc())))


def set_policy(
    session: Session,
    *,
    by: Actor,
    team_id: str,
    starts: date,
    roles: Sequence[dict[str, Any]],
    blocks: str,
    records_views: bool,
    clock_for_all: bool,
    now: datetime,
) -> TeamPolicy:
    """A new version from `starts` on; the one in force ends the day before. What was decided under it keeps it."""
    permissions.require(by, "policy.set", team_id)
    if session.get(Team, team_id, with_for_update=True) is None:
        raise NotFound(NO_SUCH_TEAM)
    if starts < in_london(now).date():
        raise Invalid("A policy cannot begin in the past: what was decided was decided under the one of its day.")
    if blocks not in quorum.BLOCKS:
        raise Invalid("Select what waits for a quorum.")
    if blocks != quorum.NOTHING and not roles:
        raise Invalid("Without roles there is no quorum that anything could wait for.")
    for earlier in session.scalars(select(TeamPolicy).where(TeamPolicy.team_id == team_id)):
        if earlier.ends is None or earlier.ends >= starts:
            # One that would have begun that day or later never comes into force.
            earlier.ends = starts - timedelta(days=1)
    policy = TeamPolicy(
        team_id=team_id,
        starts=starts,
        roles=list(roles),
        blocks=blocks,
        records_views=records_views,
        clock_for_all=clock_for_all,
        made_by=by.person_id,
        made_at=now,
    )
    session.add(policy)
    session.flush()
    detail = {
        "policy": policy.id,
        "starts": starts.isoformat(),
        "blocks": blocks,
        "records_views": records_views,
        "clock_for_all": clock_for_all,
        "roles": len(policy.roles),
    }
    audit.record(session, by, "policy.set", f"team:{team_id}", detail=detail, now=now)
    return policy
