"""What became of a decision: actions done or cancelled, the patient told, treatment begun, and later: was it done?"""

from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from mdt.core import audit
from mdt.core.actor import Actor
from mdt.core.clock import in_london
from mdt.core.errors import Invalid, NotFound, Stale
from mdt.meeting import states
from mdt.meeting.actions import reach
from mdt.meeting.models import Case, Meeting
from mdt.meeting.pathway import actions as pathways
from mdt.meeting.pathway.models import Pathway
from mdt.meeting.queries import NO_SUCH_CASE
from mdt.outcome.models import Action, Milestone, Outcome
from mdt.people import permissions

OPEN, DONE, CANCELLED = STATUSES = ("open", "done", "cancelled")
TELL = "tell"

TOLD, STARTED, FOLLOWED = KINDS = ("told", "started", "followed")
LABELS = {TOLD: "Patient told", STARTED: "Treatment started", FOLLOWED: "Follow-through"}

AS_DECIDED, CHANGED, NOT_DONE = ANSWERS = ("done", "changed", "not-done")
ANSWER_LABELS = {AS_DECIDED: "Done as decided", CHANGED: "Done, but changed", NOT_DONE: "Not done"}
REASONS = {
    "comorbidity": "Comorbidity",
    "choice": "The patient’s choice",
    "information": "New information",
    "other": "Another reason",
}

FOLLOW_AFTER = timedelta(weeks=8)
LONGEST_NOTE = 500
NO_SUCH_ACTION = "There is no such action, or you are not a member of its team."


def close_action(session: Session, *, by: Actor, action_id: str, status: str, note: str, now: datetime) -> Action:
    """An action is done, or will not be and why. One that is closed already stays as whoever was first said."""
    action, outcome, case = _action(session, by, action_id)
    if status not in (DONE, CANCELLED):
        raise Invalid("Say whether the action is done or cancelled.")
    said = _note(note)
    if status == CANCELLED and not said:
        raise Invalid("Say why the action is cancelled.")
    if action.status != OPEN:
        raise Stale(f"{action.closed_name or 'Somebody'} has already closed this action as {action.status}.")
    if action.kind == TELL and status == DONE:
        raise Invalid("Enter the day on which the patient was told; that closes this action.")
    _close(action, by, status, said, now)
    _audit(session, by, f"action.{status}", outcome, now, action=action.id)
    _settle(session, by, case, outcome)
    return action


def reopen_action(session: Session, *, by: Actor, action_id: str, note: str, now: datetime) -> Action:
    """It was closed by mistake; the audit keeps that it had been."""
    action, outcome, case = _action(session, by, action_id)
    if action.status == OPEN:
        raise Invalid("This action is open.")
    if not _note(note):
        raise Invalid("Say why the action is opened again.")
    action.status, action.note, action.closed_by, action.closed_name, action.closed_at = (
        OPEN,
        _note(note),
        None,
        "",
        None,
    )
    _audit(session, by, "action.reopened", outcome, now, action=action.id)
    if case.reached in (states.ACTIONED, states.CLOSED):
        if case.reached == states.CLOSED:
            reach(session, by, case, states.ACTIONED)
        reach(session, by, case, states.SIGNED)
    return action


def record(
    session: Session,
    *,
    by: Actor,
    case_id: str,
    kind: str,
    day: date,
    answer: str = "",
    reason: str = "",
    note: str = "",
    now: datetime,
) -> Milestone:
    """One more row about a signed decision: nothing that was written before is changed.

    That the patient knows, and that treatment has begun, are entered in the case's pathway too, where it is on one.
    """
    case = _case(session, by, case_id)
    outcome = in_force(session, case)
    if outcome is None:
        raise Invalid("Nothing is signed for this case yet, so there is nothing to follow.")
    if kind not in KINDS:
        raise Invalid("Say what has happened.")
    said = _note(note)
    _require_day(day, case, now)
    if kind == FOLLOWED:
        _require_answer(answer, reason)
    else:
        answer = reason = ""
    kept = Milestone(
        case_id=case.id, patient_id=case.patient_id, kind=kind, day=day, answer=answer,
        reason="" if answer == AS_DECIDED else reason, note=said, by_id=by.person_id, by_name=by.name, at=now,
    )  # fmt: skip
    session.add(kept)
    _audit(session, by, f"milestone.{kind}", outcome, now, day=day.isoformat(), answer=answer, reason=kept.reason)
    if kind == TOLD:
        for action in outcome.actions:
            if action.kind == TELL and action.status == OPEN:
                _close(action, by, DONE, said, now)
    _enter_in_pathway(session, by, case, kept)
    _settle(session, by, case, outcome)
    if kind == FOLLOWED and case.reached == states.ACTIONED:
        reach(session, by, case, states.CLOSED)
    return kept


