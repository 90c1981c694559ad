"""One trust's part in a round: when it last gave a sign of life, what it holds, and where that comes from."""

import time

from mdt.imaging.bringing import Bringer
from mdt.imaging.intake import Errand
from mdt.trusts.models import Trust
from mdt.trusts.source import ImagingSource


class GivenUp(Exception):
    """This trust was given up while it was silent; what it says now comes too late."""


class Turn:
    """One trust's part in the round."""

    def __init__(self, trust: Trust, bringer: Bringer) -> None:
        self.trust, self.ods, self.bringer = trust, trust.ods, bringer
        self.started = self.last_sign = time.monotonic()
        self.answered = self.waiting = self.given_up = False
        self.sources: list[ImagingSource] = []
        self.errands: dict[str, tuple[ImagingSource, Errand]] = {}  # by StudyInstanceUID
        self.counts: dict[str, int] = {}  # by SeriesInstanceUID

    @property
    def seconds(self) -> float:
        return round(time.monotonic() - self.started, 2)

    def sign(self) -> None:
        """It lives."""
        if self.given_up:
            raise GivenUp
        self.last_sign = time.monotonic()

    def close(self) -> None:
        for source in self.sources:
            source.close()
