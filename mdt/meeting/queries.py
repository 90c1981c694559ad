"""Reading meetings and cases, always for somebody: outsiders are told that there is no such thing."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, bindparam, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload, selectinload

from mdt.core.actor import Actor
from mdt.core.errors import NotFound
from mdt.meeting import guests
from mdt.meeting.cut_off import Rule
from mdt.meeting.models import Case, CutOffRule, Meeting
from mdt.people import permissions, versions
from mdt.people.models import Team

NO_SUCH_MEETING = "There is no such meeting, or you are not a member of its team."
NO_SUCH_CASE = "There is no such case, or you are not a member of its team."
NO_SUCH_PATIENT = "There is no such patient, or none of your teams has listed them."

# The patients that are, or were, on an agenda of one of somebody's teams. Built once: it is asked for every frame.
PATIENTS_SEEN = (
    select(Case.patient_id).join(Case.meeting).where(Meeting.team_id.in_(bindparam("teams", expanding=True)))
)


def coming_meetings(session: Session, by: Actor, *, since: datetime) -> list[Meeting]:
    """The meetings of the actor's teams from a moment on, next first, with their team and cases (no patients)."""
    wanted = _of_my_teams(by).where(Meeting.starts_at >= since)
    return list(session.scalars(wanted.order_by(Meeting.starts_at, Meeting.id)))


def past_meetings(session: Session, by: Actor, *, before: datetime, beyond: str = "", most: int) -> list[Meeting]:
    """Those before a moment, latest first; at most so many, because there are more every week.

    `beyond` is the last meeting of the page before, that starts at that moment: others may start with it.
    """
    earlier = Meeting.starts_at < before
    if beyond:
        earlier = or_(earlier, and_(Meeting.starts_at == before, Meeting.id > beyond))
    wanted = _of_my_teams(by).where(earlier)
    return list(session.scalars(wanted.order_by(Meeting.starts_at.desc(), Meeting.id).limit(most)))


def _of_my_teams(by: Actor) -> Select[Meeting]:
    wanted = select(Meeting).options(joinedload(Meeting.team), selectinload(Meeting.cases))
    return wanted if by.is_system else wanted.where(Meeting.team_id.in_(by.roles))


def meeting(session: Session, by: Actor, meeting_id: str) -> Meeting:
    """A meeting with its team, its cases in order and their patients: its agenda."""
    found = session.scalar(
        select(Meeting)
        .where(Meeting.id == meeting_id)
        .options(joinedload(Meeting.team), selectinload(Meeting.cases).joinedload(Case.patient))
        .execution_options(populate_existing=True)
    )
    if found is None or not sees(by, found):
        raise NotFound(NO_SUCH_MEETING)
    return found


def sees(by: Actor, meeting: Meeting) -> bool:
    """Whether it is a meeting of one of their teams, or one they were admitted to as a guest."""
    return permissions.may(guests.inside(by, meeting.id, meeting.team_id), "meeting.see", meeting.team_id)


def case(session: Session, by: Actor, case_id: str) -> Case:
    """A case with its meeting, team and patient."""
    found = session.scalar(
        select(Case)
        .where(Case.id == case_id)
        .options(joinedload(Case.patient), joinedload(Case.meeting).joinedload(Meeting.team))
    )
    if found is None or not sees(by, found.meeting):
        raise NotFound(NO_SUCH_CASE)
    return found


def case_inside(session: Session, by: Actor, case_id: str) -> tuple[Case, Actor]:
    """The same, and who the actor is in its meeting: what is the team's is then an admitted guest's too, there."""
    found = case(session, by, case_id)
    return found, guests.inside(by, found.meeting_id, found.meeting.team_id)


def cut_off_rules(session: Session, team_ids: Collection[str]) -> dict[str, list[Rule]]:
    """Each team's rules of when its lists close, last set first. They concern no patient."""
    kept = {team_id: versions.history(session, CutOffRule, team_id) for team_id in team_ids}
    return {team_id: [Rule(row.starts, row.working_hours) for row in rows] for team_id, rows in kept.items() if rows}


def cases_of_patient(session: Session, by: Actor, patient_id: str) -> list[Case]:
    """Every listing of a patient that the actor may see, latest meeting first."""
    wanted = (
        select(Case)
        .join(Case.meeting)
        .where(Case.patient_id == patient_id)
        .options(contains_eager(Case.meeting).joinedload(Meeting.team), joinedload(Case.patient))
        .order_by(Meeting.starts_at.desc(), Case.id)
    )
    if not by.is_system:
        wanted = wanted.where(Meeting.team_id.in_(by.roles))
    return list(session.scalars(wanted))


def may_see_patient(session: Session, by: Actor, patient_id: str) -> bool:
    """Whether the patient is, or was, on an agenda of one of the actor's teams, or is on one they were admitted to."""
    if by.is_system:
        return True
    theirs: ColumnElement[bool] = Meeting.team_id.in_(by.roles)
    if by.visits:
        theirs = or_(theirs, Meeting.id.in_(by.visits))
    listed = select(Case.id).join(Case.meeting).where(Case.patient_id == patient_id, theirs)
    return session.scalar(listed.limit(1)) is not None


def seen_by(by: Actor) -> dict[str, list[str]]:
    """What `PATIENTS_SEEN` is to be executed with."""
    return {"teams": list(by.roles)}


def patients_coming(session: Session, now: datetime) -> set[str]:
    """Everybody on the agenda of a meeting that is still to come, or is open. For the house itself, not a person."""
    ahead = or_(Meeting.starts_at >= now, Meeting.status == "open")
    return set(session.scalars(select(Case.patient_id).join(Case.meeting).where(ahead)))


def patients_by_team(session: Session) -> dict[str, set[str]]:
    """Everybody each team ever listed, by the team's name. For the house itself, not a person."""
    found: dict[str, set[str]] = {}
    listed = select(Team.name, Case.patient_id).select_from(Case).join(Case.meeting).join(Meeting.team).distinct()
    for name, patient_id in session.execute(listed):
        found.setdefault(name, set()).add(patient_id)
    return found


def require_patient(session: Session, by: Actor, patient_id: str) -> None:
    """Refuse those who may not see this patient as if there were none."""
    if not may_see_patient(session, by, patient_id):
        raise NotFound(NO_SUCH_PATIENT)
