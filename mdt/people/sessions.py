"""A sign-in as a cookie carries it: who, under which session version, since when, and last seen when.

Plain data, so that every face (pages, sockets) reads it the same way. The cookie itself is signed by the face.
"""

from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Self

LASTS = timedelta(hours=12)  # a working day; then sign in again, however busy
IDLE = timedelta(minutes=60)  # longer than the longest case; shared workstations are left unattended
SEEN_EVERY = timedelta(minutes=1)  # how stale `seen` may get before the cookie is written again

_PERSON, _VERSION, _ISSUED, _SEEN, _SESSION = "person", "version", "issued", "seen", "session"


@dataclass(frozen=True)
class SignIn:
    """One person's open session. `session_version` must still be the person's own, and `session_id` not ended."""

    person_id: str
    session_version: int
    issued: datetime
    seen: datetime
    session_id: str | None = None

    @classmethod
    def read(cls, cookie: Mapping[str, Any]) -> Self | None:
        """What the (already verified) cookie says; None when nobody is signed in."""
        if _PERSON not in cookie:
            return None
        return cls(
            person_id=cookie[_PERSON],
            session_version=cookie[_VERSION],
            issued=datetime.fromtimestamp(cookie[_ISSUED], UTC),
            seen=datetime.fromtimestamp(cookie[_SEEN], UTC),
            session_id=cookie.get(_SESSION),
        )

    def write(self, cookie: MutableMapping[str, Any]) -> None:
        cookie[_PERSON], cookie[_VERSION] = self.person_id, self.session_version
        cookie[_ISSUED], cookie[_SEEN] = int(self.issued.timestamp()), int(self.seen.timestamp())
        if self.session_id is not None:
            cookie[_SESSION] = self.session_id

    def is_over(self, now: datetime) -> bool:
        """Whether it has lasted too long or been idle too long."""
        return self.left(now) < timedelta(0)

    def left(self, now: datetime) -> timedelta:
        """How long it lasts if nobody does anything from now on."""
        return min(self.issued + LASTS, self.seen + IDLE) - now
