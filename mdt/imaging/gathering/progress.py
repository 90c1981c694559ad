"""How far a gather has come, trust by trust, written down at most a few times a second."""

import threading
import time
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select

from mdt.core.announce import after_commit
from mdt.core.clock import Clock
from mdt.core.db import Database
from mdt.imaging.announcements import GatherProgressed
from mdt.imaging.gathering.pace import Pace
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
    moved: int = 0
    bytes: int = 0
    pace: Pace = field(default_factory=Pace)
    began_at: datetime | None = None
    arrived_at: datetime | None = None
    is_new: bool = True

    def put_into(self, row: TrustAnswer, now: datetime) -> None:
        row.status, row.phase, row.detail, row.seconds = self.status, self.phase, self.detail, self.seconds
        row.expected = sum(expected for expected, _ in self.series.values())
        row.received = sum(received for _, received in self.series.values())
        row.moved, row.received_bytes = self.moved, self.bytes
        row.bytes_per_second = self.pace.per_second(time.monotonic())
        row.transfer_began_at, row.last_arrived_at = self.began_at, self.arrived_at
        row.changed_at = now


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

    def remarked(self, ods: str, remarks: Collection[str]) -> None:
        """Something more to know of its answer."""
        with self._lock:
            line = self._lines[ods]
            if not remarks or line.phase is not None:
                return
            line.detail, line.is_new = " ".join([line.detail, *remarks]).strip()[:LONGEST_DETAIL], True
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
        self.tick()

    def began(self, ods: str) -> None:
        """It is asked for objects now."""
        with self._lock:
            line = self._lines[ods]
            if line.began_at is not None:
                return
            line.began_at, line.is_new = self._clock(), True
            line.pace.begin(time.monotonic())
        self.tick()

    def moved(self, ods: str, instances: int, size: int) -> None:
        """So many objects of so many bytes came from it."""
        with self._lock:
            line = self._lines[ods]
            line.moved, line.bytes = line.moved + instances, line.bytes + size
            line.arrived_at, line.is_new = self._clock(), True
            line.pace.add(size, time.monotonic())
        self.tick()

    def tick(self) -> None:
        """Write down what is new, unless that was done a moment ago. Called often enough, nothing new waits longer."""
        if time.monotonic() - self._written >= EVERY_SECONDS:
            self.write()

    def write(self) -> None:
        """Write down now what is new."""
        with self._lock:
            fresh = {ods: line for ods, line in self._lines.items() if line.is_new}
            if not fresh:
                return
            self._written = time.monotonic()
            with self._db.writing() as session:
                gather = session.get_one(Gather, self._gather_id)
                rows = session.scalars(select(TrustAnswer).where(TrustAnswer.gather_id == gather.id)).all()
                by_ods = {row.trust_ods: row for row in rows}
                for ods, line in fresh.items():
                    row = by_ods.get(ods)
                    if row is None:
                        row = TrustAnswer(gather_id=gather.id, trust_ods=ods)
                        session.add(row)
                    line.put_into(row, self._clock())
                after_commit(session, GatherProgressed(gather.id, gather.patient_id))
            for line in fresh.values():
                line.is_new = False
