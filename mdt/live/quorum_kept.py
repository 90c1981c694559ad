"""The quorum of a decision: what waits for it, when the team's policy says so, and what is kept beside the outcome."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mdt.core.actor import Actor
from mdt.core.errors import Invalid, NotFound
from mdt.live.models import CaseQuorum
from mdt.live.presence import case_spans, quorum_at
from mdt.meeting import policies, progress, queries, quorum
from mdt.meeting.models import Meeting
from mdt.meeting.queries import NO_SUCH_MEETING


def discussed_at(session: Session, meeting_id: str, case_id: str, now: datetime) -> tuple[Meeting, datetime | None]:
    """The moment whose presence counts for a case: now, or when a meeting that is over last had it open."""
    meeting = session.get(Meeting, meeting_id)
    if meeting is None:
        raise NotFound(NO_SUCH_MEETING)
    if meeting.status == progress.OPEN:
        return meeting, now
    discussed = case_spans(session, meeting_id, now).get(case_id)
    return meeting, discussed[-1][1] if discussed else None


def require(session: Session, meeting: Meeting, act: str, at: datetime | None) -> None:
    """Refuse an act that the team's policy lets wait for a quorum. A policy that waits to open waits to sign too."""
    policy = policies.in_force(session, meeting.team_id, at) if at else None
    if at is None or policy is None or quorum.BLOCKS.index(policy.blocks) < quorum.BLOCKS.index(act):
        return
    found = quorum_at(session, meeting, policy, at)
    if found is not None and found.missing:
        lacks = " ".join(one.sentence for one in found.missing)
        raise Invalid(f"The team’s policy asks for a quorum before this. {lacks}")


def note(session: Session, meeting: Meeting, case_id: str, version: int, at: datetime | None) -> None:
    """Keep who was there and who lacked with the version of the outcome that was just signed."""
    found = quorum_at(session, meeting, policies.in_force(session, meeting.team_id, at), at) if at else None
    if at is None or found is None:
        return
    session.add(
        CaseQuorum(
            case_id=case_id,
            version=version,
            at=at,
            policy_id=found.policy.id,
            quorate=found.is_quorate,
            missing=[one.as_json() for one in found.missing],
            present=[{"person": one.person, "name": one.name, "specialty": one.specialty} for one in found.present],
        )
    )


def of_case(session: Session, by: Actor, case_id: str) -> dict[int, CaseQuorum]:
    """What the quorum was when each version of a case's outcome was signed."""
    case = queries.case(session, by, case_id)
    kept = session.scalars(select(CaseQuorum).where(CaseQuorum.case_id == case.id))
    return {one.version: one for one in kept}
