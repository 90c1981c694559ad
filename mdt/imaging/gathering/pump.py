"""A thread that receives while another takes in: neither waits for the other, and what has come is seen at once."""

import queue
import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from pathlib import Path

MOST_FILES = 24
MOST_BYTES = 48 << 20
MOST_SECONDS = 0.5
_TURN = 0.1  # seconds between two looks at whether the other side is still there


def batches(paths: Iterator[Path], *, wanted: Callable[[], bool] = lambda: True) -> Generator[list[Path]]:
    """A few files at a time: enough to share a transaction, few enough to keep the spool small and progress visible.

    Raises what `paths` raises, after the files that came before it. A batch waits at most MOST_SECONDS for more. Ends
    soon after nothing is `wanted` any more, however long the peer would take.
    """
    pump = _Pump(paths)
    try:
        over = False
        while not over and wanted():
            batch: list[Path] = []
            size, until = 0, 0.0
            while len(batch) < MOST_FILES and size < MOST_BYTES:
                try:
                    path = pump.next(until - time.monotonic() if batch else MOST_SECONDS)
                except queue.Empty:
                    break
                if path is None:
                    over = True
                    break
                until = until if batch else time.monotonic() + MOST_SECONDS
                batch.append(path)
                size += path.stat().st_size
            if batch:
                yield batch
        if over:
            pump.raise_trouble()
    finally:
        pump.stop()


class _Pump:
    """Runs an iterator in a thread of its own, at most one batch ahead."""

    def __init__(self, paths: Iterator[Path]) -> None:
        self._paths = paths
        self._waiting: queue.Queue[Path | None] = queue.Queue(maxsize=MOST_FILES)
        self._trouble: BaseException | None = None
        self._stopped = threading.Event()
        threading.Thread(target=self._run, daemon=True).start()

    def next(self, seconds: float) -> Path | None:
        """The next file, None at the end; raises queue.Empty when none comes in time."""
        return self._waiting.get(timeout=max(0.001, seconds))

    def raise_trouble(self) -> None:
        if self._trouble is not None:
            raise self._trouble

    def stop(self) -> None:
        """Nobody takes any more: what still comes is thrown away."""
        self._stopped.set()
        self._drop()

    def _run(self) -> None:
        try:
            for path in self._paths:
                if not self._put(path):
                    path.unlink(missing_ok=True)
                    break
        except BaseException as trouble:
            self._trouble = trouble
        finally:
            close = getattr(self._paths, "close", None)
            if close is not None:
                close()
            self._put(None)
            if self._stopped.is_set():
                self._drop()  # one may have slipped in as it was stopped

    def _put(self, one: Path | None) -> bool:
        while not self._stopped.is_set():
            try:
                self._waiting.put(one, timeout=_TURN)
            except queue.Full:
                continue
            return True
        return False

    def _drop(self) -> None:
        with suppress(queue.Empty):
            while True:
                if (path := self._waiting.get_nowait()) is not None:
                    path.unlink(missing_ok=True)
