"""A real Redis on a port of its own that keeps nothing on disk."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.peers import programs


@contextmanager
def redis(folder: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """While the block lasts, unless the process is killed before. `folder` takes its log."""
    command = [
        programs.program("redis-server"), "--port", str(port), "--bind", "127.0.0.1", "--save", "",
        "--dir", str(folder),
    ]  # fmt: skip
    with programs.running(command, log=folder / "redis.log", ready=lambda: programs.listens(port)) as process:
        yield process
