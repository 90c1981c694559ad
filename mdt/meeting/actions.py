"""Plan a meeting, list and order its cases, open and close it, move from case to case."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from mdt.core import audit
from mdt.core.actor import Actor
from mdt.core.announce import after_commit
from mdt.core.errors import Invalid, NotFound, Stale
from mdt.imaging.standing import readiness
from mdt.meeting import call, cut_off, imaging_then, invitations, progress, referral, states
from mdt.meeting.announcements import AgendaChanged, MeetingArranged
from mdt.meeting.listing import put_on_list
from mdt.meeting.models import Case, CutOffRule, Meeting
from mdt.meeting.moving import carrying
from mdt.meeting.queries import NO_SUCH_CASE, NO_SUCH_MEETING
from mdt.meeting.queries import meeting as meeting_with_cases
from mdt.meeting.triage import streams
from mdt.people import permissions, versions
from mdt.people.models import Team
from mdt.record.models import Patient

LONGEST_MEETING = 600  # minutes


def plan(session: Session, *, by: Actor, team_id: str, starts_at: datetime, place: str = "", now: datetime) -> Meeting:
    """Put a sitting of a team into the calendar, and tell its people."""
    meeting = put_in(session, by=by, team_id=team_id, starts_at=starts_at, place=place, now=now)
    invitations.announce(session, [meeting], now)
    return meeting


def put_in(
    session: Session, *, by: Actor, team_id: str, starts_at: datetime, place: str = "", now: datetime
) -> Meeting:
    """The same, and nobody is told: for one of many, of whom the caller tells at once."""
    permissions.require(by, "meeting.plan", team_id)
    if session.get(Team, team_id) is None:
        raise NotFound("There is no such team.")
    if starts_at.tzinfo is None:
        raise Invalid("Say in which time zone the meeting starts.")
    meeting = Meeting(team_id=team_id, starts_at=starts_at, place=referral.place(place))
    session.add(meeting)
    session.flush()
    audit.record(session, by, "meeting.planned", f"meeting:{meeting.id}", detail={"team": team_id}, now=now)
    carrying.seat_waiting(session, by=by, meeting=meeting, now=now)
    return meeting


def arrange(
    session: Session, *, by: Actor, meeting_id: str, call_url: str, planned_minutes: int | None, now: datetime
) -> Meeting:
    """The link to the meeting's call, and how long the room is booked; either may be nothing."""
    meeting = _meeting(session, by, "meeting.plan", meeting_id)
    if meeting.status == progress.CLOSED:
        raise Invalid("This meeting is closed.")
    if planned_minutes is not None and not 5 <= planned_minutes <= LONGEST_MEETING:
        raise Invalid("A meeting lasts from 5 minutes to 10 hours.")
    meeting.call_url, meeting.planned_minutes = call.link(call_url), planned_minutes
    noted = {"call": call.host(meeting.call_url) if meeting.call_url else None, "minutes": planned_minutes}
    audit.record(session, by, "meeting.arranged", f"meeting:{meeting.id}", detail=noted, now=now)
    after_commit(session, MeetingArranged(meeting.id))
    return meeting


def list_case(
    session: Session, *, by: Actor, meeting_id: str, patient_id: str, clinical_question: str, now: datetime
) -> Case:
    """Put a verified patient on the agenda, last, with the question to answer; their imaging is asked for at once."""
    meeting = _meeting(session, by, "case.list", meeting_id)
    if meeting.status == progress.CLOSED:
        raise Invalid("This meeting is closed; list the patient for a later one.")
    if meeting.locked_at is not None:
        raise Invalid("The list of this meeting is locked; list the patient for a later one, or as a late addition.")
    patient = session.get(Patient, patient_id)
    if patient is None:
        raise NotFound("There is no such patient.")
    return put_on_list(session, by=by, meeting=meeting, patient=patient, question=clinical_question, now=now)


