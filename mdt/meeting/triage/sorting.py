"""Sort a case before its meeting, promote it to full discussion, ratify in one act what a standard of care answers."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from mdt.core import audit
from mdt.core.actor import Actor
from mdt.core.announce import after_commit
from mdt.core.errors import Invalid, NotFound, Stale
from mdt.meeting import progress, states
from mdt.meeting.actions import reach
from mdt.meeting.announcements import AgendaChanged
from mdt.meeting.models import Case, Meeting
from mdt.meeting.queries import NO_SUCH_CASE, NO_SUCH_MEETING
from mdt.meeting.triage import streams
from mdt.meeting.triage.models import Ratification, Standard, StandardVersion, Triage
from mdt.meeting.triage.queries import newest
from mdt.people import permissions


def sort(
    session: Session,
    *,
    by: Actor,
    case_id: str,
    seen: int,
    stream: str,
    kind: str = "",
    standard_version_id: str | None = None,
    missing: str = "",
    owner: str = "",
    needs: str = "",
    now: datetime,
) -> Triage:
    """Full discussion, standard of care or not ready. `seen`: the number of the sorting that was shown, 0 for none."""
    case = _case(session, by, "case.triage", case_id)
    if stream not in streams.STREAMS:
        raise Invalid("Select full discussion, standard of care or not ready.")
    last = newest(session, [case.id]).get(case.id)
    if (last.number if last else 0) != seen:
        raise Stale("Somebody sorted this case since you opened it; read what they decided, then sort it again.")
    triage = _next(case, last, by, stream, now)
    triage.kind = streams.kind(kind)
    triage.needs = streams.needs(needs)
    if stream == streams.STANDARD:
        triage.standard_version_id = _usable(session, case, standard_version_id or "").id
        triage.owner = streams.tidy(owner, streams.LONGEST_OWNER, "Who carries it out")
    if stream == streams.NOT_READY:
        say = "Say what is missing."
        triage.missing = streams.text(missing, streams.LONGEST_MISSING, say, "What is missing").rstrip(".")
        triage.owner = streams.text(owner, streams.LONGEST_OWNER, "Say who is to bring it.", "The owner").rstrip(".")
    return _keep(session, by, case, triage, now)


def promote(session: Session, *, by: Actor, case_id: str, reason: str, now: datetime) -> Triage:
    """From standard of care to full discussion: anybody of the team may, before or in the meeting, with a reason."""
    case = _case(session, by, "case.promote", case_id)
    if case.stream != streams.STANDARD:
        raise Invalid("This case is not on a standard of care, so there is nothing to promote it from.")
    last = newest(session, [case.id])[case.id]
    triage = _next(case, last, by, streams.FULL, now)
    triage.kind, triage.needs, triage.promoted = last.kind, list(last.needs), True
    triage.standard_version_id = last.standard_version_id
    say = "Say why this case needs a full discussion."
    triage.reason = streams.text(reason, streams.LONGEST_REASON, say, "The reason")
    return _keep(session, by, case, triage, now)


def ratify(session: Session, *, by: Actor, meeting_id: str, seen: Collection[str], now: datetime) -> list[Ratification]:
    """All that is on a standard of care, in one act of the chair in the meeting.

    `seen` is what the chair was shown, as `"<case> <version of the standard>"`; refused when it is not so any more.
    """
    meeting = session.get(Meeting, meeting_id, with_for_update=True, populate_existing=True)
    if meeting is None:
        raise NotFound(NO_SUCH_MEETING)
    permissions.require(by, "standard.ratify", meeting.team_id)
    if meeting.status != progress.OPEN:
        raise Invalid("Standards of care are ratified in the meeting: open it first.")
    waiting = to_ratify(session, meeting_id)
    if not waiting:
        raise Invalid("No case of this meeting waits to be ratified.")
    if set(seen) != {f"{case.id} {triage.standard_version_id}" for case, triage in waiting}:
        raise Stale("The cases on a standard of care are not those you were shown; read the list again, then ratify.")
    made = []
    for case, triage in waiting:
        version = _usable(session, case, triage.standard_version_id or "", newest_only=False)
        reach(session, by, case, states.DECIDED)
        made.append(
            Ratification(
                meeting_id=meeting.id,
                case_id=case.id,
                standard_version_id=version.id,
                by_id=by.person_id,
                by_name=by.name,
                at=now,
            )
        )
        session.add(made[-1])
        detail = {"meeting": meeting.id, "standard": version.standard_id, "version": version.number}
        audit.record(
            session, by, "case.ratified", f"case:{case.id}", patient_id=case.patient_id, detail=detail, now=now
        )
    session.flush()
    after_commit(session, AgendaChanged(meeting.id))
    return made


def to_ratify(session: Session, meeting_id: str) -> list[tuple[Case, Triage]]:
    """The cases on a standard of care that nobody ratified, in the order of the agenda, each with its sorting."""
    those = select(Case).where(
        Case.meeting_id == meeting_id, Case.stream == streams.STANDARD, Case.status.in_(states.BEFORE)
    )
    cases = session.scalars(those.options(joinedload(Case.meeting)).order_by(Case.position)).all()
    found = newest(session, [case.id for case in cases])
    return [(case, found[case.id]) for case in cases]


def _next(case: Case, last: Triage | None, by: Actor, stream: str, now: datetime) -> Triage:
    return Triage(
        case_id=case.id,
        number=(last.number if last else 0) + 1,
        stream=stream,
        kind="",
        needs=[],
        missing="",
        owner="",
        reason="",
        promoted=False,
        by_id=by.person_id,
        by_name=by.name,
        at=now,
    )


def _keep(session: Session, by: Actor, case: Case, triage: Triage, now: datetime) -> Triage:
    session.add(triage)
    case.stream, case.kind = triage.stream, triage.kind
    session.flush()
    act = "case.promoted" if triage.promoted else "case.triaged"
    detail = {"stream": triage.stream, "number": triage.number, "standard": triage.standard_version_id}
    audit.record(session, by, act, f"case:{case.id}", patient_id=case.patient_id, detail=detail, now=now)
    after_commit(session, AgendaChanged(case.meeting_id))
    return triage


def _case(session: Session, by: Actor, act: str, case_id: str) -> Case:
    """The case, its meeting locked; refused once it has been discussed or its meeting is closed."""
    case = session.get(Case, case_id)
    if case is None:
        raise NotFound(NO_SUCH_CASE)
    meeting = session.get(Meeting, case.meeting_id, with_for_update=True, populate_existing=True)
    assert meeting is not None
    permissions.require(by, act, meeting.team_id)
    session.refresh(case)
    if meeting.status == progress.CLOSED:
        raise Invalid("This meeting is closed; its cases are no longer sorted.")
    if case.status not in states.BEFORE:
        ratified = session.scalar(select(func.count()).where(Ratification.case_id == case.id))
        raise Invalid(
            "The chair has ratified the standard of care for this case. To discuss it, list it for a later meeting."
            if ratified
            else "This case has been discussed, so it is not sorted any more."
        )
    return case


def _usable(session: Session, case: Case, version_id: str, *, newest_only: bool = True) -> StandardVersion:
    """The version, unless its standard was withdrawn or a newer one is approved."""
    version = session.get(StandardVersion, version_id) if version_id else None
    standard = session.get(Standard, version.standard_id) if version else None
    if version is None or standard is None or standard.team_id != case.meeting.team_id:
        raise Invalid("Select the standard of care that answers the question.")
    if standard.withdrawn_at is not None:
        raise Invalid(f"“{version.called}” was withdrawn: {standard.withdrawn_why}. Sort its cases again.")
    last = session.scalar(select(func.max(StandardVersion.number)).where(StandardVersion.standard_id == standard.id))
    if newest_only and version.number != last:
        raise Invalid(f"“{version.called}” has a newer version; select that one.")
    return version
