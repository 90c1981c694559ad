"""What the presenter showed, kept in samples beside the log, so that a past case can be looked at as it was."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mdt.core.actor import Actor
from mdt.live import queries
from mdt.live.models import Event, ShownView
from mdt.live.presence import case_spans, who_was_there
from mdt.live.protocol import moment
from mdt.meeting import progress, states
from mdt.meeting import queries as meetings
from mdt.meeting.models import Case
from mdt.people import permissions

VIEWS_MOST = 20_000  # of one meeting: five and a half hours without a pause
_ALONE = ("meeting.open", "meeting.close", "presenter.take", "presenter.hand", "presenter.release")


@dataclass(frozen=True)
class Sample:
    """A view as it was shown after event `seq`."""

    term: int
    n: int
    at: datetime
    seq: int
    client: str
    by_name: str
    view: dict[str, Any]


def kept(session: Session, meeting_id: str) -> int:
    """How many are kept of a meeting."""
    return session.scalar(select(func.count()).where(ShownView.meeting_id == meeting_id)) or 0


def keep(session: Session, meeting_id: str, samples: Sequence[Sample]) -> None:
    """Write what was shown; a sample that is already there stays as it is. By the house itself, not a person."""
    terms = {one.term for one in samples}
    there = select(ShownView.term, ShownView.n).where(ShownView.meeting_id == meeting_id, ShownView.term.in_(terms))
    known = {(term, n) for term, n in session.execute(there)}
    session.add_all(
        ShownView(
            meeting_id=meeting_id,
            term=one.term,
            n=one.n,
            at=one.at,
            seq=one.seq,
            case_id=one.view["case"],
            client=one.client,
            by_name=one.by_name,
            view=one.view,
        )
        for one in samples
        if (one.term, one.n) not in known
    )


def may_replay(by: Actor, case: Case) -> bool:
    return permissions.may(by, "replay.see", case.meeting.team_id)


def of_case(session: Session, by: Actor, case_id: str, now: datetime) -> dict[str, Any]:
    """A case as the room had it, for a time line (docs/wire.md section 3): events, views, and when it was open."""
    case = meetings.case(session, by, case_id)
    permissions.require(by, "replay.see", case.meeting.team_id)
    log = select(Event).where(
        Event.meeting_id == case.meeting_id, (Event.case_id == case.id) | Event.kind.in_((*_ALONE, "case.open"))
    )
    views = select(ShownView).where(ShownView.meeting_id == case.meeting_id, ShownView.case_id == case.id)
    spans = case_spans(session, case.meeting_id, now).get(case.id, [])
    return {
        "case": case.id,
        "meeting": case.meeting_id,
        "live": case.meeting.status == progress.OPEN and case.status == states.LIVE,
        "spans": [[moment(start), moment(end)] for start, end in spans],
        "events": [queries.as_json(event) for event in session.scalars(log.order_by(Event.seq))],
        "people": [
            {"name": name, "spans": [[moment(start), moment(end)] for start, end in when]}
            for name, when in who_was_there(session, case.meeting_id, now)
        ],
        "views": [
            {
                "term": one.term,
                "n": one.n,
                "by": one.client,
                "name": one.by_name,
                "at": moment(one.at),
                "view": one.view,
            }
            for one in session.scalars(views.order_by(ShownView.at, ShownView.term, ShownView.n))
        ],
    }
