"""The rooms this process has open, who is in them, and how somebody is shown out."""

from contextlib import suppress
from time import monotonic

import gevent
import structlog
from gevent.lock import RLock
from sqlalchemy.exc import OperationalError

from mdt.core.clock import utc_now
from mdt.core.db import Database
from mdt.live import actions, desk, queries
from mdt.live.fields import Json
from mdt.sockets.open_room import OpenRoom
from mdt.sockets.packets import packet
from mdt.sockets.participant import Participant
from mdt.sockets.standing import Standing

SIGNED_OUT = "Your sign-in has ended. Sign in again to come back."
NO_MEMBER = "You are no longer a member of this team."
SHOWN_OUT = "You are no longer admitted to this meeting."
LOST_FOR = 600.0  # seconds somebody whose line broke is told as lost
RELOADED_WITHIN = 15.0  # seconds
TABS_MOST = 250  # in one room of one process
KEPT_EMPTY_FOR = 60.0  # seconds; the presenter's reload finds the view again
HEARD_FOR = 15.0  # seconds after which another process's roster is forgotten
_HANG_UP_AFTER = 3.0  # seconds a tab has to take its goodbye

log = structlog.get_logger("mdt.sockets")


class Rooms:
    def __init__(self, db: Database, standing: Standing) -> None:
        self._db, self._standing = db, standing
        self._opening = RLock()
        self.open: dict[str, OpenRoom] = {}
        self.participants: dict[str, Participant] = {}  # by sid, also before their hello

    def of(self, meeting_id: str) -> OpenRoom:
        """The room of a meeting, opened if this process had it not yet."""
        with self._opening:
            if meeting_id not in self.open:
                self.open[meeting_id] = OpenRoom(self._db, meeting_id, self.cut)
            return self.open[meeting_id]

    def cut(self, who: Participant, code: str, message: str) -> None:
        """Say why, and end the connection."""
        log.info("live.cut", meeting=who.meeting_id, person=who.person_id, code=code)
        self.gone(who)
        who.line.keep(packet("cut", {"code": code, "message": message}))
        who.line.close()
        gevent.spawn_later(_HANG_UP_AFTER, who.line.hang_up)

    def gone(self, who: Participant, *, lost: bool = False) -> None:
        """The connection is over, whoever ended it. Saying so twice does no harm."""
        self.participants.pop(who.sid, None)
        if room := self.open.get(who.meeting_id):
            room.leave(who, lost=lost)
        if attendance := who.attendance:
            who.attendance = None
            gevent.spawn(self._write_departure, attendance)

    def cut_person(self, person_id: str) -> None:
        """Every tab of somebody whose sessions have ended."""
        self._standing.forget(person_id)
        for who in list(self.participants.values()):
            if who.person_id == person_id:
                self.cut(who, "signed-out", SIGNED_OUT)

    def cut_session(self, session_id: str) -> None:
        """The tabs of one sign-in, and no others of that person."""
        self._standing.forget_session(session_id)
        for who in list(self.participants.values()):
            if who.session_id == session_id:
                self.cut(who, "signed-out", SIGNED_OUT)

    def show_out(self, meeting_id: str, person_id: str) -> None:
        """A guest who must leave this meeting, at once."""
        self._standing.forget(person_id)
        for who in list(self.participants.values()):
            if (who.meeting_id, who.person_id) == (meeting_id, person_id) and who.is_guest:
                self.cut(who, "forbidden", SHOWN_OUT)

    def now_is(self, who: Participant, role: str) -> None:
        """Their role in the team, as of now."""
        if who.role != role:
            who.role = role
            if room := self.open.get(who.meeting_id):
                room.roster_changed = True

    def company(self, room: OpenRoom) -> Json:
        """Everybody in the room, as far as this process knows: its own tabs, what others told, whose line broke."""
        self.forget_silent(room)
        people = self.own_roster(room) + [person for _, people in room.elsewhere.values() for person in people]
        here = {person["person"] for person in people if "lost" not in person}
        people = [{**person, "hand": room.hands.since(person["person"])} for person in people]
        return {
            "people": [person for person in people if "lost" not in person],
            "lost": [person for person in people if "lost" in person and person["person"] not in here],
            "word": room.hands.word,
        }

    def forget_silent(self, room: OpenRoom) -> None:
        """A process that has told nothing for long is no more; who was there is told to the others as gone."""
        now = monotonic()
        heard = {name: told for name, told in room.elsewhere.items() if now - told[0] < HEARD_FOR}
        room.roster_changed |= len(heard) < len(room.elsewhere)
        room.elsewhere = heard

    def own_roster(self, room: OpenRoom) -> list[Json]:
        """This process's tabs, and after them those whose line to it broke."""
        return [who.as_person() for who in room.company] + [told for _, told in room.lost.values() if told]

    def heard_roster(self, room: OpenRoom, process: str, people: list[Json]) -> None:
        before = room.elsewhere.get(process)
        room.elsewhere[process] = (monotonic(), people)
        if before is None or before[1] != people:
            room.tell_company(self.company(room))

    def lay_desk(self, room: OpenRoom) -> None:
        """Ask how quorum, clock, call and lobby stand, and tell those whose view of them that changes."""
        room.desk_is_stale = False
        with self._db.reading() as session:
            laid = desk.desk(session, room.meeting_id, queries.database_now(session))
        room.tell_desk(laid)

    def close_empty(self) -> None:
        for meeting_id, room in list(self.open.items()):
            room.forget_lost(LOST_FOR, RELOADED_WITHIN)
            if not room.tabs and monotonic() - room.empty_since > KEPT_EMPTY_FOR:
                del self.open[meeting_id]

    def _write_departure(self, attendance: str) -> None:
        with suppress(OperationalError), self._db.writing() as session:  # if not now, a sweep ends it soon
            actions.leave(session, attendance_id=attendance, now=utc_now())
