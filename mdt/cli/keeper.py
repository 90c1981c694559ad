"""Keeping the worker: `serve` starts it in a process of its own, again when it dies, and ends it with itself."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import structlog

import mdt

log = structlog.get_logger()

APP = Path(mdt.__file__).resolve().parents[1] / "app.py"
PAUSE_SECONDS = 2.0
STOP_SECONDS = 10.0


class Keeper:
    """One worker process, kept alive between `start` and `stop`."""

    def __init__(self) -> None:
        self._stopping = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._watcher = threading.Thread(target=self._watch, name="worker keeper", daemon=True)

    def start(self) -> None:
        self._process = _launch()
        self._watcher.start()

    def stop(self) -> None:
        """Ask it to end, wait a little, then insist. What it was doing is done again when the next one starts."""
        self._stopping.set()
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _watch(self) -> None:
        while self._process is not None:
            code = self._process.wait()
            if self._stopping.is_set():
                return
            log.error("worker.died", code=code)
            if self._stopping.wait(PAUSE_SECONDS):
                return
            self._process = _launch()


def _launch() -> subprocess.Popen[bytes]:
    # A session of its own, so that Ctrl-C reaches only the server, which then ends the worker in order.
    return subprocess.Popen(
        [sys.executable, str(APP), "worker", "--parent", str(os.getpid())],
        stdin=subprocess.DEVNULL,
        start_new_session=True,
    )
