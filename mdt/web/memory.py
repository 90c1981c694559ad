"""What was found of who may see what, for as long as nothing was written (ADR 12): a viewer asks by the hundred.

The stamp of what is remembered is the version of the whole database and the day: a single commit by whatever process
ends it, and so does midnight, with which memberships end. What else ends by time alone (a token, a session) is asked
of the clock by whoever remembers it.
"""

from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, TypeVar, cast

from flask import Flask, current_app, g

from mdt.core.clock import in_london, utc_now
from mdt.core.db import Database

T = TypeVar("T")

MOST = 20_000


class Memory:
    """Facts by their key, all of them found under one stamp."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._stamp: Hashable = None
        self._facts: dict[Hashable, Any] = {}
        self._lock = Lock()

    def recall(self, stamp: Hashable, key: Hashable, find: Callable[[], T]) -> T:
        """The fact, found anew under another stamp; what `find` raises is not remembered."""
        with self._lock:
            if stamp != self._stamp:
                self._facts.clear()
                self._stamp = stamp
            elif key in self._facts:
                return cast(T, self._facts[key])
        found = find()
        with self._lock:
            if stamp == self._stamp and len(self._facts) < self._most:
                self._facts[key] = found
        return found


def stamp(db: Database) -> Hashable:
    """Under which what is read from now on may be remembered."""
    return db.version(), in_london(utc_now()).date()


def of(app: Flask) -> Memory:
    """This process's."""
    memory: Memory = app.extensions.setdefault("mdt.memory", Memory())
    return memory


def recalled(key: Hashable, find: Callable[[], T]) -> T:
    """As it is at the beginning of this request."""
    if "stamp" not in g:
        g.stamp = stamp(current_app.extensions["mdt.house"].db)
    return of(current_app).recall(g.stamp, key, find)
