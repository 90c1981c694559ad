"""The product with a clock that a story moves: `python -m tests.system.moved_clock FILE` and what `app.py` takes.

FILE says by how many seconds the house's time is ahead of the machine's; it is read whenever the time is asked for.
"""

from gevent import monkey

monkey.patch_all()

import sys  # noqa: E402
from datetime import datetime, timedelta  # noqa: E402
from pathlib import Path  # noqa: E402

from mdt.core import clock  # noqa: E402

AHEAD = Path(sys.argv.pop(1))
machine_now = clock.utc_now


def moved_now() -> datetime:
    return machine_now() + timedelta(seconds=float(AHEAD.read_text()))


clock.utc_now = moved_now  # before anybody takes it from there

from mdt.cli import main  # noqa: E402

if __name__ == "__main__":
    main()
