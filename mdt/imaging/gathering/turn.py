"""One trust's part in a round: when it last gave a sign of life, what it holds, and where that comes from."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from mdt.imaging.arrivals.intake import Errand
from mdt.imaging.gathering.bringing import Bringer
from mdt.trusts.models import Trust
from mdt.trusts.source import ImagingSource


class GivenUp(Exception):
    """This trust was given up while it was silent; what it says now comes too late."""


LONG_ENOUGH = 3.0  # seconds of bringing before its pace is believed


class Turn:
    """One trust's part in the round."""

    def __init__(self, trust: Trust, bringer: Bringer) -> None:
        self.trust, self.ods, self.bringer = trust, trust.ods, bringer
        self.started = self.last_sign = time.monotonic()
        self.answered = self.waiting = self.given_up = False
        self.sources: list[ImagingSource] = []
        self.errands: dict[str, tuple[ImagingSource, Errand]] = {}  # by StudyInstanceUID
        self.counts: dict[str, int] = {}  # by SeriesInstanceUID
        self._bytes = 0
        self._brought_for = 0.0  # seconds, of what it has done with
        self._bringing_since: float | None = None

    @property
    def seconds(self) -> float:
        return round(time.monotonic() - self.started, 2)

    @contextmanager
    def bringing(self) -> Iterator[None]:
        """The time it takes to bring one series."""
        self._bringing_since = time.monotonic()
        try:
            yield
        finally:
            self._brought_for += time.monotonic() - self._bringing_since
            self._bringing_since = None

    def brought(self, size: int) -> None:
        self._bytes += size

    @property
    def rate(self) -> float | None:
        """Bytes a second while it was bringing; None until that was long enough to say."""
        since = self._bringing_since
        seconds = self._brought_for + (time.monotonic() - since if since is not None else 0.0)
        return self._bytes / seconds if seconds >= LONG_ENOUGH else None

    def sign(self) -> None:
        """It lives."""
        if self.given_up:
            raise GivenUp
        self.last_sign = time.monotonic()

    def close(self) -> None:
        for source in self.sources:
            source.close()