def lock_list(
    session: Session,
    *,
    by: Actor,
    meeting_id: str,
    seen: Collection[str],
    also: Mapping[str, Mapping[str, str]] | None = None,
    now: datetime,
) -> Meeting:
    """Nobody is listed any more. `seen` is what the locker was shown to be lacking, as `lacking` gives it.

    `also` is what later chapters say is missing besides imaging: by case ("" for the whole meeting) sentences by code,
    seen as "<case> <code>". Refused when something lacks now that they were not shown; who locked knowing what is kept.
    """
    meeting = _meeting(session, by, "list.lock", meeting_id)
    if meeting.status == progress.CLOSED:
        raise Invalid("This meeting is closed; its list no longer changes.")
    if meeting.locked_at is not None:
        raise Invalid("The list of this meeting is locked already.")
    lacks, more = lacking(session, by=by, meeting_id=meeting.id, now=now), also or {}
    if unseen := {code for codes in lacks.values() for code in codes} - set(seen):
        cases = len({code.split()[0] for code in unseen})
        raise Stale(
            f"The imaging of {cases} case{'' if cases == 1 else 's'} is not as it was when you looked. "
            "Read again what is missing, then lock the list."
        )
    if {f"{case_id} {code}" for case_id, codes in more.items() for code in codes} - set(seen):
        raise Stale("Something else is missing since you looked. Read again what is missing, then lock the list.")
    meeting.locked_at, meeting.locked_by = now, by.person_id
    imaging_then.note(
        session, [case for case in meeting.cases if case.status in states.BEFORE], imaging_then.CUT_OFF, now
    )
    meeting.locked_knowing = _knowing(session, meeting.id, lacks, more, now)
    known = {
        case_id: sorted({*(code.partition(" ")[2] for code in lacks.get(case_id, ())), *more.get(case_id, ())})
        for case_id in {*lacks, *more}
    }
    audit.record(session, by, "list.locked", f"meeting:{meeting.id}", detail={"not_ready": known}, now=now)
    after_commit(session, AgendaChanged(meeting.id))
    return meeting


def _knowing(
    session: Session,
    meeting_id: str,
    lacks: Mapping[str, Collection[str]],
    more: Mapping[str, Mapping[str, str]],
    now: datetime,
) -> list[dict[str, Any]]:
    """What is missing in sentences, the whole meeting first, then case by case in their order."""
    cases = session.scalars(select(Case).where(Case.meeting_id == meeting_id).order_by(Case.position)).all()
    imaging = readiness.of_patients(session, {case.patient_id for case in cases if case.id in lacks}, now=now)
    told = [{"case": "", "lacks": list(more.get("", {}).values())}]
    for case in cases:
        of_imaging = [f"Imaging: {'; '.join(imaging[case.patient_id].notes)}"] if case.id in lacks else []
        told.append({"case": case.id, "lacks": [*of_imaging, *more.get(case.id, {}).values()]})
    return [one for one in told if one["lacks"]]


def unlock_list(session: Session, *, by: Actor, meeting_id: str, now: datetime) -> Meeting:
    """Somebody may be listed again."""
    meeting = _meeting(session, by, "list.unlock", meeting_id)
    if meeting.locked_at is None:
        raise Invalid("The list of this meeting is not locked.")
    meeting.locked_at = meeting.locked_by = None
    meeting.locked_knowing = []
    audit.record(session, by, "list.unlocked", f"meeting:{meeting.id}", now=now)
    after_commit(session, AgendaChanged(meeting.id))
    return meeting


def set_cut_off(
    session: Session, *, by: Actor, team_id: str, starts: date, working_hours: int, now: datetime
) -> CutOffRule:
    """From a day on, not before today, a team's lists close so many working hours before its meetings."""
    permissions.require(by, "policy.set", team_id)
    if not 0 <= working_hours <= cut_off.HOURS_MOST:
        raise Invalid(f"Enter a number of working hours from 0 to {cut_off.HOURS_MOST}.")
    rule = versions.begin(
        session,
        CutOffRule,
        by=by,
        team_id=team_id,
        starts=starts,
        past="A cut-off starts today or later: what was agreed before stays as it was.",
        now=now,
        working_hours=working_hours,
    )
    detail = {"starts": starts.isoformat(), "working_hours": working_hours}
    audit.record(session, by, "policy.cut-off", f"team:{team_id}", detail=detail, now=now)
    return rule


def lacking(session: Session, *, by: Actor, meeting_id: str, now: datetime) -> dict[str, frozenset[str]]:
    """For each case whose imaging is not ready, by id, why: codes such as "<case> RMP NO_ANSWER"."""
    cases = meeting_with_cases(session, by, meeting_id).cases
    states = readiness.of_patients(session, {case.patient_id for case in cases}, now=now)
    reasons = {case.id: states[case.patient_id].reasons for case in cases}
    return {case_id: frozenset(f"{case_id} {why}" for why in codes) for case_id, codes in reasons.items() if codes}


def reorder(
    session: Session, *, by: Actor, meeting_id: str, expected: Sequence[str], order: Sequence[str], now: datetime
) -> None:
    """Put the cases into `order`; `expected` is the order the form showed, and must still be the one that holds."""
    meeting = _meeting(session, by, "case.order", meeting_id)
    if meeting.status == progress.CLOSED:
        raise Invalid("This meeting is closed; its agenda no longer changes.")
    cases = session.scalars(select(Case).where(Case.meeting_id == meeting.id).order_by(Case.position)).all()
    current = [case.id for case in cases]
    if list(expected) != current:
        raise Stale("Somebody changed the agenda since you opened it; look again, then move the case.", current)
    if sorted(order) != sorted(current):
        raise Invalid("The new order must name every case of the agenda exactly once.")
    place = {case_id: position for position, case_id in enumerate(order, start=1)}
    for case in cases:
        case.position = place[case.id]
    audit.record(session, by, "case.ordered", f"meeting:{meeting.id}", detail={"order": list(order)}, now=now)
    after_commit(session, AgendaChanged(meeting.id))


