"""Put the live room beside the pages: one Socket.IO server in the same process, and what keeps it alive."""

from contextlib import suppress
from typing import Any

from flask import Flask
from flask_socketio import SocketIO

from mdt.bootstrap import House
from mdt.core.db import Database
from mdt.live.announcements import EventKept
from mdt.meeting.announcements import AgendaChanged, GuestsChanged, MeetingArranged
from mdt.meeting.guests import ENDED
from mdt.people.announcements import SessionEnded, SessionsEnded
from mdt.sockets.engine import build_engine
from mdt.sockets.keeper import Keeper
from mdt.sockets.live import Live
from mdt.sockets.pager import Pager, RedisPager
from mdt.sockets.rooms import Rooms
from mdt.sockets.standing import Standing


class LiveServer:
    """Everything of the live room in this process."""

    def __init__(self, app: Flask, house: House, origins: list[str]) -> None:
        db, redis_url = house.db, house.settings.redis_url
        self.engine: SocketIO = build_engine(app, origins)
        self.standing = Standing(db)
        self.rooms = Rooms(db, self.standing)
        self.pager: Pager = RedisPager(redis_url) if redis_url else Pager()
        self.keeper = Keeper(db, self.rooms, self.standing, self.pager, self.engine.server)
        self.engine.on_namespace(Live(db, self.rooms, self.standing, self.pager))
        self._listen(db)

    def _listen(self, db: Database) -> None:
        db.announcer.listen(EventKept, self._event_kept)
        db.announcer.listen(AgendaChanged, lambda news: self.keeper.agenda_changed(news.meeting_id))
        db.announcer.listen(SessionsEnded, self._sessions_ended)
        db.announcer.listen(SessionEnded, lambda news: self.rooms.cut_session(news.session_id))
        db.announcer.listen(GuestsChanged, self._guests_changed)
        db.announcer.listen(MeetingArranged, lambda news: self._lay_desk_again(news.meeting_id))

    def start(self) -> None:
        self.pager.listen(self.keeper.heard)
        self.keeper.start()

    def say_goodbye(self) -> None:
        """The server is stopping: what was shown is written, and every tab is told to come back in a moment."""
        with suppress(Exception):
            self.keeper.write_views()
        for who in list(self.rooms.participants.values()):
            self.rooms.cut(who, "restart", "The server is restarting; joining again.")

    def _event_kept(self, news: EventKept) -> None:
        if room := self.rooms.open.get(news.meeting_id):
            room.told(news.event)
        self.pager.publish(news.meeting_id, "head", news.event["seq"])

    def _guests_changed(self, news: GuestsChanged) -> None:
        """Whoever may open the door is told at once; whoever is shown out is out at once."""
        self.standing.forget(news.person_id)
        if news.state == ENDED:
            self.rooms.show_out(news.meeting_id, news.person_id)
            self.pager.publish(news.meeting_id, "shown-out", news.person_id)
        self._lay_desk_again(news.meeting_id)

    def _lay_desk_again(self, meeting_id: str) -> None:
        if room := self.rooms.open.get(meeting_id):
            room.desk_is_stale = True
        self.pager.publish(meeting_id, "desk", None)

    def _sessions_ended(self, news: SessionsEnded) -> Any:
        self.rooms.cut_person(news.person_id)
        self.pager.publish("", "signed-out", news.person_id)
