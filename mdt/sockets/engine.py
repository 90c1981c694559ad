"""Socket.IO and Engine.IO as the live room needs them, set once."""

from typing import Any

import structlog
from flask import Flask
from flask_socketio import SocketIO

from mdt.sockets.hardening import MESSAGE_MOST, GuardedSocket
from mdt.sockets.packets import Malformed, TextPacket

PING_EVERY = 3  # seconds
ANSWERED_WITHIN = 5  # seconds; a laptop whose lid closed says nothing more, and the room should know soon
CONNECTIONS_MOST = 4_000  # of one process, whether or not they have said who they are

log = structlog.get_logger("mdt.sockets")


def build_engine(app: Flask, origins: list[str]) -> SocketIO:
    """gevent, WebSocket only, handlers in the order messages came, and no page but ours may connect."""
    engine = SocketIO(
        app,
        async_mode="gevent",
        async_handlers=False,
        manage_session=False,
        transports=["websocket"],
        cors_allowed_origins=origins,
        ping_interval=PING_EVERY,
        ping_timeout=ANSWERED_WITHIN,
        max_http_buffer_size=MESSAGE_MOST,
        serializer=TextPacket,
    )
    server = engine.server
    server.eio._async = {**server.eio._async, "websocket": GuardedSocket}  # it has no other way to say so
    server.eio.on("connect", _with_an_origin(server))
    server.eio.on("message", _well_formed(server))
    return engine


def _with_an_origin(server: Any) -> Any:
    """Engine.IO refuses a foreign Origin, but takes a connection without one; a browser always sends it."""

    def connect(engine_sid: str, environ: dict[str, Any]) -> Any:
        if "HTTP_ORIGIN" not in environ or len(server.eio.sockets) > CONNECTIONS_MOST:
            return False
        return server._handle_eio_connect(engine_sid, environ)

    return connect


def _well_formed(server: Any) -> Any:
    """Who sends what none of our pages sends is hung up on."""

    def message(engine_sid: str, data: Any) -> None:
        try:
            server._handle_eio_message(engine_sid, data)
        except Malformed as error:
            log.warning("live.malformed", why=str(error)[:80])
            server.environ[engine_sid]["mdt.websocket"].hang_up()

    return message
