"""Reading a live room, always for somebody who may see its meeting."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mdt.core.actor import Actor
from mdt.core.clock import utc_now
from mdt.core.errors import NotFound
from mdt.live import room
from mdt.live.lease import Held
from mdt.live.models import Attendance, Event, Lease, Snapshot
from mdt.live.protocol import moment
from mdt.live.room import State
from mdt.meeting.models import Meeting
from mdt.meeting.queries import NO_SUCH_MEETING, sees
from mdt.people.models import Person

TAIL_MOST = 500  # further behind than this, a snapshot is quicker
_MARKS = {"mark.put": "mark", "key.put": "key"}
PRESENT_FOR = timedelta(seconds=45)  # how long somebody counts as present after they were last seen


@dataclass(frozen=True)
class Joined:
    """What a joining tab needs: perhaps a snapshot `{seq, state}`, then the events after it up to `head`."""

    epoch: str
    head: int
    snapshot: dict[str, Any] | None
    tail: list[room.Event]
    presenter: dict[str, Any] | None

    def as_json(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in ("epoch", "head", "snapshot", "tail", "presenter")}


def join(session: Session, *, by: Actor, meeting_id: str, epoch: str | None, last: int, now: datetime) -> Joined:
    """The way from (`epoch`, `last`) to the head: a tail of events, or a snapshot and its tail."""
    meeting = visible_meeting(session, by, meeting_id)
    knows_this_history = epoch == meeting.epoch and 0 < last <= meeting.seq
    if knows_this_history and meeting.seq - last <= TAIL_MOST:
        snapshot, since = None, last
    else:
        snapshot = _snapshot(session, meeting_id)
        since = snapshot["seq"]
    tail = events_after(session, meeting_id, since)
    head = tail[-1]["seq"] if tail else since
    return Joined(meeting.epoch, head, snapshot, tail, _presenter(session, meeting_id, now))


def visible_meeting(session: Session, by: Actor, meeting_id: str) -> Meeting:
    """The meeting's row alone; outsiders are told that there is none."""
    meeting = session.get(Meeting, meeting_id)
    if meeting is None or not sees(by, meeting):
        raise NotFound(NO_SUCH_MEETING)
    return meeting


def state_now(session: Session, meeting_id: str) -> tuple[int, State]:
    """The room's seq and state: the last snapshot with its later events folded in."""
    snapshot = _snapshot(session, meeting_id)
    tail = events_after(session, meeting_id, snapshot["seq"])
    return (tail[-1]["seq"] if tail else snapshot["seq"]), room.fold(snapshot["state"], tail)


def events_after(session: Session, meeting_id: str, seq: int) -> list[room.Event]:
    """Events later than `seq`, in order, as the wire has them."""
    kept = select(Event).where(Event.meeting_id == meeting_id, Event.seq > seq).order_by(Event.seq)
    return [as_json(event) for event in session.scalars(kept)]


def as_json(event: Event) -> room.Event:
    return {
        "seq": event.seq,
        "op": event.op,
        "kind": event.kind,
        "case": event.case_id,
        "by": {"id": event.by_id, "name": event.by_name},
        "at": moment(event.at),
        "body": event.body,
    }


def heads(session: Session, meeting_ids: list[str]) -> dict[str, tuple[str, int]]:
    """(epoch, seq) of each meeting, in one question."""
    rows = session.execute(select(Meeting.id, Meeting.epoch, Meeting.seq).where(Meeting.id.in_(meeting_ids)))
    return {meeting_id: (epoch, seq) for meeting_id, epoch, seq in rows}


def series_marked(session: Session) -> set[str]:
    """SeriesInstanceUIDs with a mark or a key image of any meeting. For the house itself, not a person."""
    kept = select(Event.kind, Event.body).where(Event.kind.in_(_MARKS))
    return {body[_MARKS[kind]]["series"] for kind, body in session.execute(kept.execution_options(yield_per=1000))}


def held_lease(session: Session, meeting_id: str) -> Held:
    row = session.get(Lease, meeting_id, populate_existing=True)
    return Held() if row is None else Held(row.term, row.person_id, row.client, row.expires_at)


def expired_leases(session: Session, now: datetime) -> list[str]:
    """The meetings whose presenter is gone."""
    return list(session.scalars(select(Lease.meeting_id).where(Lease.client.is_not(None), Lease.expires_at <= now)))


def person_at(session: Session, meeting_id: str, client: str, now: datetime) -> str | None:
    """Who is in the meeting with this tab; None when nobody is."""
    there = select(Attendance.person_id).where(
        Attendance.meeting_id == meeting_id,
        Attendance.client == client,
        Attendance.left_at.is_(None),
        Attendance.seen_at > now - PRESENT_FOR,
    )
    return session.scalar(there.limit(1))


def database_now(session: Session) -> datetime:
    """The one clock that leases go by: the database server's; with SQLite that is this machine's."""
    if session.get_bind().dialect.name == "sqlite":
        return utc_now()
    at: datetime = session.scalar(select(func.clock_timestamp()))  # type: ignore[assignment]
    return at


def _presenter(session: Session, meeting_id: str, now: datetime) -> dict[str, Any] | None:
    held = held_lease(session, meeting_id)
    person = session.get(Person, held.person) if held.person else None
    if person is None or held.expires is None:
        return None
    left = max(0, round((held.expires - now).total_seconds(), 3))
    return {"person": person.id, "name": person.name, "client": held.client, "term": held.term, "expires_in": left}


def _snapshot(session: Session, meeting_id: str) -> dict[str, Any]:
    kept = session.get(Snapshot, meeting_id, populate_existing=True)
    if kept is None:
        return {"seq": 0, "state": room.EMPTY}
    return {"seq": kept.seq, "state": kept.state}
