"""What the team says to a referral: return it, refuse to list, let it through, list it."""

from datetime import datetime

from sqlalchemy.orm import Session

from mdt.core.actor import Actor
from mdt.core.clock import in_london
from mdt.core.errors import Invalid, NotFound
from mdt.meeting import actions as meetings
from mdt.meeting.models import Case, Meeting
from mdt.meeting.pathway import actions as pathways
from mdt.meeting.pathway.queries import open_of_patient
from mdt.people import permissions
from mdt.referral import gate, queries, states
from mdt.referral.actions import asked_of, move, reason_given, record
from mdt.referral.models import Referral


def give_back(session: Session, *, by: Actor, referral_id: str, reason: str, now: datetime) -> Referral:
    """To whoever wrote it, with what is missing and what the coordinator says."""
    referral = _team_s(session, by, referral_id, "referral.decide")
    why = reason_given(reason, "Say what is to be done before it can be listed.")
    missing = [lack.sentence for lack in lacks_of(session, referral, now)]
    move(session, by, referral, states.RETURNED, reason=why, missing=missing, now=now)
    return referral


def refuse(session: Session, *, by: Actor, referral_id: str, reason: str, now: datetime) -> Referral:
    """The team does not list it. Only its chair can bring it back."""
    referral = _team_s(session, by, referral_id, "referral.decide")
    move(session, by, referral, states.REFUSED, reason=reason_given(reason, "Say why it is not listed."), now=now)
    return referral


def override(session: Session, *, by: Actor, referral_id: str, reason: str, now: datetime) -> Referral:
    """The chair lets through what was returned or refused, whatever is missing; it can then be listed."""
    referral = _team_s(session, by, referral_id, "referral.override")
    why = reason_given(reason, "Say why it is to be listed all the same.")
    missing = [lack.sentence for lack in lacks_of(session, referral, now)]
    if referral.state == states.SENT:
        if not missing:
            raise Invalid("Nothing is missing, so there is nothing to let through: list it.")
        referral.overridden = True
        record(session, by, referral, "referral.overridden", now=now, reason=why, missing=len(missing))
        return referral
    referral.overridden = True
    move(session, by, referral, states.SENT, reason=why, missing=missing, now=now)
    return referral


def accept(session: Session, *, by: Actor, referral_id: str, meeting_id: str, now: datetime) -> Case:
    """On the agenda of a meeting of this team, with its question; its dates go to the patient's pathway."""
    referral = _team_s(session, by, referral_id, "referral.decide")
    states.require_move(referral.state, states.ACCEPTED)
    lacks = lacks_of(session, referral, now)
    if lacks and not referral.overridden:
        said = " ".join(lack.sentence for lack in lacks)
        raise Invalid(f"{said} Complete it, return it, or ask the chair to let it through.")
    meeting = session.get(Meeting, meeting_id)
    if meeting is None or meeting.team_id != referral.team_id:
        raise NotFound("There is no such meeting of this team.")
    question = referral.values.get("question") or ""
    case = meetings.list_case(
        session, by=by, meeting_id=meeting_id, patient_id=referral.patient_id, clinical_question=question, now=now
    )
    carry_dates(session, by, referral, case, now)
    referral.case_id = case.id
    move(session, by, referral, states.ACCEPTED, missing=[lack.sentence for lack in lacks], now=now)
    return case


def _team_s(session: Session, by: Actor, referral_id: str, act: str) -> Referral:
    """A referral that was sent, locked; for those of its team who may do this."""
    referral = queries.referral(session, by, referral_id, lock=True)
    permissions.require(by, act, referral.team_id)
    if referral.sent_at is None:
        raise NotFound(queries.NO_SUCH_REFERRAL)
    return referral


def lacks_of(session: Session, referral: Referral, now: datetime) -> list[gate.Lack]:
    """What it lacks by the form it was sent under."""
    return gate.lacks(referral.values, asked_of(session, referral, now), in_london(now).date())


def carry_dates(session: Session, by: Actor, referral: Referral, case: Case, now: datetime) -> None:
    """Into the pathway the patient is on, which begins with them where there is none. Nothing there is overwritten."""
    told = gate.dates(referral.values)
    if not told:
        return
    pathway = open_of_patient(session, referral.patient_id)
    if pathway is None:
        pathway = pathways.begin(session, by=by, patient_id=referral.patient_id, values=told, now=now)
    else:
        new = {name: value for name, value in told.items() if not getattr(pathway, name)}
        pathways.enter(session, by=by, pathway=pathway, values=new, now=now)
    case.pathway_id = pathway.id
