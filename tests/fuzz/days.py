"""Where a day takes place: an empty database, copied for each, in memory where the machine has such a folder."""

import atexit
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from random import Random

from mdt.core.db import Database
from mdt.outcome import live_kinds as outcome_kinds
from mdt.preparation import live_kinds as preparation_kinds
from mdt.tables import METADATA
from tests.fuzz.process import opened
from tests.room_stage import Stage, populate

MEMORY = Path("/dev/shm")


def register() -> None:
    """As the composition root does."""
    outcome_kinds.register()
    preparation_kinds.register()


def empty_database(folder: Path) -> Path:
    """A file with every table and nothing in them."""
    register()
    path = folder / "empty.db"
    db = Database(f"sqlite:///{path}")
    METADATA.create_all(db.engine)
    db.close()
    return path


@contextmanager
def staged(empty: Path, seed: int) -> Iterator[Stage]:
    """A team and its meeting, on one day in three still to be opened. What is tested is order, not the disk."""
    path = _folder() / "day.db"
    for left in path.parent.glob(f"{path.name}*"):
        left.unlink()
    shutil.copy(empty, path)
    db = opened("stage", f"sqlite:///{path}")
    try:
        yield populate(db, opened=Random(seed).random() < 0.67)
    finally:
        db.close()


@cache
def _folder() -> Path:
    """One for all days of this process: they follow each other."""
    folder = tempfile.mkdtemp(prefix="mdt-fuzz-", dir=MEMORY if MEMORY.is_dir() else None)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)
