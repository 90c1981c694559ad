"""Background jobs: the queue is only a hint, the truth of a job is its row. Huey over SQLite, or Redis when grown."""

import sqlite3
from collections.abc import Callable, Mapping
from typing import Literal

import structlog
from huey import Huey, PriorityRedisHuey, SqliteHuey
from huey.serializer import SignedSerializer
from redis import RedisError

from mdt.config import Settings

log = structlog.get_logger()

Kind = Literal["gather", "import", "pack"]

_PRIORITY: dict[Kind, int] = {"gather": 10, "import": 5, "pack": 0}


def open_queue(settings: Settings) -> Huey:
    """The queue every process of this installation shares. Messages are signed: nobody else's are carried out."""
    serializer = SignedSerializer(secret=settings.secret_key, salt="queue")
    if settings.redis_url:
        return PriorityRedisHuey("mdt", url=settings.redis_url, results=False, serializer=serializer)
    file = str(settings.data / "queue.db")
    return SqliteHuey("mdt", filename=file, results=False, fsync=True, timeout=30, serializer=serializer)


class Jobs:
    """What can be asked of the worker. Only the worker has `carry_out`; other processes ask."""

    def __init__(self, huey: Huey) -> None:
        self.huey = huey
        self._handlers: Mapping[Kind, Callable[[str], None]] = {}
        self._task = huey.task(name="job")(self._do)

    def carry_out(self, handlers: Mapping[Kind, Callable[[str], None]]) -> None:
        """From now on this process does the jobs, each by the handler of its kind."""
        self._handlers = handlers

    def ask(self, kind: Kind, subject: str) -> None:
        """Hint at a job. When the queue cannot be reached the job is found by its row later, so nothing is lost."""
        try:
            self.huey.enqueue(self._task.s(kind, subject, priority=_PRIORITY[kind]))
        except (RedisError, sqlite3.Error) as error:
            log.warning("queue.unreachable", kind=kind, subject=subject, error=type(error).__name__)

    @property
    def waiting(self) -> int:
        """How many hints nobody has taken up yet; 0 when the queue cannot be reached."""
        try:
            return int(self.huey.pending_count())
        except (RedisError, sqlite3.Error):
            return 0

    def _do(self, kind: Kind, subject: str) -> None:
        self._handlers[kind](subject)
