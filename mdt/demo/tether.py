"""A child process that ends with its parent, however the parent ends.

The parent gives it a pipe as standard input and never writes to it; when the parent is gone, even killed, it ends.
Run as `python -m mdt.demo.tether PROGRAM ARGUMENTS` it does the same for any Python program of ours.
"""

import os
import runpy
import signal
import sys
import threading
import time

_GRACE = 8.0


def end_with_parent() -> None:
    """Start watching. At the parent's end this process gets SIGTERM, and is gone a little later whatever it does."""
    threading.Thread(target=_watch, daemon=True, name="tether").start()


def end_with(parent: int) -> None:
    """For a worker of a pool, which shares its standard input: be gone soon after `parent` is."""
    threading.Thread(target=_watch_parent, args=(parent,), daemon=True, name="tether").start()


def _watch_parent(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)


def _watch() -> None:
    while os.read(0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(_GRACE)
    os._exit(1)


if __name__ == "__main__":
    end_with_parent()
    sys.argv = sys.argv[1:]
    runpy.run_path(sys.argv[0], run_name="__main__")
