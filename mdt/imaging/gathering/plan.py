"""Which series to bring next, and from whom: the holder with most of it first, then what others have besides.

Where several have as much, whoever is free brings it, unless another of them is known to be much quicker. One that has
turned out to be slow loses what it is bringing to a quicker holder that is free.

Shared by one thread for each trust. A trust waits until the others have said what they hold (or their patience is
over), so that the fullest copy is moved once and no series by two trusts at the same time.
"""

import threading
import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field

MUCH = 4.0  # times as quick
CRAWLING = 64_000.0  # bytes a second: worth asking anybody else
_LOOK_AGAIN = 1.0  # seconds

Rates = Callable[[str], float | None]


@dataclass(frozen=True)
class Offer:
    """A series that a trust holds. `rank` orders the work: higher first (newer, more relevant)."""

    study_uid: str
    series_uid: str
    count: int
    rank: tuple[str, ...] = ()


@dataclass
class _Wanted:
    """One series: who offers it, who was asked for it, and who is bringing it now."""

    offers: dict[str, Offer] = field(default_factory=dict)
    asked: set[str] = field(default_factory=set)
    bringer: str | None = None

    def is_next(self, trust: str, rates: Rates) -> bool:
        """Whether no trust that can still be asked has more of it, or as much and is much quicker."""
        left = {name: offer.count for name, offer in self.offers.items() if name not in self.asked}
        if trust not in left or left[trust] != max(left.values()):
            return False
        if self.bringer is not None:
            return self.offers[self.bringer].count <= left[trust] and _is_slow(rates(self.bringer), rates(trust))
        return not any(
            other != trust and count == left[trust] and _much_quicker(rates(other), rates(trust))
            for other, count in left.items()
        )

    def belongs_to(self, study_uid: str) -> bool:
        return any(offer.study_uid == study_uid for offer in self.offers.values())


class Plan:
    """What remains to be brought for one patient. Every method may be called from any trust's thread."""

    def __init__(self, trusts: Collection[str], *, patience: float, rates: Rates = lambda trust: None) -> None:
        """`rates` says how many bytes a second a trust has sent while it was bringing; None: nobody can say yet."""
        self._rates = rates
        self._silent = set(trusts)
        self._until = time.monotonic() + patience
        self._wanted: dict[str, _Wanted] = {}
        self._withdrawn: set[str] = set()
        self._dropped: set[str] = set()
        self._changed = threading.Condition()

    def offer(self, trust: str, offers: Iterable[Offer]) -> None:
        """A trust says what it holds (once)."""
        with self._changed:
            self._silent.discard(trust)
            for one in offers:
                if one.study_uid in self._dropped:
                    continue
                wanted = self._wanted.setdefault(one.series_uid, _Wanted())
                wanted.offers[trust] = one
                if trust in self._withdrawn:
                    wanted.asked.add(trust)
            self._changed.notify_all()

    def withdraw(self, trust: str) -> None:
        """A trust can no longer be asked; what it was bringing is free for others. What it said it has stays said."""
        with self._changed:
            self._silent.discard(trust)
            self._withdrawn.add(trust)
            for wanted in self._wanted.values():
                wanted.asked.add(trust)
                if wanted.bringer == trust:
                    wanted.bringer = None
            self._changed.notify_all()

    def take(self, trust: str) -> Offer | None:
        """The next series for this trust to bring, waiting for its turn; None when nothing is left for it."""
        with self._changed:
            while True:
                mine = [w for w in self._wanted.values() if trust in w.offers and trust not in w.asked]
                if not mine:
                    return None
                patience_left = self._until - time.monotonic()
                if self._silent and patience_left > 0:
                    self._changed.wait(patience_left)
                    continue
                ready = [wanted for wanted in mine if wanted.is_next(trust, self._rates)]
                if ready:
                    chosen = max(ready, key=lambda wanted: wanted.offers[trust].rank)
                    chosen.bringer = trust
                    chosen.asked.add(trust)
                    return chosen.offers[trust]
                self._changed.wait(_LOOK_AGAIN)

    def done(self, trust: str, series_uid: str) -> None:
        """The trust is through with the series it took, whatever came of it."""
        with self._changed:
            wanted = self._wanted.get(series_uid)
            if wanted and wanted.bringer == trust:
                wanted.bringer = None
            self._changed.notify_all()

    def is_bringing(self, trust: str, series_uid: str) -> bool:
        """Whether it is still this trust that brings the series: a quicker one may have taken it over."""
        with self._changed:
            wanted = self._wanted.get(series_uid)
            return wanted is not None and wanted.bringer == trust

    def drop(self, study_uid: str) -> None:
        """Bring nothing more of this study."""
        with self._changed:
            self._dropped.add(study_uid)
            self._wanted = {uid: wanted for uid, wanted in self._wanted.items() if not wanted.belongs_to(study_uid)}
            self._changed.notify_all()

    def expected(self, series_uid: str) -> int:
        """The largest count any trust offers, even one that has stopped answering since."""
        with self._changed:
            return max((offer.count for offer in self._offers(series_uid)), default=0)

    def is_settled(self, series_uid: str) -> bool:
        """Whether every trust that offers it was asked and none is bringing it now."""
        with self._changed:
            wanted = self._wanted.get(series_uid)
            return wanted is None or (wanted.bringer is None and wanted.asked >= wanted.offers.keys())

    def _offers(self, series_uid: str) -> Collection[Offer]:
        wanted = self._wanted.get(series_uid)
        return wanted.offers.values() if wanted else ()


def _much_quicker(one: float | None, other: float | None) -> bool:
    return one is not None and other is not None and one > MUCH * other


def _is_slow(bringer: float | None, free: float | None) -> bool:
    """Whether it is worth to take a series from the one that is bringing it."""
    return bringer is not None and (_much_quicker(free, bringer) or (free is None and bringer < CRAWLING))
