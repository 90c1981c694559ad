"""Keep what happens in a room: one order, one event for each op, written before anybody is told."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from mdt.core import audit
from mdt.core.actor import Actor, system
from mdt.core.announce import after_commit
from mdt.core.db import new_id
from mdt.core.errors import Invalid, NotFound
from mdt.live import kinds, lease, queries, room
from mdt.live.announcements import EventKept
from mdt.live.handlers import OWN_KINDS
from mdt.live.kinds import Asked
from mdt.live.models import Attendance, Event, Lease, Snapshot
from mdt.live.protocol import tidy_body
from mdt.live.refusals import NotPresenting, RoomClosed
from mdt.live.room import State
from mdt.meeting import guests, progress
from mdt.meeting.models import Meeting
from mdt.meeting.queries import NO_SUCH_MEETING, sees

SNAPSHOT_EVERY = 25  # events; also how many are folded, at most, to know the room before an op

LEASE_KEEPER = system("lease")


@dataclass(frozen=True)
class Kept:
    """`fresh` is False when this op had been kept before; `event` is as the wire has it."""

    seq: int
    fresh: bool
    event: room.Event


def keep(
    session: Session,
    *,
    by: Actor,
    meeting_id: str,
    op: str,
    kind: str,
    body: dict[str, Any],
    now: datetime,
    client: str | None = None,
) -> Kept:
    """Decide one op and write its event with the meeting's next seq; the same op again is the same event.

    The row lock on the meeting is the only order there is. Raises Invalid (RoomClosed), Forbidden (NotPresenting),
    NotFound or Stale, and then nothing is written.
    """
    meeting = _locked(session, by, meeting_id)
    by = guests.inside(by, meeting.id, meeting.team_id)
    earlier = session.scalar(select(Event).where(Event.meeting_id == meeting_id, Event.op == op))
    if earlier is not None:
        if (earlier.by_id, earlier.kind) != (by.person_id, kind):
            raise Invalid("This message carries the number of another one.")
        return Kept(earlier.seq, False, queries.as_json(earlier))

    _require_open(meeting, kind)
    _, state = queries.state_now(session, meeting_id)
    handler = OWN_KINDS.get(kind) or kinds.handler_of(kind)
    decision = handler(Asked(session, meeting, state, op, body, by, client, now))

    session.flush()
    event = Event(
        meeting_id=meeting_id,
        seq=meeting.seq + 1,
        op=op,
        kind=kind,
        case_id=decision.case,
        by_id=by.person_id,
        by_name=by.name,
        at=now,
        body=tidy_body(decision.body),
    )
    meeting.seq = event.seq
    session.add(event)
    written = queries.as_json(event)
    if event.seq % SNAPSHOT_EVERY == 0:
        _take_snapshot(session, meeting_id, event.seq, room.apply(state, written))
    audit.record(
        session,
        by,
        f"live.{kind}",
        f"meeting:{meeting_id}",
        patient_id=decision.patient,
        detail={"seq": event.seq, "op": op, "case": decision.case, **decision.noted},
        now=now,
    )
    after_commit(session, EventKept(meeting_id, meeting.epoch, written))
    return Kept(event.seq, True, written)


def renew_lease(session: Session, *, by: Actor, meeting_id: str, client: str, term: int, now: datetime) -> lease.Held:
    """The presenter is still there. Not audited: it says nothing that the take before it did not."""
    _locked(session, by, meeting_id)
    held = queries.held_lease(session, meeting_id)
    if held.person != by.person_id:
        raise NotPresenting("You are no longer presenting.")
    renewed = lease.renew(held, client, term, now)
    session.execute(update(Lease).where(Lease.meeting_id == meeting_id).values(expires_at=renewed.expires))
    return renewed


def note_refused_view(session: Session, *, by: Actor, meeting_id: str, client: str, term: int, now: datetime) -> None:
    """Somebody who does not present sent a view as if they did; nobody was shown it."""
    detail = {"client": client, "term": term}
    audit.record(session, by, "live.view-refused", f"meeting:{meeting_id}", detail=detail, now=now)


def end_expired_lease(session: Session, *, meeting_id: str, now: datetime) -> None:
    """The presenter is gone: write it down, once, however many processes notice."""
    held = queries.held_lease(session, meeting_id)
    if held.client is None or held.is_live(now):
        return
    op = f"lease-{held.term}-ended"
    keep(session, by=LEASE_KEEPER, meeting_id=meeting_id, op=op, kind="presenter.release", body={}, now=now)


def tell_agenda_changed(session: Session, *, meeting_id: str, now: datetime) -> None:
    """The agenda changed on a page; whoever is in the room fetches it again."""
    op = f"agenda-{new_id()}"
    keep(session, by=system("agenda"), meeting_id=meeting_id, op=op, kind="agenda.change", body={}, now=now)


def arrive(session: Session, *, by: Actor, meeting_id: str, client: str, now: datetime) -> str:
    """Somebody joins the meeting with a tab; the attendance's id ends it later."""
    meeting = _locked(session, by, meeting_id)
    there = Attendance(meeting_id=meeting.id, person_id=by.person_id or "", client=client, joined_at=now, seen_at=now)
    session.add(there)
    session.flush()
    audit.record(session, by, "live.joined", f"meeting:{meeting_id}", detail={"client": client}, now=now)
    return there.id


def leave(session: Session, *, attendance_id: str, now: datetime) -> None:
    session.execute(update(Attendance).where(Attendance.id == attendance_id).values(seen_at=now, left_at=now))


def still_there(session: Session, *, attendance_ids: list[str], now: datetime) -> None:
    """These are connected, even if another process took them for lost while theirs stood still; and whoever no process
    has seen for long left when they were last seen.
    """
    seen = update(Attendance).where(Attendance.id.in_(attendance_ids))
    session.execute(seen.values(seen_at=now, left_at=None))
    lost = update(Attendance).where(Attendance.left_at.is_(None), Attendance.seen_at <= now - queries.PRESENT_FOR)
    session.execute(lost.values(left_at=Attendance.seen_at))


def _locked(session: Session, by: Actor, meeting_id: str) -> Meeting:
    """The meeting, its row locked until the end of the transaction; outsiders are told that there is none."""
    meeting = session.get(Meeting, meeting_id, with_for_update=True, populate_existing=True)
    if meeting is None or not sees(by, meeting):
        raise NotFound(NO_SUCH_MEETING)
    return meeting


def _require_open(meeting: Meeting, kind: str) -> None:
    if meeting.status == progress.CLOSED:
        raise RoomClosed("The meeting is closed; nothing more is kept.")
    if meeting.status == progress.PLANNED and not kinds.is_kept_before_opening(kind):
        raise RoomClosed("The meeting has not been opened yet.")


def _take_snapshot(session: Session, meeting_id: str, seq: int, state: State) -> None:
    session.merge(Snapshot(meeting_id=meeting_id, seq=seq, state=state))
