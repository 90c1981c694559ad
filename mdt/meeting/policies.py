"""How a team meets, in versions with dates: its quorum, what that blocks, what is recorded, who sees the clock."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from mdt.core import audit
from mdt.core.actor import Actor
from mdt.core.clock import in_london
from mdt.core.errors import Invalid
from mdt.meeting import quorum
from mdt.meeting.models import TeamPolicy
from mdt.people import permissions, versions


def in_force(session: Session, team_id: str, at: datetime) -> TeamPolicy | None:
    """The version that holds on the day of a moment, by the calendar in London."""
    return versions.on(session, TeamPolicy, team_id, in_london(at).date())


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
    if blocks not in quorum.BLOCKS:
        raise Invalid("Select what waits for a quorum.")
    if blocks != quorum.NOTHING and not roles:
        raise Invalid("Without roles there is no quorum that anything could wait for.")
    policy = versions.begin(
        session,
        TeamPolicy,
        by=by,
        team_id=team_id,
        starts=starts,
        past="A policy cannot begin in the past: what was decided was decided under the one of its day.",
        now=now,
        roles=list(roles),
        blocks=blocks,
        records_views=records_views,
        clock_for_all=clock_for_all,
    )
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
