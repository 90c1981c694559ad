"""Offer a case to another team, a specialist one at another trust perhaps; that team accepts it or declines."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from mdt.core import audit
from mdt.core.actor import Actor, system
from mdt.core.announce import after_commit
from mdt.core.errors import Invalid, NotFound
from mdt.meeting import progress, states
from mdt.meeting.actions import move_case
from mdt.meeting.announcements import AgendaChanged
from mdt.meeting.listing import put_on_list
from mdt.meeting.models import Case, Meeting
from mdt.meeting.moving.models import Carry, Transfer
from mdt.meeting.pathway import actions as pathways
from mdt.meeting.pathway.models import Pathway
from mdt.meeting.queries import NO_SUCH_CASE
from mdt.meeting.triage.streams import LONGEST_REASON, text
from mdt.people import permissions
from mdt.people.models import Team

NO_SUCH_OFFER = "There is no such offer to this team."


def offer(session: Session, *, by: Actor, case_id: str, to_team_id: str, reason: str, now: datetime) -> Transfer:
    """The case stays where it is until the other team accepts it."""
    case = _case(session, by, case_id)
    team = session.get(Team, to_team_id)
    if team is None or team.id == case.meeting.team_id:
        raise Invalid("Select the team that is to discuss this case.")
    if session.scalar(select(Transfer.id).where(Transfer.case_id == case.id, Transfer.state == "waiting")):
        raise Invalid("This case is offered to a team already; take that offer back first.")
    if case.status in (states.WITHDRAWN, states.DEFERRED):
        raise Invalid("This case has left this list; offer the one it has become.")
    made = Transfer(
        case_id=case.id,
        to_team_id=team.id,
        reason=text(reason, LONGEST_REASON, "Say what the other team is asked for.", "The reason"),
        asked_by=by.person_id,
        asked_name=by.name,
        asked_at=now,
    )
    session.add(made)
    session.flush()
    detail = {"transfer": made.id, "to": team.id}
    audit.record(session, by, "case.offered", f"case:{case.id}", patient_id=case.patient_id, detail=detail, now=now)
    after_commit(session, AgendaChanged(case.meeting_id))
    return made


def take_back(session: Session, *, by: Actor, case_id: str, now: datetime) -> Transfer:
    """Before the other team has answered."""
    case = _case(session, by, case_id)
    made = session.scalar(select(Transfer).where(Transfer.case_id == case.id, Transfer.state == "waiting"))
    if made is None:
        raise Invalid("This case is not offered to any team.")
    _decided(session, by, made, "taken back", now)
    return made


def accept(session: Session, *, by: Actor, team_id: str, transfer_id: str, meeting_id: str, now: datetime) -> Case:
    """Onto the list of one of the accepting team's meetings, with its pathway; it leaves the list it was on.

    The trust that hosts the accepting team holds the pathway from then on.
    """
    made, case = _offered(session, by, team_id, transfer_id)
    meeting = session.get(Meeting, meeting_id, with_for_update=True)
    if meeting is None or meeting.team_id != team_id or meeting.status == progress.CLOSED:
        raise Invalid("Select one of this team's coming meetings.")
    if meeting.locked_at is not None:
        permissions.require(by, "case.late.approve", team_id)
    seated = put_on_list(
        session, by=by, meeting=meeting, patient=case.patient, question=case.clinical_question, now=now
    )
    seated.pathway_id = case.pathway_id
    _hand_over(session, by, made, case, now)
    made.to_case_id = seated.id
    _decided(session, by, made, "accepted", now)
    _leave(session, by, made, case, now)
    session.flush()
    return seated


def decline(session: Session, *, by: Actor, team_id: str, transfer_id: str, why: str, now: datetime) -> Transfer:
    """With a reason, which the offering team reads on its agenda; the case stays there."""
    made, _ = _offered(session, by, team_id, transfer_id)
    made.decided_why = text(why, LONGEST_REASON, "Say why it is declined.", "The reason")
    _decided(session, by, made, "declined", now)
    return made


def offers_to(session: Session, team_id: str) -> list[Transfer]:
    """What other teams offer and nobody has answered, the oldest first. The caller is of the team."""
    those = select(Transfer).where(Transfer.to_team_id == team_id, Transfer.state == "waiting")
    case = joinedload(Transfer.case)
    those = those.options(case.joinedload(Case.patient), case.joinedload(Case.meeting).joinedload(Meeting.team))
    return list(session.scalars(those.order_by(Transfer.asked_at)))


def _hand_over(session: Session, by: Actor, made: Transfer, case: Case, now: datetime) -> None:
    pathway = session.get(Pathway, case.pathway_id, with_for_update=True) if case.pathway_id else None
    if pathway is not None:
        pathways.enter(session, by=by, pathway=pathway, values={"holder_ods": made.to_team.host_ods}, now=now)


def _leave(session: Session, by: Actor, made: Transfer, case: Case, now: datetime) -> None:
    """Off the list it is on by now: it may have been carried over since it was offered.

    The offering team's word, given with the offer, allows it; who accepts has no role there. What has been discussed
    stays as it is.
    """
    went = session.scalar(select(Carry).where(Carry.case_id == case.id))
    while went is not None and went.to_case_id is not None:
        case = session.get_one(Case, went.to_case_id)
        went = session.scalar(select(Carry).where(Carry.case_id == case.id))
    if went is not None:
        went.dropped_by, went.dropped_at, went.dropped_why = by.person_id, now, f"accepted by {made.to_team.name}"
    elif case.status in states.BEFORE:
        move_case(session, system("transfer"), case, states.WITHDRAWN)


def _offered(session: Session, by: Actor, team_id: str, transfer_id: str) -> tuple[Transfer, Case]:
    permissions.require(by, "case.move", team_id)
    made = session.get(Transfer, transfer_id, with_for_update=True)
    if made is None or made.to_team_id != team_id:
        raise NotFound(NO_SUCH_OFFER)
    if made.state != "waiting":
        raise Invalid(f"This offer was {made.state} already.")
    case = session.get(Case, made.case_id)
    assert case is not None
    return made, case


def _decided(session: Session, by: Actor, made: Transfer, state: str, now: datetime) -> None:
    case = session.get(Case, made.case_id)
    assert case is not None
    made.state, made.decided_by, made.decided_name, made.decided_at = state, by.person_id, by.name, now
    act = f"offer.{state.replace(' ', '-')}"
    detail = {"transfer": made.id}
    audit.record(session, by, act, f"case:{case.id}", patient_id=case.patient_id, detail=detail, now=now)
    session.flush()
    after_commit(session, AgendaChanged(case.meeting_id))


def _case(session: Session, by: Actor, case_id: str) -> Case:
    case = session.get(Case, case_id)
    if case is None:
        raise NotFound(NO_SUCH_CASE)
    meeting = session.get(Meeting, case.meeting_id, with_for_update=True, populate_existing=True)
    assert meeting is not None
    permissions.require(by, "case.move", meeting.team_id)
    session.refresh(case)
    return case
