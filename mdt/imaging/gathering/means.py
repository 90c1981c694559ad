"""What a gather works with, built once in each process."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from mdt.core.actor import Actor
from mdt.core.clock import Clock
from mdt.core.db import Database
from mdt.imaging.keeping.store import Store
from mdt.trusts.models import Source
from mdt.trusts.source import ImagingSource


@dataclass(frozen=True)
class Patience:
    """Seconds. A trust has `answer` to say what it holds; the others wait `others` for it before they begin to bring.

    `silence` is only a backstop: the carriers have their own, shorter deadlines.
    """

    answer: float = 90.0
    others: float = 5.0
    silence: float = 600.0


PATIENT = Patience()


@dataclass(frozen=True)
class Means:
    """The parts, the folder for files on their way, and in whose name it is done."""

    db: Database
    store: Store
    spool: Path
    open_source: Callable[[Source], ImagingSource]
    clock: Clock
    by: Actor
    patience: Patience = PATIENT
