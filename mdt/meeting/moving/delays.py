"""The figure: of the discussions that were due, how many were delayed because another trust's images were missing."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from mdt.core.actor import Actor
from mdt.core.clock import LONDON
from mdt.core.errors import Invalid
from mdt.meeting import progress, states
from mdt.meeting.models import Case, Meeting
from mdt.meeting.moving import reasons
from mdt.meeting.moving.models import Carry
from mdt.people import permissions
from mdt.people.models import Team


@dataclass(frozen=True)
class Delays:
    """Of one team and period. `due`: listed for one of its closed meetings and not moved or withdrawn beforehand.

    `delayed` are those carried over, by reason and, of missing images, by the trust that had them; `foreign` those
    whose images were at a trust other than the team's own.
    """

    team: Team
    first: date
    last: date
    due: int
    delayed: tuple[Carry, ...]
    by_reason: dict[str, int]
    by_trust: dict[str, int]
    foreign: int

    @property
    def share(self) -> float | None:
        """Of the discussions due, the part delayed by another trust's missing images; None where none was due."""
        return self.foreign / self.due if self.due else None


def of_team(session: Session, by: Actor, team_id: str, first: date, last: date) -> Delays:
    """For those who see the team's attendance; `first` and `last` are days in London, both counted."""
    permissions.require(by, "attendance.see", team_id)
    if last < first:
        raise Invalid("The last day of a period cannot lie before its first.")
    team = session.get(Team, team_id)
    assert team is not None
    since, until = (datetime.combine(day, time(), LONDON) for day in (first, last + timedelta(days=1)))
    listed = (
        select(Case.id, Case.status)
        .join(Meeting)
        .where(
            Meeting.team_id == team_id,
            Meeting.status == progress.CLOSED,
            Meeting.starts_at >= since,
            Meeting.starts_at < until,
        )
    )
    cases = {row.id: row.status for row in session.execute(listed)}
    carried = session.scalars(
        select(Carry)
        .join(Case, Case.id == Carry.case_id)
        .join(Meeting, Meeting.id == Case.meeting_id)
        .where(Meeting.team_id == team_id, Meeting.starts_at >= since, Meeting.starts_at < until)
        .options(joinedload(Carry.case).joinedload(Case.patient), joinedload(Carry.case).joinedload(Case.meeting))
        .order_by(Meeting.starts_at, Case.position)
    ).all()
    delayed = tuple(one for one in carried if one.case_id in cases and one.reason in reasons.DELAYS)
    moved = {one.case_id for one in carried if one.reason not in reasons.DELAYS}
    due = sum(status != states.WITHDRAWN and case_id not in moved for case_id, status in cases.items())
    images = [one for one in delayed if one.reason == reasons.IMAGES and one.trust_ods]
    return Delays(
        team=team,
        first=first,
        last=last,
        due=due,
        delayed=delayed,
        by_reason=dict(Counter(one.reason for one in delayed).most_common()),
        by_trust=dict(Counter(one.trust_ods or "" for one in images).most_common()),
        foreign=sum(one.trust_ods != team.host_ods for one in images),
    )
