"""How often somebody may send: a bucket that fills steadily and is emptied by each message."""

from time import monotonic


class Bucket:
    def __init__(self, a_second: float, at_once: float) -> None:
        self._rate, self._room = a_second, at_once
        self._held, self._at = at_once, monotonic()

    def take(self) -> bool:
        """Whether there was one left."""
        now = monotonic()
        self._held = min(self._room, self._held + (now - self._at) * self._rate)
        self._at = now
        if self._held < 1:
            return False
        self._held -= 1
        return True
