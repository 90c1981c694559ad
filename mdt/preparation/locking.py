"""Lock a meeting's list knowing all that is missing: its imaging, and what `standing` says of everything else."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy.orm import Session

from mdt.core.actor import Actor
from mdt.meeting import actions, queries
from mdt.meeting.models import Meeting
from mdt.preparation import standing
from mdt.preparation.standing import Standing


def lock(session: Session, *, by: Actor, meeting_id: str, seen: Collection[str], now: datetime) -> Meeting:
    """`seen`: the codes of `codes` and of `meeting.actions.lacking` that whoever locks was shown."""
    meeting = queries.meeting(session, by, meeting_id)
    lacks = codes(standing.of_meeting(session, meeting, now))
    return actions.lock_list(session, by=by, meeting_id=meeting_id, seen=seen, also=lacks, now=now)


def codes(stands: Standing) -> dict[str, dict[str, str]]:
    """What is missing, by case ("" for the whole meeting): sentences by code."""
    found = {case_id: stands.lacks(case_id) for case_id in stands.cases} | {"": list(stands.people.lacks)}
    return {
        case_id: {lack.code: f"{lack.sentence} ({lack.owner})" for lack in lacks}
        for case_id, lacks in found.items()
        if lacks
    }
