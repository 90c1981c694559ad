"""Who points, or draws, at this moment: as many at once as others can follow."""

from time import monotonic


class AtOnce:
    def __init__(self, most: int, silent_for: float) -> None:
        """`silent_for`: seconds after which a tab that says nothing has let go."""
        self._most, self._silent_for = most, silent_for
        self._heard: dict[str, float] = {}

    def lets(self, client: str, *, goes_on: bool, always: bool) -> bool:
        """Whether what a tab says now is shown. `goes_on`: not its last word; `always`: everybody follows it."""
        now = monotonic()
        self._heard = {tab: at for tab, at in self._heard.items() if now - at < self._silent_for}
        if client not in self._heard and len(self._heard) >= self._most and not always:
            return False
        self.forget(client)
        if goes_on:
            self._heard[client] = now
        return True

    def forget(self, client: str) -> None:
        self._heard.pop(client, None)
