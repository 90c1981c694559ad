"""How far a gather has come, trust by trust, written down at most a few times a second."""

import threading
import time
from collections.abc import Collection
from dataclasses import dataclass, field

from sqlalchemy import select

from mdt.core.clock import Clock
from mdt.core.db import Database
from mdt.imaging.models import Gather, TrustAnswer
from mdt.trusts.errors import Refused, SourceError

EVERY_SECONDS = 0.5
LONGEST_DETAIL = 600


@dataclass
class _Line:
    """One trust's row, as it should be."""

    status: str = "asking"
    phase: str | None = None
    detail: str = ""
    seconds: float | None = None
    series: dict[str, tuple[int, int]] = field(default_factory=dict)  # expected, received
    is_new: bool = True


class Progress:
    """The rows of one gather. Every method may be called from any trust's thread."""

    def __init__(self, db: Database, clock: Clock, gather_id: str, trusts: Collection[str]) -> None:
        self._db, self._clock, self._gather_id = db, clock, gather_id
        self._lines = {ods: _Line() for ods in trusts}
        self._lock = threading.Lock()
        self._written = 0.0
        self.write()

    def answered(self, ods: str, seconds: float, remarks: Collection[str]) -> None:
        with self._lock:
            line = self._lines[ods]
            if line.phase is not None:
                return  # it was given up before it said so
            line.status, line.seconds, line.is_new = "answered", seconds, True
            line.detail = " ".join(remarks)[:LONGEST_DETAIL]
        self.write()

    def failed(self, ods: str, error: SourceError, seconds: float) -> None:
        """It refused or did not answer. The first failure is the one that is kept."""
        with self._lock:
            line = self._lines[ods]
            if line.phase is None:
                line.status = "refused" if isinstance(error, Refused) else "no-answer"
                line.phase, line.detail, line.is_new = error.phase, str(error)[:LONGEST_DETAIL], True
                line.seconds = seconds if line.seconds is None else line.seconds
        self.write()

    def series(self, ods: str, series_uid: str, *, expected: int, received: int) -> None:
        """So many of the instances that this trust holds of a series are here."""
        with self._lock:
            line = self._lines[ods]
            line.series[series_uid] = (expected, min(expected, received))
            line.is_new = True
        if time.monotonic() - self._written >= EVERY_SECONDS:
            self.write()

    def write(self) -> None:
        """Write down now what is new."""
        with self._lock:
            self._written = time.monotonic()
            fresh = {ods: line for ods, line in self._lines.items() if line.is_new}
            if not fresh:
                return
            with self._db.writing() as session:
                gather = session.get_one(Gather, self._gather_id)
                rows = session.scalars(select(TrustAnswer).where(TrustAnswer.gather_id == gather.id)).all()
                by_ods = {row.trust_ods: row for row in rows}
                for ods, line in fresh.items():
                    row = by_ods.get(ods)
                    if row is None:
                        row = TrustAnswer(gather_id=gather.id, trust_ods=ods)
                        session.add(row)
                    row.status, row.phase, row.detail, row.seconds = line.status, line.phase, line.detail, line.seconds
                    row.expected = sum(expected for expected, _ in line.series.values())
                    row.received = sum(received for _, received in line.series.values())
                    row.changed_at = self._clock()
            for line in fresh.values():
                line.is_new = False
