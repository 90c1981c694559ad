"""Who somebody is now, asked of the database again and again, at most a second old."""

from time import monotonic

from mdt.core.actor import Actor
from mdt.core.clock import utc_now
from mdt.core.db import Database
from mdt.meeting import guests
from mdt.people.queries import actor_for

FRESH_FOR = 1.0  # seconds


class Standing:
    """A short memory in front of `actor_for`, so that thirty views a second ask once."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._known: dict[tuple[str, int, str | None], tuple[float, Actor | None]] = {}

    def actor(self, person_id: str, session_version: int, session_id: str | None) -> Actor | None:
        """The person with today's roles; None when this session of theirs has ended."""
        key, now = (person_id, session_version, session_id), monotonic()
        asked_at, actor = self._known.get(key, (0.0, None))
        if now - asked_at >= FRESH_FOR:
            with self._db.reading() as session:
                actor = actor_for(session, person_id, session_version, utc_now(), session_id)
                actor = actor and guests.with_visits(session, actor)
            self._known[key] = (now, actor)
        return actor

    def forget(self, person_id: str) -> None:
        for key in [key for key in self._known if key[0] == person_id]:
            del self._known[key]

    def forget_session(self, session_id: str) -> None:
        for key in [key for key in self._known if key[2] == session_id]:
            del self._known[key]

    def forget_old(self) -> None:
        """So that the memory holds nobody who has long left."""
        stale = monotonic() - 10 * FRESH_FOR
        for key in [key for key, (asked_at, _) in self._known.items() if asked_at < stale]:
            del self._known[key]
