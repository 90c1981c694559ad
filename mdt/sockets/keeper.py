"""What must happen by itself: heads, leases that run out, people who may no longer be here, tabs that say nothing."""

from collections.abc import Callable, Hashable
from time import monotonic
from typing import Any

import gevent
import structlog

from mdt.core.clock import utc_now
from mdt.core.db import Database
from mdt.live import actions, queries, recording
from mdt.live.refusals import RoomClosed
from mdt.live.view import Shown
from mdt.meeting import guests
from mdt.people.queries import ended_among, roles_now, session_versions
from mdt.sockets.open_room import OpenRoom
from mdt.sockets.packets import NAMESPACE
from mdt.sockets.pager import Pager
from mdt.sockets.rooms import NO_MEMBER, SHOWN_OUT, Rooms
from mdt.sockets.standing import Standing

TICK = 1.0
_REVOKED_EVERY = 0.5  # seconds; who is removed is out within one
_FLUSH_EVERY = 0.05  # how soon a slow tab that is ready again gets the newest view
_ATTENDANCE_EVERY, _ROSTER_EVERY, _DESK_EVERY, _WRITTEN_EVERY, _CALENDAR_EVERY = 10, 5, 10, 3, 10  # ticks
_HELLO_WITHIN = 10.0  # seconds a connection may say nothing

log = structlog.get_logger("mdt.sockets")


