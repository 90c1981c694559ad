"""Background jobs: the queue is only a hint, the truth of a job is its row. Huey over SQLite, or Redis when grown."""

from huey import Huey, RedisHuey, SqliteHuey

from mdt.config import Settings


def open_queue(settings: Settings) -> Huey:
    """The queue every process of this installation shares."""
    if settings.redis_url:
        return RedisHuey("mdt", url=settings.redis_url, results=False)
    return SqliteHuey("mdt", filename=str(settings.data / "queue.db"), results=False, fsync=True)
