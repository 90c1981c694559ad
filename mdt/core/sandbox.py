"""Read what others wrote in a process that may die: a killable child with memory, CPU and wall-clock limits.

    with Sandbox() as sandbox:
        header = sandbox.call(read_header, path)

One child is kept between calls and replaced when it dies. Arguments are trusted and pickled; the answer is not
trusted: it may hold plain values, bytes, dates and dataclasses of `mdt`, nothing else. Calls from several threads
wait for each other; use a Sandbox for each thread where that matters. POSIX only.
"""

import contextlib
import io
import json
import os
import pickle
import resource
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Callable
from dataclasses import dataclass, is_dataclass
from importlib import import_module
from typing import Any, Literal, ParamSpec, Self, TypeVar

from mdt.core.errors import MdtError

P = ParamSpec("P")
R = TypeVar("R")
Reason = Literal["refused", "broke", "memory", "time", "died"]

_START = (
    "import sys, json; sys.path[:] = json.loads(sys.argv[1]); from mdt.core.sandbox import serve; serve(sys.argv[2])"
)
_LENGTH = struct.Struct("<Q")
_DATES = frozenset({"date", "datetime", "time", "timedelta", "timezone"})


class SandboxError(MdtError):
    """The child gave no value. `reason`: refused (the function's own MdtError), broke, memory, time or died."""

    def __init__(self, sentence: str, reason: Reason) -> None:
        super().__init__(sentence)
        self.reason: Reason = reason


@dataclass(frozen=True)
class Limits:
    """What one call may use: bytes of address space, CPU seconds, wall-clock seconds, bytes of answer."""

    memory: int = 1 << 30
    cpu_seconds: int = 20
    wall_seconds: float = 30.0
    answer: int = 64 << 20


class _Child:
    """One process and our end of its socket."""

    def __init__(self, limits: Limits) -> None:
        ours, theirs = socket.socketpair()
        environment = {k: v for k, v in os.environ.items() if not k.startswith("MDT_")}  # it needs no secrets
        environment |= {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}  # each thread would reserve memory
        options = json.dumps({"fd": theirs.fileno(), "memory": limits.memory, "cpu_seconds": limits.cpu_seconds})
        self.process = subprocess.Popen(
            [sys.executable, "-c", _START, json.dumps(sys.path), options],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,  # codecs write their grievances there; ours come back as an answer
            env=environment,
        )
        theirs.close()
        self.socket = ours

    def end(self) -> int:
        """Kill it if it still lives. Returns its exit code, negative for a signal."""
        with contextlib.suppress(OSError):
            self.socket.close()
        self.process.kill()
        return self.process.wait()


