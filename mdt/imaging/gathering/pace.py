"""How quickly a trust sends, told from what came lately, so that a change of pace is seen within seconds."""

from collections import deque

WINDOW = 10.0  # seconds


class Pace:
    """Counts what comes. Times are seconds of one monotonic clock."""

    def __init__(self) -> None:
        self._began: float | None = None
        self._lately: deque[tuple[float, int]] = deque()

    def begin(self, now: float) -> None:
        """It was asked for objects; asking again does not begin anew."""
        if self._began is None:
            self._began = now

    def add(self, count: int, now: float) -> None:
        """So many bytes came."""
        self.begin(now)
        self._lately.append((now, count))
        self._forget(now)

    def per_second(self, now: float) -> int:
        """Bytes a second over the window, or since the beginning where that is shorter (but at least a second)."""
        self._forget(now)
        if self._began is None:
            return 0
        return round(sum(count for _, count in self._lately) / min(WINDOW, max(1.0, now - self._began)))

    def _forget(self, now: float) -> None:
        while self._lately and self._lately[0][0] < now - WINDOW:
            self._lately.popleft()
