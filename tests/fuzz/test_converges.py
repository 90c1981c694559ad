"""Whatever the network does, everybody ends with what the log says. `FUZZ_SEEDS=1000` plays more bad days."""

import os
import shutil
from pathlib import Path

import pytest

from mdt.core.db import Database
from mdt.outcome import live_kinds
from mdt.tables import METADATA
from tests.fuzz.simulation import Simulation, check, play
from tests.room_stage import Stage, populate

SEEDS = int(os.environ.get("FUZZ_SEEDS", "50"))
MEMORY = Path("/dev/shm")


@pytest.fixture(scope="module")
def empty_database(tmp_path_factory):
    live_kinds.register()
    path = tmp_path_factory.mktemp("fuzz") / "empty.db"
    db = Database(f"sqlite:///{path}")
    METADATA.create_all(db.engine)
    db.close()
    return path


@pytest.fixture
def stage(empty_database, tmp_path_factory, request):
    """A database of its own, in memory where the machine has such a folder: what is tested is order, not the disk."""
    name = f"mdt-fuzz-{os.getpid()}-{abs(hash(request.node.name))}.db"
    path = (MEMORY if MEMORY.is_dir() else tmp_path_factory.mktemp("seed")) / name
    shutil.copy(empty_database, path)
    db = Database(f"sqlite:///{path}")
    yield populate(db)
    db.close()
    for file in path.parent.glob(f"{name}*"):
        file.unlink()


@pytest.mark.parametrize("seed", range(SEEDS))
def test_a_bad_day_ends_with_everybody_in_step(stage: Stage, seed: int):
    print(f"seed {seed}")
    simulation = play(stage, seed)
    assert len(stage.events()) > 5
    assert any(client.kept for client in simulation.clients)


def test_the_days_are_bad_enough(stage: Stage):
    """A client that forgets to repair gaps would be caught: this network loses and reorders for real."""
    simulation = Simulation(stage, 1)
    for client in simulation.clients:
        client._ask = lambda event, body, ask=client._ask: ask(event, body) if event in ("hello", "op") else None  # type: ignore[misc]
    simulation.run(250)
    while any(wire.under_way for wire in simulation.wires):
        simulation._deliver_all()
    with pytest.raises(AssertionError):
        check(simulation)
