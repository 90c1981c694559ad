"""Time that passes only when a story lets it, for every part of the room at once."""

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from unittest import mock

from mdt.core import clock
from tests.room_stage import START, Stage

_SINCE_BOOT = 100_000.0  # seconds that a machine's own clock has counted before the story begins


@contextmanager
def time_of(stage: Stage) -> Iterator[None]:
    """As long as this holds it is `stage.now`: by the wall's clock, and by the room's own for how long things take."""

    def now() -> datetime:
        return stage.now

    def monotonic() -> float:
        return _SINCE_BOOT + (stage.now - START).total_seconds()

    with ExitStack() as patches:
        for name, module in list(sys.modules.items()):
            if not name.startswith("mdt."):
                continue
            if vars(module).get("utc_now") is clock.utc_now and module is not clock:
                patches.enter_context(mock.patch.object(module, "utc_now", now))
            if name.startswith("mdt.sockets.") and "monotonic" in vars(module):
                patches.enter_context(mock.patch.object(module, "monotonic", monotonic))
        yield
