"""One web process of the product without its sockets: everything of `mdt.sockets` that is not Flask or Engine.IO."""

from types import SimpleNamespace
from typing import Any

from mdt.core.announce import Announcer
from mdt.core.db import Database
from mdt.sockets.attach import LiveServer
from mdt.sockets.keeper import Keeper
from mdt.sockets.live import Live
from mdt.sockets.pager import Heard, Pager
from mdt.sockets.rooms import Rooms
from mdt.sockets.standing import Standing

_NO_ENGINE = SimpleNamespace(
    eio=SimpleNamespace(sockets={}), manager=SimpleNamespace(eio_sid_from_sid=lambda sid, _: sid), environ={}
)


_opened: dict[tuple[str, str], Database] = {}


def opened(name: str, url: str) -> Database:
    """The database of the process of this name, without listeners. What SQLAlchemy once compiled it need not again."""
    if (name, url) not in _opened:
        _opened[name, url] = Database(url)
    db = _opened[name, url]
    db.announcer = Announcer()
    return db


class Process(LiveServer):
    """Its rooms, its keeper (whose ticks the story gives) and its namespace; `die` as kill -9 would have it."""

    def __init__(self, url: str, pager: "HeldPager") -> None:
        self.db, self.pager = opened(pager.name, url), pager
        self.standing = Standing(self.db)
        self.rooms = Rooms(self.db, self.standing)
        self.keeper = Keeper(self.db, self.rooms, self.standing, pager, _NO_ENGINE)
        self.live = Live(self.db, self.rooms, self.standing, pager)
        self._listen(self.db)
        pager.listen(self.keeper.heard)

    def die(self) -> None:
        self.rooms.participants.clear()
        self.db.close()


class HeldPager(Pager):
    """Pages that lie with the story until it delivers them, in whatever order, or loses them."""

    def __init__(self, name: str, under_way: list[tuple[str, tuple[str, str, Any]]]) -> None:
        self.name, self._under_way = name, under_way
        self._heard: Heard | None = None

    def publish(self, meeting_id: str, what: str, body: Any) -> None:
        self._under_way.append((self.name, (meeting_id, what, body)))

    def listen(self, heard: Heard) -> None:
        self._heard = heard

    def hear(self, process: str, page: tuple[str, str, Any]) -> None:
        if self._heard is not None and process != self.name:
            self._heard(process, *page)