class Keeper:
    def __init__(self, db: Database, rooms: Rooms, standing: Standing, pager: Pager, server: Any) -> None:
        self._db, self._rooms, self._standing, self._pager, self._server = db, rooms, standing, pager, server
        self._silent_since: dict[str, float] = {}
        self._ticks = 0
        self._revoked_at: Hashable = None

    def start(self) -> None:
        gevent.spawn(self._every, TICK, self.tick)
        gevent.spawn(self._every, _FLUSH_EVERY, self.flush)
        gevent.spawn(self._every, _REVOKED_EVERY, self.cut_the_newly_revoked)

    def tick(self) -> None:
        """Each part fails on its own: a database that is away must not stop the others."""
        self._ticks += 1
        parts: list[Callable[[], None]] = [
            self.check_heads,
            self.end_leases,
            self.tell,
            self.lay_desks,
            self.hang_up_on_the_silent,
        ]
        if self._ticks % _ATTENDANCE_EVERY == 0:
            parts.insert(0, self.note_attendance)  # before anybody is told who is missing
        if self._ticks % _WRITTEN_EVERY == 0:
            parts.append(self.write_views)
        if self._ticks % _CALENDAR_EVERY == 0:
            parts.append(self.cut_the_revoked)
        if self._ticks % _ATTENDANCE_EVERY == 0:
            parts += [self._rooms.close_empty, self._standing.forget_old]
        for part in parts:
            try:
                part()
            except Exception:
                log.exception("live.tick-failed", part=part.__name__)

    def check_heads(self) -> None:
        rooms = self._rooms.open
        if not rooms:
            return
        with self._db.reading() as session:
            heads = queries.heads(session, list(rooms))
        for meeting_id, (epoch, head) in heads.items():
            if room := rooms.get(meeting_id):
                room.check(epoch, head)

    def end_leases(self) -> None:
        if not self._rooms.open:
            return
        with self._db.reading() as session:
            expired = queries.expired_leases(session, queries.database_now(session))
        for meeting_id in expired:
            with self._db.writing() as session:
                actions.end_expired_lease(session, meeting_id=meeting_id, now=queries.database_now(session))

    def tell(self) -> None:
        for room in list(self._rooms.open.values()):
            room.tell_head()
            self._page_view(room)
            self._rooms.forget_silent(room)
            if room.roster_changed:
                room.tell_company(self._rooms.company(room))
                self._page_roster(room)
            elif self._ticks % _ROSTER_EVERY == 0 and room.tabs:
                self._page_roster(room)

    def lay_desks(self) -> None:
        """Quorum, clock, call and lobby: when something may have changed them, and every so often by themselves."""
        for room in list(self._rooms.open.values()):
            room.recorder.rest()
            if room.tabs and (room.desk_is_stale or self._ticks % _DESK_EVERY == 0):
                self._rooms.lay_desk(room)

    def write_views(self) -> None:
        """What was shown lately, in one transaction for all rooms."""
        shown = {meeting_id: room.recorder.drain() for meeting_id, room in self._rooms.open.items()}
        shown = {meeting_id: samples for meeting_id, samples in shown.items() if samples}
        if not shown:
            return
        try:
            with self._db.writing() as session:
                for meeting_id, samples in shown.items():
                    recording.keep(session, meeting_id, samples)
        except Exception:
            for meeting_id, samples in shown.items():
                if room := self._rooms.open.get(meeting_id):
                    room.recorder.put_back(samples)
            raise

    def cut_the_newly_revoked(self) -> None:
        """As soon as anything was written anywhere; the tick asks too, for what ends by the calendar."""
        try:
            version = self._db.version()
            if version != self._revoked_at:
                self.cut_the_revoked()
                self._revoked_at = version
        except Exception:
            log.exception("live.tick-failed", part="cut_the_newly_revoked")

    def cut_the_revoked(self) -> None:
        """Whose session has ended, or who left the team, in another process or by the calendar."""
        tabs = list(self._rooms.participants.values())
        if not tabs:
            return
        with self._db.reading() as session:
            versions = session_versions(session, {who.person_id for who in tabs})
            ended = ended_among(session, {who.session_id for who in tabs if who.session_id})
            roles = roles_now(session, {who.team_id for who in tabs}, utc_now())
            visits = guests.roles_now(session, {who.meeting_id for who in tabs})
        for who in tabs:
            role = roles.get((who.team_id, who.person_id)) or visits.get((who.meeting_id, who.person_id))
            if versions.get(who.person_id) != who.session_version:
                self._rooms.cut_person(who.person_id)
            elif who.session_id in ended:
                self._rooms.cut_session(who.session_id or "")
            elif role is None:
                self._rooms.cut(who, "forbidden", SHOWN_OUT if who.is_guest else NO_MEMBER)
            else:
                self._rooms.now_is(who, role)

    def note_attendance(self) -> None:
        if not any(who.attendance for who in self._rooms.participants.values()):
            return
        with self._db.writing() as session:
            # Asked for now that nobody else writes: whose departure is written already is not among them.
            here = [who.attendance for who in self._rooms.participants.values() if who.attendance]
            actions.still_there(session, attendance_ids=here, now=queries.database_now(session))

    def hang_up_on_the_silent(self) -> None:
        """A connection that has not said hello holds memory for nobody."""
        now = monotonic()
        spoken = {
            self._server.manager.eio_sid_from_sid(who.sid, NAMESPACE)
            for who in self._rooms.participants.values()
            if who.is_in
        }
        silent = [sid for sid in list(self._server.eio.sockets) if sid not in spoken]
        self._silent_since = {sid: self._silent_since.get(sid, now) for sid in silent}
        for sid, since in self._silent_since.items():
            environ = self._server.environ.get(sid)
            if now - since > _HELLO_WITHIN and environ and "mdt.websocket" in environ:
                environ["mdt.websocket"].hang_up()

    def flush(self) -> None:
        for room in list(self._rooms.open.values()):
            if room.is_slow_for_somebody:
                room.flush()

    def agenda_changed(self, meeting_id: str) -> None:
        """A page changed the agenda: the room is told by an event of its own."""
        try:
            with self._db.writing() as session:
                actions.tell_agenda_changed(session, meeting_id=meeting_id, now=queries.database_now(session))
        except RoomClosed:
            pass  # its log is frozen; pages show the change
        except Exception:
            log.exception("live.agenda-not-told", meeting=meeting_id)

    def heard(self, process: str, meeting_id: str, what: str, body: Any) -> None:
        """Another process pages."""
        if what == "signed-out":
            return self._rooms.cut_person(body)
        if what == "shown-out":
            return self._rooms.show_out(meeting_id, body)
        room = self._rooms.open.get(meeting_id)
        if room is None:
            return
        match what:
            case "head":
                room.catch_up()
            case "view":
                room.show_view(Shown(**body))
            case "pointer":
                room.point(**body)
            case "drawing":
                room.draw(**body)
            case "hands":
                room.roster_changed |= room.hands.hear(body)
            case "desk":
                room.desk_is_stale = True
            case "roster":
                self._rooms.heard_roster(room, process, body)

    def _page_roster(self, room: OpenRoom) -> None:
        self._pager.publish(room.meeting_id, "roster", self._rooms.own_roster(room))
        self._pager.publish(room.meeting_id, "hands", room.hands.told())

    def _page_view(self, room: OpenRoom) -> None:
        """Again what whoever presents here shows: followers of another process may have lost the last of it."""
        if room.view is not None and any(who.client == room.view.by for who in room.tabs):
            self._pager.publish(room.meeting_id, "view", room.view.as_json())

    @staticmethod
    def _every(seconds: float, act: Callable[[], None]) -> None:
        while True:
            gevent.sleep(seconds)
            act()