def open_meeting(session: Session, *, by: Actor, meeting_id: str, now: datetime) -> Meeting:
    """The meeting begins. The live room writes its event beside this, in the same transaction."""
    meeting = _meeting(session, by, "meeting.open", meeting_id)
    progress.require_meeting_move(meeting.status, progress.OPEN)
    meeting.status = progress.OPEN
    audit.record(session, by, "meeting.opened", f"meeting:{meeting.id}", now=now)
    after_commit(session, AgendaChanged(meeting.id))
    return meeting


def close_meeting(session: Session, *, by: Actor, meeting_id: str, now: datetime) -> Meeting:
    """The meeting ends; nothing more can be listed or ordered, no case is live, and what it did not come to goes on."""
    meeting = _meeting(session, by, "meeting.close", meeting_id)
    progress.require_meeting_move(meeting.status, progress.CLOSED)
    _leave_live_cases(session, by, meeting.id, now)
    for case in carrying.over(session, by=by, meeting=meeting, now=now):
        move_case(session, by, case, states.DEFERRED)
    meeting.status = progress.CLOSED
    audit.record(session, by, "meeting.closed", f"meeting:{meeting.id}", now=now)
    after_commit(session, AgendaChanged(meeting.id))
    return meeting


def open_case(session: Session, *, by: Actor, case_id: str, now: datetime, presenting: bool = False) -> Case:
    """Make this the one case being discussed. Who presents may do so too, which only the live room knows."""
    case = _case(session, by, "presenter.take" if presenting else "case.open", case_id)
    if case.meeting.status != progress.OPEN:
        raise Invalid(f"The meeting is {case.meeting.status}; a case can be opened only while it is open.")
    if case.stream == streams.STANDARD:
        raise Invalid("This case is on a standard of care and is not discussed. Promote it to full discussion first.")
    if case.status != states.LIVE:
        states.require_move(case.status, states.LIVE)
        _leave_live_cases(session, by, case.meeting_id, now)
        move_case(session, by, case, states.LIVE)
        case.live_since = now
        imaging_then.note(session, [case], imaging_then.DISCUSSION, now)
    audit.record(
        session,
        by,
        "case.opened",
        f"case:{case.id}",
        patient_id=case.patient_id,
        detail={"meeting": case.meeting_id},
        now=now,
    )
    after_commit(session, AgendaChanged(case.meeting_id))
    return case


def move_case(session: Session, by: Actor, case: Case, to: str) -> None:
    """The one way a case changes its status. Refuses what the table of states does not allow, or not to this person.

    The caller holds the meeting's row lock and writes its own audit entry, which says why.
    """
    states.require_move(case.status, to)
    acts = states.acts_for(case.status, to)
    if not any(permissions.may(by, act, case.meeting.team_id) for act in acts):
        permissions.require(by, acts[0], case.meeting.team_id)
    case.status = to
    after_commit(session, AgendaChanged(case.meeting_id))


def reach(session: Session, by: Actor, case: Case, result: str) -> None:
    """How far the case's outcome has come (told by the outcome chapter, which writes the audit).

    A case that is being discussed stays so until the meeting moves on.
    """
    case.reached = "" if result == states.DISCUSSED else result
    if case.status not in (states.LIVE, result):
        move_case(session, by, case, result)
    after_commit(session, AgendaChanged(case.meeting_id))


def _leave_live_cases(session: Session, by: Actor, meeting_id: str, now: datetime) -> None:
    """The meeting moves on: how long each was discussed is added up, in seconds."""
    for case in session.scalars(select(Case).where(Case.meeting_id == meeting_id, Case.status == states.LIVE)):
        move_case(session, by, case, states.when_left(case.reached))
        if case.live_since is not None:
            case.discussed_seconds += max(0, round((now - case.live_since).total_seconds()))
            case.live_since = None
    session.flush()


def _meeting(session: Session, by: Actor, act: str, meeting_id: str) -> Meeting:
    """The meeting, locked so that two people do not change it at once; outsiders are told it is not there."""
    meeting = session.get(Meeting, meeting_id, with_for_update=True, populate_existing=True)
    if meeting is None:
        raise NotFound(NO_SUCH_MEETING)
    permissions.require(by, act, meeting.team_id)
    return meeting


def _case(session: Session, by: Actor, act: str, case_id: str) -> Case:
    case = session.get(Case, case_id)
    if case is None:
        raise NotFound(NO_SUCH_CASE)
    _meeting(session, by, act, case.meeting_id)
    return case