def in_force(session: Session, case: Case) -> Outcome | None:
    """The newest signed version."""
    signed = select(Outcome).where(Outcome.case_id == case.id, Outcome.status == "signed")
    return session.scalar(signed.order_by(Outcome.version.desc()).limit(1))


def follow_on(outcome: Outcome) -> date:
    """The day from which whoever looks after the case is asked whether the decision was carried out."""
    assert outcome.signed_at is not None
    return (in_london(outcome.signed_at) + FOLLOW_AFTER).date()


def _settle(session: Session, by: Actor, case: Case, outcome: Outcome) -> None:
    """Once nothing of the version in force is open, the case is actioned."""
    newest = in_force(session, case)
    done = newest is not None and newest.id == outcome.id and all(one.status != OPEN for one in outcome.actions)
    if done and case.reached in (states.SIGNED, states.SENT):
        reach(session, by, case, states.ACTIONED)


def _enter_in_pathway(session: Session, by: Actor, case: Case, kept: Milestone) -> None:
    field = {TOLD: "told", STARTED: "treated"}.get(kept.kind)
    pathway = session.get(Pathway, case.pathway_id, with_for_update=True) if case.pathway_id and field else None
    if pathway is not None and field is not None and getattr(pathway, field) is None:
        pathways.enter(session, by=by, pathway=pathway, values={field: kept.day}, now=kept.at)


def _require_day(day: date, case: Case, now: datetime) -> None:
    if day > in_london(now).date():
        raise Invalid("That day has not come yet.")
    if day < in_london(case.meeting.starts_at).date():
        raise Invalid("That day is before the meeting that decided it.")


def _require_answer(answer: str, reason: str) -> None:
    if answer not in ANSWERS:
        raise Invalid("Say whether the decision was carried out.")
    if answer != AS_DECIDED and reason not in REASONS:
        raise Invalid("Say why it was not carried out as decided.")


def _close(action: Action, by: Actor, status: str, note: str, now: datetime) -> None:
    action.status, action.note = status, note
    action.closed_by, action.closed_name, action.closed_at = by.person_id, by.name, now


def _case(session: Session, by: Actor, case_id: str) -> Case:
    """The case, with its meeting locked; for those who may do something about its actions."""
    case = session.get(Case, case_id)
    if case is None:
        raise NotFound(NO_SUCH_CASE)
    meeting = session.get(Meeting, case.meeting_id, with_for_update=True)
    assert meeting is not None
    permissions.require(by, "action.do", meeting.team_id)
    session.refresh(case)
    return case


def _action(session: Session, by: Actor, action_id: str) -> tuple[Action, Outcome, Case]:
    action = session.get(Action, action_id)
    if action is None:
        raise NotFound(NO_SUCH_ACTION)
    case = _case(session, by, action.outcome.case_id)
    session.refresh(action)
    newest = in_force(session, case)
    if newest is None or newest.id != action.outcome_id:
        raise Stale("A newer version of this outcome is in force; its own actions are what counts now.")
    return action, action.outcome, case


def _note(text: str) -> str:
    said = " ".join(text.split())
    if len(said) > LONGEST_NOTE:
        raise Invalid(f"The note must be {LONGEST_NOTE} characters or fewer.")
    return said


def _audit(session: Session, by: Actor, act: str, outcome: Outcome, now: datetime, **detail: str) -> None:
    session.flush()
    audit.record(
        session,
        by,
        act,
        f"case:{outcome.case_id}",
        patient_id=outcome.patient_id,
        detail={"outcome": outcome.id, "version": outcome.version, **detail},
        now=now,
    )
