"""However else a patient comes onto a list, a referral comes along: listed at once, late, or from another team."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mdt.core.actor import Actor
from mdt.core.errors import Invalid
from mdt.meeting import actions as meetings
from mdt.meeting.models import Case, Meeting
from mdt.meeting.moving import late, transfers
from mdt.meeting.moving.models import LateAddition, Transfer
from mdt.people import permissions
from mdt.people.models import Person
from mdt.referral import fields, queries, requirements, states
from mdt.referral.actions import asked_of, move, record, start
from mdt.referral.decisions import carry_dates, lacks_of
from mdt.referral.models import Referral, ReferralFile


def list_at_once(
    session: Session, *, by: Actor, meeting_id: str, patient_id: str, clinical_question: str, now: datetime
) -> Case:
    """The team's own coordinator refers and lists in one act; what is missing can be completed from the case.

    Refused while a referral of this patient waits for the team: that one is to be answered.
    """
    meeting = session.get(Meeting, meeting_id)
    if meeting is not None and _sent(session, meeting.team_id, patient_id) is not None:
        permissions.require(by, "case.list", meeting.team_id)
        raise Invalid("A referral of this patient waits for this team. List them from there: nothing is typed twice.")
    case = meetings.list_case(
        session, by=by, meeting_id=meeting_id, patient_id=patient_id, clinical_question=clinical_question, now=now
    )
    _refer(session, by, case, {}, now).at_once = True
    return case


def ask_late(
    session: Session, *, by: Actor, meeting_id: str, patient_id: str, question: str, reason: str, now: datetime
) -> LateAddition:
    """A late addition, approved with it when the chair asks."""
    asked = late.ask(
        session, by=by, meeting_id=meeting_id, patient_id=patient_id, question=question, reason=reason, now=now
    )
    _bring(session, by, asked, now)
    return asked


def decide_late(
    session: Session, *, by: Actor, meeting_id: str, late_id: str, approved: bool, why: str = "", now: datetime
) -> LateAddition:
    """The chair approves or declines it."""
    asked = late.decide(session, by=by, meeting_id=meeting_id, late_id=late_id, approved=approved, why=why, now=now)
    _bring(session, by, asked, now)
    return asked


def accept_offer(
    session: Session, *, by: Actor, team_id: str, transfer_id: str, meeting_id: str, now: datetime
) -> Case:
    """Another team's case, with a referral by whoever offered it that says all that its own did, and its papers."""
    case = transfers.accept(session, by=by, team_id=team_id, transfer_id=transfer_id, meeting_id=meeting_id, now=now)
    offer = session.get_one(Transfer, transfer_id)
    origin = queries.of_cases(session, [offer.case_id]).get(offer.case_id)
    values = _values_of(session, origin, now) if origin else {}
    made = _refer(session, by, case, values, now, asked=offer)
    if origin is not None:
        _copy_files(session, by, origin, made, now)
    return case


def _bring(session: Session, by: Actor, asked: LateAddition, now: datetime) -> None:
    """An approved late addition has the referral that waits for its team, or one by whoever asked for it."""
    if asked.case_id is None:
        return
    case = session.get_one(Case, asked.case_id)
    waits = _sent(session, case.meeting.team_id, case.patient_id)
    if waits is None:
        _refer(session, by, case, {}, now, asked=asked).at_once = True
        return
    carry_dates(session, by, waits, case, now)
    waits.case_id = case.id
    missing = [lack.sentence for lack in lacks_of(session, waits, now)]
    move(session, by, waits, states.ACCEPTED, reason=asked.reason, missing=missing, now=now)


def _refer(
    session: Session,
    by: Actor,
    case: Case,
    values: dict[str, Any],
    now: datetime,
    *,
    asked: LateAddition | Transfer | None = None,
) -> Referral:
    """A referral that is accepted as it begins: by whoever asked for it, else by whoever lists the patient."""
    team = case.meeting.team_id
    whole = {**values, "question": case.clinical_question}
    referral = start(session, by, team_id=team, patient_id=case.patient_id, values=whole, now=now)
    form = requirements.in_force(session, team, now)
    referral.sent_at, referral.form_id = asked.asked_at if asked else now, form.id if form else None
    author = session.get(Person, asked.asked_by) if asked and asked.asked_by else None
    if author is not None:
        referral.author_id, referral.author_name, referral.author_ods = author.id, author.name, author.trust_ods
    move(session, by, referral, states.SENT, reason=asked.reason if asked else "", now=now)
    referral.case_id = case.id
    missing = [lack.sentence for lack in lacks_of(session, referral, now)]
    move(session, by, referral, states.ACCEPTED, missing=missing, now=now)
    return referral


def _values_of(session: Session, origin: Referral, now: datetime) -> dict[str, Any]:
    """What any team's form has; the answers to the other team's own questions stand under the history, in words."""
    values = {name: value for name, value in origin.values.items() if name in fields.BY_NAME}
    own = [
        f"{field.label}: {origin.values[name]}"
        for name, (field, _) in asked_of(session, origin, now).items()
        if name not in fields.BY_NAME and not fields.empty(origin.values.get(name))
    ]
    history = "\n".join([part for part in (values.get("history", ""), *own) if part])
    if own and len(history) <= fields.LONGEST_LONG:
        values["history"] = history
    return values


def _copy_files(session: Session, by: Actor, origin: Referral, made: Referral, now: datetime) -> None:
    """The same bytes in the store, under rows of the new referral."""
    for paper in origin.files:
        if paper.removed_at is None:
            session.add(
                ReferralFile(
                    referral_id=made.id,
                    name=paper.name,
                    kind=paper.kind,
                    bytes=paper.bytes,
                    sha256=paper.sha256,
                    added_by=paper.added_by,
                    added_name=paper.added_name,
                    added_at=paper.added_at,
                )
            )
            record(session, by, made, "referral.file-added", now=now, kind=paper.kind, sha256=paper.sha256)


def _sent(session: Session, team_id: str, patient_id: str) -> Referral | None:
    """The referral of this patient that waits for this team, the oldest of several."""
    waits = select(Referral).where(
        Referral.team_id == team_id, Referral.patient_id == patient_id, Referral.state == states.SENT
    )
    return session.scalar(waits.order_by(Referral.sent_at).limit(1))
