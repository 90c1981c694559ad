"""A team's report for a period, and the cases behind each of its figures, for those who may see them."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from mdt.core.actor import Actor
from mdt.core.errors import NotFound
from mdt.meeting.imaging_then import ImagingThen
from mdt.meeting.models import Case, Meeting
from mdt.meeting.moving.models import Carry
from mdt.people import permissions
from mdt.people.models import Team
from mdt.reports import attending, counting, facts, figures
from mdt.reports.attending import Attending
from mdt.reports.counting import Counts
from mdt.reports.figures import Figure
from mdt.reports.period import Period
from mdt.trusts.models import Trust
from mdt.trusts.names import short

MOST = 200  # cases in a list
NO_SUCH_TEAM = "There is no such team, or you are not a member of it."


@dataclass(frozen=True)
class Report:
    """One team and period. `imaging_since`: the moment from which on it was written down how far imaging had come."""

    team: Team
    period: Period
    meetings: int
    says: dict[str, str]  # what each figure is called
    counts: Counts
    attending: Attending
    trusts: dict[str, str]
    imaging_since: datetime | None


@dataclass(frozen=True)
class Behind:
    """A case behind a figure, and why it went to a later meeting where it did."""

    case: Case
    carry: Carry | None


def teams(session: Session, by: Actor) -> list[Team]:
    """Those whose figures somebody sees, by name."""
    mine = [team for team in (*by.roles, *by.manages) if permissions.may(by, "report.see", team)]
    return list(session.scalars(select(Team).where(Team.id.in_(mine)).order_by(Team.name)))


def team(session: Session, by: Actor, team_id: str) -> Team:
    """For those who see its figures; to anybody else it is not there."""
    permissions.require(by, "report.see", team_id)
    found = session.get(Team, team_id)
    if found is None:
        raise NotFound(NO_SUCH_TEAM)
    return found


def report(session: Session, by: Actor, team_id: str, period: Period, today: date) -> Report:
    mine = team(session, by, team_id)
    held = facts.sittings(session, mine, period)
    known = figures.counted_at_once(mine.host_ods)
    with facts.found(session, mine, period, held, today) as rows:
        counts = counting.count(session, rows, known, held, len(period.months))
    return Report(
        team=mine,
        period=period,
        meetings=len(held),
        says={one.key: one.says for one in known},
        counts=counts,
        attending=attending.of_team(session, team_id, held),
        trusts={ods: short(name) for ods, name in session.execute(select(Trust.ods, Trust.name))},
        imaging_since=session.scalar(select(func.min(ImagingThen.at))),
    )


def behind(
    session: Session, by: Actor, *, team_id: str, period: Period, key: str, today: date
) -> tuple[Team, Figure, list[Behind], int]:
    """The latest MOST cases that a figure counts, and how many there are in all."""
    mine = team(session, by, team_id)
    figure = figures.named(key, mine.host_ods)
    held = facts.sittings(session, mine, period)
    with facts.found(session, mine, period, held, today) as rows:
        many = session.scalar(select(func.count()).select_from(rows).where(figure.counted(rows))) or 0
        found = session.execute(
            select(Case, Carry)
            .join(rows, rows.c.case_id == Case.id)
            .join(Case.meeting)
            .outerjoin(Carry, Carry.case_id == Case.id)
            .where(figure.counted(rows))
            .options(contains_eager(Case.meeting), joinedload(Case.patient))
            .order_by(Meeting.starts_at.desc(), Case.position, Case.id)
            .limit(MOST)
        ).all()
    return mine, figure, [Behind(case, carry) for case, carry in found], many
