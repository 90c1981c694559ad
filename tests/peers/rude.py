"""Peers that misbehave, on real sockets: they say nothing, break off, fall silent, or answer nonsense."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal

Answer = tuple[int, dict[str, str], bytes]


@contextmanager
def listening(serve: Callable[[socket.socket], None]) -> Iterator[int]:
    """A port where each connection is given to `serve`, in a thread of its own."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        connections: list[socket.socket] = []

        def accept() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = server.accept()
                    connections.append(connection)
                    threading.Thread(target=serve, args=(connection,), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)
        for connection in connections:
            connection.close()


def silent() -> AbstractContextManager[int]:
    """Takes the call and says nothing."""
    return listening(lambda connection: None)


def saying(words: bytes) -> AbstractContextManager[int]:
    """Says these bytes whatever it is asked."""

    def serve(connection: socket.socket) -> None:
        with suppress(OSError):
            connection.recv(65536)
            connection.sendall(words)

    return listening(serve)


@contextmanager
def breaking(port: int, *, after: int, how: Literal["cut", "silence"], times: int = 1_000) -> Iterator[int]:
    """A way to `port` that breaks after so many bytes of answers, and then at once; whole again after `times`."""
    left, limit = [times], [after]

    def serve(client: socket.socket) -> None:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port)) as server:
            threading.Thread(target=_copy, args=(client, server), daemon=True).start()
            passed = 0
            while data := server.recv(4096):
                if left[0] > 0 and passed + len(data) > limit[0]:
                    left[0], limit[0] = left[0] - 1, 0
                    if how == "cut":
                        client.shutdown(socket.SHUT_RDWR)
                        return
                    threading.Event().wait(30)
                    return
                passed += len(data)
                client.sendall(data)
            client.shutdown(socket.SHUT_WR)

    with listening(serve) as front:
        yield front


def _copy(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(4096):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)


@contextmanager
def answering(answer: Callable[[str], Answer]) -> Iterator[str]:
    """An HTTP server that gives `answer(path)` to every GET; its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, headers, body = answer(self.path)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
