"""What one room was shown, on its way to the database: at most one sample a second, and the last before an act."""

from time import monotonic

from mdt.live.recording import VIEWS_MOST, Sample

EVERY = 1.0  # seconds


class Recorder:
    """Only remembers; the keeper writes what waits, so that nothing here can slow the room."""

    def __init__(self, kept: int) -> None:
        self.is_on = True
        self._left = max(0, VIEWS_MOST - kept)
        self._newest: Sample | None = None
        self._taken_at = 0.0
        self._waiting: list[Sample] = []

    def saw(self, sample: Sample) -> None:
        """The presenter shows something else."""
        self._newest = sample if self.is_on else None
        self.rest()

    def rest(self) -> None:
        """Take the newest if the last was taken long enough ago: called with each view, and once a second."""
        if self._newest is not None and monotonic() - self._taken_at >= EVERY:
            self.take()

    def take(self) -> None:
        """Somebody draws, types or opens another case: what they all saw just then is kept."""
        if self._newest is not None and self._left > 0:
            self._waiting.append(self._newest)
            self._taken_at = monotonic()
            self._left -= 1
        self._newest = None

    def drain(self) -> list[Sample]:
        """What is to be written now."""
        waiting, self._waiting = self._waiting, []
        return waiting

    def put_back(self, samples: list[Sample]) -> None:
        """The database was away: try again later."""
        self._waiting = samples + self._waiting
