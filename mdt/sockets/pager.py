"""Telling the other web processes what happened, through Redis, when there are others.

It only pages: the database is the truth, and every process looks at it once a second anyway. So a lost page costs a
second, and nothing here is retried or queued. (Socket.IO's own message queue would send every message of every room
through every process, and falls silent for up to a minute when Redis goes away.)
"""

import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import gevent
import structlog
from redis import Redis
from redis.exceptions import RedisError

CHANNEL = "mdt:live"
_BACK_OFF = 1.0  # seconds

log = structlog.get_logger("mdt.sockets")

Heard = Callable[[str, str, str, Any], None]  # from which process, which meeting, what, body


class Pager:
    """One process, nobody to tell."""

    def publish(self, meeting_id: str, what: str, body: Any) -> None:
        """Nobody else is there."""

    def listen(self, heard: Heard) -> None:
        """Nothing will ever be heard."""


class RedisPager(Pager):
    def __init__(self, url: str) -> None:
        self._redis = Redis.from_url(url, socket_connect_timeout=1, socket_timeout=1)
        self._listener = Redis.from_url(url, socket_connect_timeout=1, socket_keepalive=True)  # waits without limit
        self._me = uuid4().hex
        self._is_reachable = True

    def publish(self, meeting_id: str, what: str, body: Any) -> None:
        if not self._is_reachable:
            return  # the listener tries again once a second and says when it is back
        message = {"from": self._me, "meeting": meeting_id, "what": what, "body": body}
        try:
            self._redis.publish(CHANNEL, json.dumps(message))
        except RedisError:
            self._lost()

    def listen(self, heard: Heard) -> None:
        gevent.spawn(self._listen, heard)

    def _listen(self, heard: Heard) -> None:
        while True:
            try:
                with self._listener.pubsub(ignore_subscribe_messages=True) as channel:
                    channel.subscribe(CHANNEL)
                    self._found()
                    for message in channel.listen():
                        self._hear(message["data"], heard)
            except RedisError:
                self._lost()
            gevent.sleep(_BACK_OFF)

    def _hear(self, data: bytes, heard: Heard) -> None:
        message = json.loads(data)
        if message["from"] == self._me:
            return
        try:
            heard(message["from"], message["meeting"], message["what"], message["body"])
        except Exception:
            log.exception("live.page-failed", meeting=message["meeting"], what=message["what"])

    def _lost(self) -> None:
        if self._is_reachable:
            log.warning("live.redis-lost")
        self._is_reachable = False

    def _found(self) -> None:
        if not self._is_reachable:
            log.info("live.redis-back")
        self._is_reachable = True
