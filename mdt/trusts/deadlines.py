"""How long to wait in each phase, and how often to ask again. Seconds of silence, not of work."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import ParamSpec, TypeVar

from mdt.trusts.errors import NoAnswer

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True)
class Deadlines:
    """`query` and `transfer` are the longest silence borne: a large object on a slow line is not silence."""

    resolve: float = 5.0
    connect: float = 5.0
    associate: float = 10.0
    query: float = 30.0
    transfer: float = 60.0
    tries: int = 2
    pause: float = 0.5


USUAL = Deadlines()


def trying(deadlines: Deadlines, act: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Do it, and once more after a pause when nothing came back. A refusal is never asked twice."""
    for left in reversed(range(deadlines.tries)):
        try:
            return act(*args, **kwargs)
        except NoAnswer:
            if not left:
                raise
            time.sleep(deadlines.pause)
    raise AssertionError("unreachable")
