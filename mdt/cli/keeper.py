"""Keeping the processes beside the pages: `serve` starts each, again when it dies, and ends it with itself."""

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
    """One process of `app.py COMMAND`, kept alive between `start` and `stop`."""

    def __init__(self, command: str = "worker") -> None:
        self._command = command
        self._stopping = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._watcher = threading.Thread(target=self._watch, name=f"{command} keeper", daemon=True)

    def start(self) -> None:
        self._process = _launch(self._command)
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
            log.error(f"{self._command}.died", code=code)
            if self._stopping.wait(PAUSE_SECONDS):
                return
            self._process = _launch(self._command)


def _launch(command: str) -> subprocess.Popen[bytes]:
    # A session of its own, so that Ctrl-C reaches only the server, which then ends this process in order.
    return subprocess.Popen(
        [sys.executable, str(APP), command, "--parent", str(os.getpid())],
        stdin=subprocess.DEVNULL,
        start_new_session=True,
    )
