"""Servers that only relay what a presenter sends to a room: what the product's fan-out is measured beside."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
RELAYS = {
    "flask": [sys.executable, "-m", "bench.relays"],  # Flask-SocketIO on gevent
    "node": ["node", "bench/peer.cjs"],  # socket.io on Node.js
}


@contextmanager
def relay(name: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A relay in a process of its own, and the port it has."""
    with subprocess.Popen(RELAYS[name], stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        try:
            yield process, int(process.stdout.readline())
        finally:
            process.kill()


def serve_flask() -> None:
    """Flask-SocketIO as its documentation has it: rooms, and no more."""
    from gevent import monkey  # noqa: PLC0415 - only this process is patched, and before anything else in it is used

    monkey.patch_all()
    from flask import Flask, request  # noqa: PLC0415
    from flask_socketio import SocketIO, emit, join_room  # noqa: PLC0415
    from gevent.pywsgi import WSGIServer  # noqa: PLC0415

    app = Flask("bare")
    engine = SocketIO(
        app, async_mode="gevent", async_handlers=False, transports=["websocket"], cors_allowed_origins="*"
    )
    rooms: dict[str, str] = {}

    @engine.on("connect", namespace="/live")
    def connect(auth: dict[str, str]) -> None:
        rooms[request.sid] = auth["room"]  # type: ignore[attr-defined]
        join_room(auth["room"])

    @engine.on("view", namespace="/live")
    def view(body: dict[str, Any]) -> None:
        emit("view", body, to=rooms[request.sid], include_self=False)  # type: ignore[attr-defined]

    server = WSGIServer(("127.0.0.1", 0), app, log=None)
    server.start()
    print(server.server_port, flush=True)
    server.serve_forever()


if __name__ == "__main__":
    serve_flask()
