"""What was pushed and acknowledged waits here, on disk, until it is taken in: nothing that we said we have is lost.

`waiting/<ODS code>/` holds whole objects only; `incoming/` holds what is still arriving, which nobody was told we have;
`set-aside/<ODS code>/` what could not be taken in for a reason of our own, for people to look at; `grown/` names the
series that are to be looked at as a whole once nothing more of them comes.
"""

import os
import re
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import structlog
from sqlalchemy.exc import DBAPIError

from mdt.core.actor import Actor
from mdt.core.clock import Clock
from mdt.core.db import Database
from mdt.core.durable import sync
from mdt.core.sandbox import Sandbox
from mdt.imaging.arrivals.unasked import finish_unasked, take_in_unasked
from mdt.imaging.keeping.store import Store
from mdt.trusts.spool import names

log = structlog.get_logger()

MOST_FILES = 24
MOST_BYTES = 48 << 20
QUIET_SECONDS = 3.0  # a series of which nothing came for so long is looked at as a whole
_ODS = re.compile(r"[A-Za-z0-9]{1,8}")


class Spool:
    """The folder, for any number of threads and processes."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.aside = folder, folder / "set-aside"
        self.incoming, self.waiting, self.grown = (folder / name for name in ("incoming", "waiting", "grown"))
        for place in (self.incoming, self.waiting, self.grown):
            place.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._names = names(Path())

    def clear_incoming(self) -> None:
        """At the start of the only process that receives: what was cut off then was never acknowledged."""
        shutil.rmtree(self.incoming)
        self.incoming.mkdir(mode=0o700)

    def keep(self, arrived: Path, ods: str) -> Path:
        """Durable when this returns; raises OSError when it cannot be."""
        if not _ODS.fullmatch(ods):
            raise OSError(f"{ods!r} cannot be a folder")
        place = self.waiting / ods
        is_new = not place.exists()
        place.mkdir(exist_ok=True)
        kept = next(name for name in (place / one for one in self._names) if not name.exists())
        sync(arrived)
        os.replace(arrived, kept)
        sync(place)
        if is_new:
            sync(self.waiting)
        return kept

    def batches(self) -> Iterator[tuple[str, list[Path]]]:
        """What waits, oldest first, a few files of one trust at a time."""
        for place in sorted(self.waiting.iterdir()):
            batch: list[Path] = []
            size = 0
            for path in sorted(place.glob("*.dcm"), key=lambda path: path.stat().st_mtime_ns):
                batch.append(path)
                size += path.stat().st_size
                if len(batch) >= MOST_FILES or size >= MOST_BYTES:
                    yield place.name, batch
                    batch, size = [], 0
            if batch:
                yield place.name, batch

    def set_aside(self, path: Path) -> None:
        place = self.aside / path.parent.name
        place.mkdir(parents=True, exist_ok=True)
        os.replace(path, place / path.name)


def room(folder: Path, reserve: int) -> bool:
    """Whether the disk has more room than what must stay free."""
    return shutil.disk_usage(folder).free > reserve


@dataclass
class Taker:
    """Takes in what waits, again and again. One for a spool at a time; two would do no harm."""

    db: Database
    store: Store
    sandbox: Sandbox
    spool: Spool
    by: Actor
    clock: Clock
    _grew: dict[str, float] = field(default_factory=dict)  # by series: when something of it came last

    def __post_init__(self) -> None:
        self._grew |= dict.fromkeys((mark.name for mark in self.spool.grown.iterdir()), 0.0)

    def run(self, goes_on: Callable[[float], bool]) -> None:
        """Until `goes_on(seconds)`, which waits that long, is false."""
        pause = 0.2
        while goes_on(pause):
            try:
                pause = 0.2 if self.take_all() or self._grew else 1.0
                self.finish(QUIET_SECONDS)
            except (DBAPIError, OSError) as error:  # the database or the store does not answer: it all waits on
                log.error("receiver.cannot_take_in", error=type(error).__name__)
                pause = 5.0

    def take_all(self) -> int:
        """Everything that waits now; how many files that was."""
        count = 0
        for ods, batch in self.spool.batches():
            try:
                self._take(ods, batch)
            except (DBAPIError, OSError):
                raise
            except Exception:
                log.exception("receiver.broke", trust=ods)
                self._one_by_one(ods, batch)
            count += len(batch)
        return count

    def finish(self, quiet: float = 0.0) -> None:
        """Look at the series of which nothing more came for so many seconds."""
        still = [series for series, at in self._grew.items() if time.monotonic() - at >= quiet]
        finish_unasked(self.db, still)
        for series in still:
            del self._grew[series]
            (self.spool.grown / series).unlink(missing_ok=True)

    def _take(self, ods: str, batch: list[Path]) -> None:
        taken = take_in_unasked(
            self.db, self.store, self.sandbox, trust_ods=ods, paths=batch, by=self.by, now=self.clock()
        )
        for series in {one.series_id for one in taken if one.series_id}:
            self._grew[series] = time.monotonic()
            (self.spool.grown / series).touch()
        for path in batch:
            path.unlink(missing_ok=True)
        fresh, refused = sum(one.fresh for one in taken), sum(one.refused is not None for one in taken)
        log.info("receiver.taken", trust=ods, objects=len(taken), fresh=fresh, refused=refused)

    def _one_by_one(self, ods: str, batch: list[Path]) -> None:
        """Something of ours fails on one of them: the others must not wait for it, and it must not be lost."""
        for path in batch:
            try:
                self._take(ods, [path])
            except (DBAPIError, OSError):
                raise
            except Exception:
                log.exception("receiver.set_aside", trust=ods, file=path.name)
                self.spool.set_aside(path)
