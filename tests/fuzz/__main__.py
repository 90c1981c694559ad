"""Many bad days: `python -m tests.fuzz --seeds 1000 [--first N] [--jobs N]`. Exits 1 when a day did not end well.

Each day is one seed; what a seed finds becomes a story of its own in `test_mended.py`. The days say at their end how
much of everything there was in them.
"""

import argparse
import logging
import multiprocessing
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.fuzz.days import empty_database, register
from tests.fuzz.doings import OPS
from tests.fuzz.many import a_day


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--seeds", type=int, default=1000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=1)
    said = parser.parse_args()
    logging.disable(logging.CRITICAL)
    began, days = time.monotonic(), []
    with tempfile.TemporaryDirectory() as folder:
        empty = empty_database(Path(folder))
        asked = [(seed, empty) for seed in range(said.first, said.first + said.seeds)]
        with multiprocessing.get_context("spawn").Pool(said.jobs, register) as pool:
            for day in pool.imap_unordered(a_day, asked):
                days.append(day)
                if day.failed:
                    print(f"seed {day.seed}: {day.failed}", flush=True)
                if len(days) % 50 == 0:
                    print(f"{len(days)} days, {sum(bool(one.failed) for one in days)} not well", flush=True)
    kept: Counter[str] = Counter()
    refused: Counter[str] = Counter()
    beside: Counter[str] = Counter()
    for day in days:
        kept, refused, beside = kept + day.kept, refused + day.refused, beside + day.beside
    print("kept:    " + ", ".join(f"{kind} {kept[kind]}" for kind in OPS))
    print("refused: " + ", ".join(f"{code} {times}" for code, times in refused.most_common()))
    print("beside:  " + ", ".join(f"{what} {times}" for what, times in beside.most_common()))
    failed = sorted(day.seed for day in days if day.failed)
    took = time.monotonic() - began
    print(f"{len(days)} days in {took:.0f} s, {len(failed)} did not end well{': ' + str(failed) if failed else ''}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
