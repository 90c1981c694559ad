"""The web process: pages, imaging and the live room on gevent, until it is told to stop.

gevent must have patched the standard library before anything here is imported; `app.py` does that first.
"""

import gc
import os
import signal
import socket
from collections.abc import Callable, Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

import gevent
import structlog
from flask import Blueprint
from gevent.event import Event
from gevent.pywsgi import WSGIHandler, WSGIServer
from gevent.socket import wait_write

from mdt.bootstrap import House
from mdt.sockets.attach import LiveServer
from mdt.web.app import create_app
from mdt.web.head import Head
from mdt.web.spans import Span, Spans

AT_ONCE = 1 << 20  # bytes of a file in one call, after which others have their turn
DRAIN_FOR = 5.0  # seconds that requests in flight have to end

log = structlog.get_logger("mdt.server")

Address = tuple[str, int]


class Handler(WSGIHandler):
    """pywsgi's, without its own access log: the pages write theirs, with ids and no names."""

    MessageClass = Head

    def log_request(self) -> None:
        pass

    def _headers(self) -> Iterator[tuple[str, str]]:
        return self.headers.for_environ()

    def handle_one_response(self) -> None:
        """What follows a WebSocket on its connection is no HTTP request: there is nothing to read or answer."""
        super().handle_one_response()
        if self.status is None:  # the application answered nothing: it took the connection
            self.close_connection = True

    def process_result(self) -> None:
        """Parts of files go from the disk's cache to the socket without a copy through this process."""
        file = self.result.descriptor if isinstance(self.result, Spans) else None
        if file is None:
            super().process_result()
            return
        self.write(b"")  # the headers
        for part in self.result.parts:
            if isinstance(part, Span):
                self._send_file(file, part)
            else:
                self.write(part)

    def _send_file(self, file: int, part: Span) -> None:
        at, end = part.offset, part.offset + part.length
        while at < end:
            try:
                sent = os.sendfile(self.socket.fileno(), file, at, min(end - at, AT_ONCE))
            except BlockingIOError:
                wait_write(self.socket.fileno(), timeout=self.socket.gettimeout())
                continue
            if not sent:
                raise EOFError("A file is shorter than it was when its answer began.")
            at += sent
            self.response_length += sent
            if at < end:
                gevent.sleep(0)


def run(
    house: House, host: str, port: int, *, more: Sequence[Blueprint] = (), ready: Callable[[Address], Any] | None = None
) -> None:
    """Serve until SIGTERM or SIGINT. Port 0 takes a free one; `ready` is told the address that is being listened on."""
    app = create_app(house, more)
    server = WSGIServer((host, port), app, handler_class=Handler, log=None)
    server.init_socket()
    # An answer that goes out in pieces would wait 40 ms for the browser's held-back acknowledgement of the first.
    server.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # those it accepts inherit it
    live = LiveServer(app, house, origins(house.settings.public_url, host, server.server_port))
    server.application = app
    live.start()
    gc.collect()
    gc.freeze()  # what was imported stays for good; looking through it again and again stopped every room for 0.1 s
    server.start()
    stopped = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        gevent.signal_handler(number, stopped.set)
    log.info("server.ready", host=host, port=server.server_port)
    if ready is not None:
        ready((host, server.server_port))
    stopped.wait()
    log.info("server.stopping")
    server.close()
    live.say_goodbye()
    server.stop(timeout=DRAIN_FOR)
    app.extensions["mdt.express"].stopping()
    house.db.close()
    log.info("server.stopped")


def origins(public_url: str, host: str, port: int) -> list[str]:
    """The pages that may open a socket: ours by its public name, and by the loopback address it listens on."""
    public = urlsplit(public_url)
    allowed = {f"{public.scheme}://{public.netloc}"}
    if host in ("127.0.0.1", "localhost", "::1", "0.0.0.0", "::"):  # noqa: S104 - compared, not bound
        allowed |= {f"http://{name}:{port}" for name in ("127.0.0.1", "localhost", "[::1]")}
    return sorted(allowed)
