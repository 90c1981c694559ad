"""Whatever the network does, everybody ends with what the log says. `python -m tests.fuzz` plays many more days."""

import os
from collections import Counter

import pytest

from mdt.live import handlers, kinds, panes, room
from mdt.sockets.live import Live
from tests.fuzz import doings, views
from tests.fuzz.checks import check
from tests.fuzz.days import empty_database, register, staged
from tests.fuzz.simulation import Simulation, played, rules

SEEDS = int(os.environ.get("FUZZ_SEEDS", "8"))
MOST_DAYS = SEEDS + 24  # by then everything that people do has been kept once, or is never kept


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    return empty_database(tmp_path_factory.mktemp("fuzz"))


@pytest.fixture(scope="module")
def kept():
    """Kinds of op that were kept on any of the days, and how often."""
    return Counter()


def a_day(empty, seed: int) -> Counter[str]:
    """Plays and checks one; how often each kind of op was kept on it."""
    print(f"seed {seed}")
    with staged(empty, seed) as stage, played(stage, seed) as day:
        check(day)
        return Counter(event["kind"] for event in stage.events())


@pytest.mark.parametrize("seed", range(SEEDS))
def test_a_bad_day_ends_with_everybody_in_step(empty, kept, seed: int):
    kept.update(a_day(empty, seed))


def test_the_days_had_everything_in_them(empty, kept):
    """Every kind of op was kept on some day: what only gets refused is not exercised. The rare ones take more days."""
    seed = SEEDS
    while set(kept) < set(doings.OPS) and seed < MOST_DAYS:
        kept.update(a_day(empty, seed))
        seed += 1
    assert set(kept) == set(doings.OPS)


def test_there_is_something_to_do_for_every_kind_of_op_message_and_pane():
    """A new kind is to be done on these days, too: give it its entry in `tests/fuzz/doings.py` or `views.py`."""
    register()
    assert set(doings.OPS) == set(room._FOLDS) | set(handlers.OWN_KINDS) | set(kinds._HANDLERS)
    messages = Live(*[None] * 4)._handlers  # type: ignore[arg-type]
    assert set(doings.TELLS) | doings.BY_ITSELF == set(messages)
    assert set(views.PANES) == set(panes.CHECKERS)


def test_the_days_are_bad_enough(empty):
    """A client that forgets to repair gaps would be caught: this network loses and reorders for real."""
    with staged(empty, 1) as stage:
        day = Simulation(stage, 1)
        for tab in day.tabs:
            tab.client._ask = forgetful(tab.client._ask)
        with rules(stage):
            day.run(300)
            day._deliver_all()
            day.close()
        with pytest.raises(AssertionError):
            check(day)


def forgetful(ask):
    """Asks for no gap to be filled, and never compares."""
    return lambda event, body: ask(event, body) if event in ("hello", "op") else None
