"""A few sandboxes that many callers share: each call takes one that is idle, and waits when none is."""

from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import ParamSpec, TypeVar

from mdt.core.sandbox import Limits, Sandbox, SandboxError

P = ParamSpec("P")
R = TypeVar("R")

USUAL = Limits()


class Sandboxes:
    """At most `count` children, each started when it is first needed."""

    def __init__(self, count: int, limits: Limits = USUAL, *, patience: float = 60.0) -> None:
        self._all = [Sandbox(limits) for _ in range(count)]
        self._patience = patience
        self._idle: SimpleQueue[Sandbox] = SimpleQueue()
        for sandbox in self._all:
            self._idle.put(sandbox)

    def call(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """As `Sandbox.call`; a child that died by itself gets one more try. Raises SandboxError."""

        def with_another_try(sandbox: Sandbox) -> R:
            try:
                return sandbox.call(function, *args, **kwargs)
            except SandboxError as error:
                if error.reason != "died":
                    raise
                return sandbox.call(function, *args, **kwargs)

        return self.with_one(with_another_try)

    def with_one(self, use: Callable[[Sandbox], R]) -> R:
        """Lend an idle one to `use`; raises SandboxError ("time") when none is idle for too long."""
        try:
            sandbox = self._idle.get(timeout=self._patience)
        except Empty:
            raise SandboxError("Too much is being read at this moment. Ask again in a minute.", "time") from None
        try:
            return use(sandbox)
        finally:
            self._idle.put(sandbox)

    def close(self) -> None:
        for sandbox in self._all:
            sandbox.close()
