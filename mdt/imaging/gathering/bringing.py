"""Bringing one series from one trust: only what is not here yet, streamed, taken in a few files at a time."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import select

from mdt.core.actor import Actor
from mdt.core.clock import Clock
from mdt.core.db import Database
from mdt.core.sandboxes import Sandboxes
from mdt.imaging.arrivals.intake import Errand, take_in
from mdt.imaging.gathering.pump import batches
from mdt.imaging.keeping.store import Store
from mdt.imaging.models import Instance, Series
from mdt.trusts.source import ImagingSource


@dataclass(frozen=True)
class Arrival:
    """Some files came: how many and of how many bytes, and how many instances of the series are here now."""

    files: int
    bytes: int
    here: int


@dataclass(frozen=True)
class Bringer:
    """What is needed to take in a trust's files."""

    db: Database
    store: Store
    sandbox: Sandboxes
    by: Actor
    clock: Clock

    def bring(
        self,
        source: ImagingSource,
        errand: Errand,
        series_uid: str,
        *,
        spool: Path,
        arrived: Callable[[Arrival], None],
        wanted: Callable[[], bool] = lambda: True,
    ) -> None:
        """Bring what is lacking of a series while it is `wanted`; `arrived` is told of it, a few files at a time.

        Raises Refused or NoAnswer as the source does; what came before that is kept.
        """
        errand = replace(errand, series_uid=series_uid)
        kept = self.kept(series_uid)
        only = None
        if kept:
            listed = source.find_instances(errand.study_uid, series_uid)
            only = [instance.sop_uid for instance in listed if instance.sop_uid not in kept]
            if not only:
                return
        spool.mkdir(parents=True, exist_ok=True)
        files = source.retrieve(errand.study_uid, series_uid, spool=spool, only=only)
        for batch in batches(files, wanted=wanted):
            size = sum(path.stat().st_size for path in batch)
            try:
                taken = take_in(self.db, self.store, self.sandbox, errand, batch, by=self.by, now=self.clock())
            finally:
                for path in batch:
                    path.unlink(missing_ok=True)
            kept |= {one.sop_uid for one in taken if one.sop_uid and not one.refused}
            arrived(Arrival(len(batch), size, len(kept)))

    def kept(self, series_uid: str) -> set[str]:
        """The SOP Instance UIDs of a series that are here."""
        wanted = select(Instance.sop_uid).join(Series).where(Series.series_uid == series_uid)
        with self.db.reading() as session:
            return set(session.scalars(wanted))
