"""Tell others what happened, but only after it is committed."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from sqlalchemy.orm import Session

Listener = Callable[[Any], None]

_WAITING = "mdt.announcements"


class Announcer:
    """Keeps listeners by the type of what is announced."""

    def __init__(self) -> None:
        self._listeners: dict[type, list[Listener]] = defaultdict(list)

    def listen(self, kind: type, listener: Listener) -> None:
        self._listeners[kind].append(listener)

    def deliver(self, session: Session) -> None:
        """Called by `Database` once the transaction is durable."""
        for happened in session.info.pop(_WAITING, []):
            for listener in self._listeners[type(happened)]:
                listener(happened)


def after_commit(session: Session, happened: Any) -> None:
    """Queue `happened` for delivery when this transaction commits; a rollback forgets it."""
    session.info.setdefault(_WAITING, []).append(happened)
