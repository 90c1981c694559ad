"""A few sandboxes that many callers share: each call takes one that is idle, and waits when none is."""

from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import ParamSpec, TypeVar

from mdt.core.sandbox import Limits, Sandbox, SandboxError

P = ParamSpec("P")
R = TypeVar("R")


class Sandboxes:
    """At most `count` children, each started when it is first needed."""

    def __init__(self, count: int, limits: Limits = Limits(), *, patience: float = 60.0) -> None:
        self._all = [Sandbox(limits) for _ in range(count)]
        self._patience = patience
        self._idle: SimpleQueue[Sandbox] = SimpleQueue()
        for sandbox in self._all:
            self._idle.put(sandbox)

    def call(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """As `Sandbox.call`; a child that died by itself gets one more try. Raises SandboxError, "time" when none is
        idle for too long."""
        try:
            sandbox = self._idle.get(timeout=self._patience)
        except Empty:
            raise SandboxError("Too much is being read at this moment. Ask again in a minute.", "time") from None
        try:
            try:
                return sandbox.call(function, *args, **kwargs)
            except SandboxError as error:
                if error.reason != "died":
                    raise
                return sandbox.call(function, *args, **kwargs)
        finally:
            self._idle.put(sandbox)

    def close(self) -> None:
        for sandbox in self._all:
            sandbox.close()
