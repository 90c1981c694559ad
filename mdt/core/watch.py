"""Whether anything at all was written since: what was found in the database holds while its version is the same."""

import threading
from collections.abc import Callable, Hashable
from contextlib import suppress
from typing import Any

from sqlalchemy import Engine

# Of SQLite: a number that one connection sees change whenever another, of any process, has committed. Of PostgreSQL:
# which transactions can be seen; two moments at which these are the same see the same content.
_ASKED = {"sqlite": "PRAGMA data_version", "postgresql": "SELECT CAST(pg_current_snapshot() AS text)"}


class Watch:
    """One connection of its own that nothing is ever written through. Opened when first asked, and again when lost."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._opened = 0
        self._ask: Callable[[], Any] | None = None
        self._close: Callable[[], None] = lambda: None

    def version(self) -> Hashable:
        """What differs whenever anybody has committed anything since, by whatever process. A few microseconds."""
        with self._lock:
            if self._ask is not None:
                try:
                    return self._opened, self._ask()
                except self._engine.dialect.loaded_dbapi.Error:
                    self._drop()  # the server was restarted: a new connection either answers, or the error is true
            self._open()
            assert self._ask is not None
            return self._opened, self._ask()

    def close(self) -> None:
        with self._lock:
            self._drop()

    def _open(self) -> None:
        """Out of the pool, so that it is nobody else's. A number counts them: SQLite's compare within one only."""
        held = self._engine.raw_connection()
        driver: Any = held.driver_connection
        held.detach()
        driver.rollback()
        if self._engine.dialect.name == "postgresql":
            driver.autocommit = True
        cursor, statement = driver.cursor(), _ASKED[self._engine.dialect.name]

        def ask() -> Any:
            cursor.execute(statement)
            return cursor.fetchone()[0]

        self._opened += 1
        self._ask, self._close = ask, driver.close

    def _drop(self) -> None:
        close, self._ask, self._close = self._close, None, lambda: None
        with suppress(self._engine.dialect.loaded_dbapi.Error):  # it may be lost already
            close()
