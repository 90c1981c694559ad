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
    """`seen`: what whoever locks was shown, as the function of that name gives it."""
    meeting = queries.meeting(session, by, meeting_id)
    lacks = codes(standing.of_meeting(session, meeting, now))
    return actions.lock_list(session, by=by, meeting_id=meeting_id, seen=seen, also=lacks, now=now)


def seen(session: Session, *, by: Actor, meeting_id: str, now: datetime) -> list[str]:
    """All that is missing at this moment, as whoever reads it hands it to `lock`."""
    imaging = actions.lacking(session, by=by, meeting_id=meeting_id, now=now)
    more = codes(standing.of_meeting(session, queries.meeting(session, by, meeting_id), now))
    besides = {f"{case_id} {code}" for case_id, found in more.items() for code in found}
    return sorted(besides.union(*imaging.values()))


def codes(stands: Standing) -> dict[str, dict[str, str]]:
    """What is missing, by case ("" for the whole meeting): sentences by code."""
    found = {case_id: stands.lacks(case_id) for case_id in stands.cases} | {"": list(stands.people.lacks)}
    return {
        case_id: {lack.code: f"{lack.sentence} ({lack.owner})" for lack in lacks}
        for case_id, lacks in found.items()
        if lacks
    }
