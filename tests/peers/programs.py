"""Finding and running other people's programs. One that is missing skips the test, or fails it where CI=true."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import pytest

_ALSO_IN = "/usr/sbin:/usr/local/sbin"


def program(name: str) -> str:
    """Where it is. Its absence is told, and on CI not borne."""
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:{_ALSO_IN}")
    if found is None:
        missing(f"{name} is not installed on this machine")
    return found


def missing(reason: str) -> NoReturn:
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(
    command: Sequence[str | Path], *, log: Path, ready: Callable[[], bool], cwd: Path | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """A program from the moment it is ready until the end of the block."""
    with log.open("ab") as out:
        process = subprocess.Popen([str(part) for part in command], stdout=out, stderr=out, cwd=cwd)
    try:
        _until(ready, process, log)
        yield process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


def _until(ready: Callable[[], bool], process: subprocess.Popen[bytes], log: Path, seconds: float = 20.0) -> None:
    latest = time.monotonic() + seconds
    while not ready():
        if process.poll() is not None or time.monotonic() > latest:
            raise RuntimeError(f"{process.args!r} did not start:\n{log.read_text(errors='replace')[-2000:]}")
        time.sleep(0.05)
