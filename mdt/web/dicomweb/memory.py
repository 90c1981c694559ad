"""What was found of who may see what, for as long as nobody has done anything: a viewer asks for frames by the hundred.

Every act is audited in its own transaction, so the number of audit entries is the same only while nothing has changed
that could matter here. One short question for each request then stands for four. What ends by time alone (a token, a
membership, a session) is asked of the clock by whoever remembers it.
"""

from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, TypeVar, cast

from flask import current_app, g

from mdt.core import audit
from mdt.web.session import house

T = TypeVar("T")

MOST = 20_000


class Memory:
    """Facts by their key, all of them found while `stamp` was the number of acts."""

    def __init__(self, most: int = MOST) -> None:
        self._most, self._stamp = most, -1
        self._facts: dict[Hashable, Any] = {}
        self._lock = Lock()

    def recall(self, stamp: int, key: Hashable, find: Callable[[], T]) -> T:
        """The fact, found anew when anything has happened since; what `find` raises is not remembered."""
        with self._lock:
            if stamp != self._stamp:
                self._facts.clear()
                self._stamp = max(stamp, self._stamp)
            if stamp == self._stamp and key in self._facts:
                return cast(T, self._facts[key])
        found = find()
        with self._lock:
            if stamp == self._stamp and len(self._facts) < self._most:
                self._facts[key] = found
        return found


def recalled(key: Hashable, find: Callable[[], T]) -> T:
    """As it is at the beginning of this request."""
    memory: Memory = current_app.extensions.setdefault("mdt.dicomweb.memory", Memory())
    if "dicomweb_stamp" not in g:
        with house().db.reading() as session:
            g.dicomweb_stamp = audit.acts(session)
    return memory.recall(g.dicomweb_stamp, key, find)
