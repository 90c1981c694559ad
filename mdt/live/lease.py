"""Who presents: a lease of 15 seconds, renewed every 5, whose term only grows.

A view carries its sender's term, so that one sent before a hand-over is known to be old wherever it arrives.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from mdt.live.refusals import NotPresenting

LASTS = timedelta(seconds=15)
RENEWED_EVERY = timedelta(seconds=5)


@dataclass(frozen=True)
class Held:
    """The lease of one room. `client` is None when nobody presents; `term` is then that of the last who did."""

    term: int = 0
    person: str | None = None
    client: str | None = None
    expires: datetime | None = None

    def is_live(self, now: datetime) -> bool:
        return self.client is not None and self.expires is not None and now < self.expires

    def is_held_by(self, client: str | None, now: datetime) -> bool:
        return client is not None and self.client == client and self.is_live(now)


def give(held: Held, person: str | None, client: str, now: datetime) -> Held:
    """A new term for whoever takes it, or is handed it. Whether they may was asked before."""
    return Held(held.term + 1, person, client, now + LASTS)


def release(held: Held) -> Held:
    """Nobody presents; the term stays, so that the next one is greater."""
    return Held(held.term)


def renew(held: Held, client: str, term: int, now: datetime) -> Held:
    """Another 15 seconds for the holder of this very term; raises NotPresenting for anybody else."""
    if term != held.term or not held.is_held_by(client, now):
        raise NotPresenting("You are no longer presenting.")
    return Held(held.term, held.person, held.client, now + LASTS)
