"""Acts for test_sandbox.py to run in the child."""

import os
import pickle
import signal
import sys
import time
from datetime import date
from typing import Any

from mdt.core.actor import Actor
from mdt.core.errors import Invalid

KEPT: list[bytes] = []


def add(a: int, *, b: int) -> int:
    return a + b


def whole() -> dict[str, Any]:
    return {"born": date(1951, 3, 14), "raw": b"\x00\xff", "actor": Actor(person_id="1", name="Ann"), "n": [1.5, None]}


def pid() -> int:
    return os.getpid()


def refuse() -> None:
    raise Invalid("This is not a DICOM file.")


def stumble() -> None:
    raise KeyError("PixelData")


def hoard(megabytes: int) -> int:
    KEPT.append(b"x" * (megabytes << 20))
    return len(KEPT)


def spin() -> None:
    while True:
        pass


def burn(seconds: float) -> None:
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass


def sleep(seconds: float) -> None:
    time.sleep(seconds)


def crash() -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def dive(depth: int = 0) -> int:
    return dive(depth + 1) + 1


def talk() -> str:
    print("noise", flush=True)
    print("more noise", file=sys.stderr, flush=True)
    return "heard"


def chatter(megabytes: int) -> bytes:
    return bytes(megabytes << 20)


class Sneaky:
    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, ("touch /tmp/mdt-sandbox-escaped",)


def sneak() -> Sneaky:
    return Sneaky()


def environment() -> dict[str, str]:
    return dict(os.environ)


def protocol() -> int:
    return pickle.HIGHEST_PROTOCOL