class Sandbox:
    """Calls top-level functions in a child. `call` returns the value or raises SandboxError."""

    def __init__(self, limits: Limits = Limits()) -> None:
        self.limits = limits
        self._lock = threading.Lock()
        self._child: list[_Child] = []  # none or one; a list, so that the finalizer need not hold `self`
        self._finalizer = weakref.finalize(self, _end_all, self._child)

    def call(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run `function(*args, **kwargs)` in the child; `function` must be importable by its module and name."""
        request = pickle.dumps((function.__module__, function.__qualname__, args, kwargs))
        with self._lock:
            deadline = time.monotonic() + self.limits.wall_seconds
            child = self._ready(request)
            try:
                answer = _receive(child.socket, deadline, self.limits.answer)
            except TimeoutError:
                self._drop()
                raise SandboxError(f"Reading took longer than {self.limits.wall_seconds:g} s.", "time") from None
            except ValueError as error:
                self._drop()
                raise SandboxError(str(error), "broke") from None
            except (EOFError, OSError):
                raise self._how_it_died() from None
            return self._open(answer)

    def close(self) -> None:
        """End the child; a later call starts a new one."""
        with self._lock:
            self._drop()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _ready(self, request: bytes) -> _Child:
        """A child that has taken the request. One that died while idle is replaced once."""
        for attempt in (1, 2):
            if not self._child:
                self._child.append(_Child(self.limits))
            child = self._child[0]
            try:
                child.socket.settimeout(self.limits.wall_seconds)
                child.socket.sendall(_LENGTH.pack(len(request)) + request)
                return child
            except OSError:
                self._drop()
                if attempt == 2:
                    raise
        raise AssertionError("unreachable")

    def _drop(self) -> int:
        return self._child.pop().end() if self._child else 0

    def _how_it_died(self) -> SandboxError:
        if not self._child:  # ended by the end of this process
            return SandboxError("The reader was closed.", "broke")
        # Let a child that closed its socket reach its own end first, so that the signal that ended it is known.
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._child[0].process.wait(1)
        code = self._drop()
        if code == -signal.SIGXCPU:
            return SandboxError(f"Reading used more than {self.limits.cpu_seconds} s of processor time.", "time")
        how = signal.Signals(-code).name if code < 0 else f"exit code {code}"
        return SandboxError(f"The reader crashed ({how}).", "died")

    def _open(self, answer: bytes) -> Any:
        try:
            outcome, value = _Plain(io.BytesIO(answer)).load()
        except Exception as error:
            self._drop()
            raise SandboxError(f"The reader gave an answer that is not allowed ({error}).", "broke") from None
        if outcome == "value":
            return value
        if outcome == "memory":
            self._drop()
            value = f"Reading needed more than {self.limits.memory >> 20} MB of memory."
        raise SandboxError(str(value), outcome)


class _Plain(pickle.Unpickler):
    """Plain values, dates and our own dataclasses; anything else could run code in this process."""

    def find_class(self, module: str, name: str) -> Any:
        if module == "datetime" and name in _DATES:
            return super().find_class(module, name)
        if module.startswith("mdt.") and "." not in name:
            found = super().find_class(module, name)
            if isinstance(found, type) and is_dataclass(found):
                return found
        raise pickle.UnpicklingError(f"{module}.{name}")


def _end_all(children: list[_Child]) -> None:
    while children:
        children.pop().end()


def _receive(connection: socket.socket, deadline: float | None, most: int) -> bytes:
    """One length-prefixed message; TimeoutError at the deadline, ValueError when it is larger than `most`."""
    (length,) = _LENGTH.unpack(_exactly(connection, _LENGTH.size, deadline))
    if length > most:
        raise ValueError(f"The reader's answer is larger than {most >> 20} MB.")
    return _exactly(connection, length, deadline)


def _exactly(connection: socket.socket, count: int, deadline: float | None) -> bytes:
    parts = bytearray()
    while len(parts) < count:
        left = None if deadline is None else deadline - time.monotonic()
        if left is not None and left <= 0:
            raise TimeoutError
        connection.settimeout(left)
        part = connection.recv(min(count - len(parts), 1 << 20))
        if not part:
            raise EOFError
        parts += part
    return bytes(parts)


def serve(options: str) -> None:
    """The child's whole life: set limits, then answer calls until the parent closes the socket."""
    settings = json.loads(options)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (settings["memory"], settings["memory"]))
    connection = socket.socket(fileno=settings["fd"])
    while True:
        try:
            request = _receive(connection, None, 1 << 40)
        except (EOFError, OSError):
            return
        # The limit counts a process's whole life, so each call moves it on by its own allowance.
        used = resource.getrusage(resource.RUSAGE_SELF)
        allowance = int(used.ru_utime + used.ru_stime) + 1 + settings["cpu_seconds"]
        resource.setrlimit(resource.RLIMIT_CPU, (allowance, resource.RLIM_INFINITY))
        answer = _answer(request)
        connection.sendall(_LENGTH.pack(len(answer)) + answer)


def _answer(request: bytes) -> bytes:
    try:
        module, name, args, kwargs = pickle.loads(request)  # noqa: S301 - from our own parent
        function: Any = import_module(module)
        for part in name.split("."):
            function = getattr(function, part)
        return pickle.dumps(("value", function(*args, **kwargs)))
    except MdtError as error:
        outcome, sentence = "refused", str(error)
    except MemoryError:
        outcome, sentence = "memory", ""
    except RecursionError:
        outcome, sentence = "broke", "It is nested too deeply to read."
    except Exception as error:  # whatever broken input does to a parser must come back as a sentence
        outcome, sentence = "broke", f"It could not be read ({type(error).__name__}: {error})."[:400]
    return pickle.dumps((outcome, sentence))
