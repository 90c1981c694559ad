"""The sections of a team's listings between two days, for those who report for it."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, aliased, contains_eager, joinedload

from mdt.core.actor import Actor
from mdt.core.clock import LONDON, in_london
from mdt.core.errors import Invalid, NotFound
from mdt.cosd import sections
from mdt.cosd.codes import NOT_DISCUSSED
from mdt.cosd.models import CosdSite
from mdt.cosd.sections import Section
from mdt.meeting import states
from mdt.meeting.models import Case, Meeting
from mdt.meeting.moving.models import Transfer
from mdt.meeting.triage import queries as triage
from mdt.meeting.triage import streams
from mdt.meeting.triage.models import Ratification
from mdt.outcome import codes
from mdt.outcome.models import Outcome
from mdt.people import permissions
from mdt.people.models import Team
from mdt.people.versions import NO_SUCH_TEAM

LONGEST_PERIOD = timedelta(days=400)

_PLANS = frozenset({codes.RECOMMEND, codes.STANDARD})


# Cases that a team of another trust took over.
_Hosts = aliased(Team)
_ELSEWHERE = (
    select(Transfer.case_id)
    .join(Transfer.to_team)
    .join(Case, Case.id == Transfer.case_id)
    .join(Meeting, Meeting.id == Case.meeting_id)
    .join(_Hosts, _Hosts.id == Meeting.team_id)
    .where(Transfer.state == "accepted", Team.host_ods != _Hosts.host_ods)
)


@dataclass(frozen=True)
class Listing:
    """A case with its meeting and patient, and what is reported of it."""

    case: Case
    section: Section


def of_team(session: Session, by: Actor, team_id: str, *, first: date, last: date, today: date) -> list[Listing]:
    """One for every listing of the team's meetings from `first` to `last`, in order, with its problems.

    Withdrawn cases are no listings, but for those that a team of another trust took over. Raises Invalid for a period
    that nobody can mean.
    """
    permissions.require(by, "cosd.see", team_id)
    if last < first:
        raise Invalid("The period ends before it begins.")
    if last - first > LONGEST_PERIOD:
        raise Invalid("A period is a year at most.")
    begin, end = (datetime.combine(day, time(), LONDON) for day in (first, last + timedelta(days=1)))
    cases = session.scalars(
        select(Case)
        .join(Case.meeting)
        .where(Meeting.team_id == team_id, Meeting.starts_at >= begin, Meeting.starts_at < end)
        .where(or_(Case.status != states.WITHDRAWN, Case.id.in_(_ELSEWHERE)))
        .options(contains_eager(Case.meeting).joinedload(Meeting.team), joinedload(Case.patient))
        .order_by(Meeting.starts_at, Case.position, Case.id)
    ).all()
    ids = [case.id for case in cases]
    elsewhere = set(session.scalars(_ELSEWHERE.where(Transfer.case_id.in_(ids))))
    signed, ratified, sites = _signed(session, ids), triage.ratified(session, ids), _sites(session, team_id)
    found = []
    for case in cases:
        made = _section(case, signed.get(case.id), ratified.get(case.id), sites, elsewhere=case.id in elsewhere)
        found.append(Listing(case, replace(made, problems=sections.problems(made, today))))
    return found


def sites(session: Session, by: Actor, team_id: str) -> tuple[Team, list[CosdSite]]:
    """The team, and where its meetings are counted, from which day on, the latest first."""
    permissions.require(by, "cosd.see", team_id)
    team = session.get(Team, team_id)
    if team is None:
        raise NotFound(NO_SUCH_TEAM)
    return team, _sites(session, team_id)


def _sites(session: Session, team_id: str) -> list[CosdSite]:
    return list(session.scalars(select(CosdSite).where(CosdSite.team_id == team_id).order_by(CosdSite.starts.desc())))


def _signed(session: Session, case_ids: Collection[str]) -> dict[str, Outcome]:
    """The version that holds, by case."""
    versions = select(Outcome).where(Outcome.case_id.in_(case_ids), Outcome.signed_at.is_not(None))
    return {one.case_id: one for one in session.scalars(versions.order_by(Outcome.version))}


def _section(
    case: Case, outcome: Outcome | None, word: Ratification | None, sites: list[CosdSite], *, elsewhere: bool
) -> Section:
    day = in_london(case.meeting.starts_at).date()
    site = next((one.site for one in sites if one.starts <= day), case.meeting.team.host_ods)
    values = {"CR3080": day.isoformat(), "CR3090": site, "CR3190": case.meeting.team.mdt_type}
    discussed = case.status in (states.LIVE, states.DISCUSSED, *states.RESULTS)
    ratified = outcome.standard_version_id is not None if outcome else word is not None
    if discussed or elsewhere:
        values["CR8110"] = streams.discussion_type(ratified=ratified, elsewhere=elsewhere)
    else:
        values["CR8100"] = NOT_DISCUSSED
    plan = False
    treatments: tuple[str, ...] = ()
    if outcome is not None and outcome.form.get("decision") in _PLANS:
        plan, treatments = True, tuple(one["code"] for one in outcome.form.get("treatments") or [])
        values["CR0460"] = outcome.form.get("intent") or ""
        values["CR0490"] = outcome.form.get("no_treatment_reason") or ""
    elif outcome is None and word is not None:  # from before ratifying wrote an outcome
        plan, treatments = True, tuple(one["code"] for one in word.version.treatments)
        values["CR0460"] = word.version.intent
    if plan:
        values["CR0430"] = day.isoformat()
    return Section(
        case_id=case.id,
        nhs_number=case.patient.nhs_number,
        nhs_status=case.patient.nhs_status,
        day=day,
        values={item: value for item, value in values.items() if value},
        treatments=treatments,
        plan=plan,
        undecided=discussed and outcome is None and word is None,
    )
