"""One day among many: what it came to, and whether it ended well. Played in a process of its own."""

import traceback
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tests.fuzz.checks import check
from tests.fuzz.days import staged
from tests.fuzz.simulation import played


@dataclass
class Day:
    """What one day came to; `failed` is where and why it did not end well."""

    seed: int
    kept: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    beside: Counter[str] = field(default_factory=Counter)
    failed: str = ""


def a_day(asked: tuple[int, Path]) -> Day:
    seed, empty = asked
    day = Day(seed)
    try:
        with staged(empty, seed) as stage, played(stage, seed) as simulation:
            day.kept.update(event["kind"] for event in stage.events())
            day.beside.update(simulation.told)
            for tab in simulation.tabs:
                day.refused.update(tab.client.refused.values())
                day.beside.update(f"cut: {code}" for code in tab.cuts.elements())
            check(simulation)
    except Exception as error:
        last = traceback.extract_tb(error.__traceback__)[-1]
        day.failed = f"{last.name} line {last.lineno}: {last.line} ({type(error).__name__}: {str(error)[:200]})"
    return day
