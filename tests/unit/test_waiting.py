"""What was pushed and acknowledged waits until it is taken in: a failure of ours, once or for ever, loses nothing."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from mdt.core.sandbox import Sandbox
from mdt.imaging.arrivals import waiting
from mdt.imaging.arrivals.unasked import take_in_unasked
from mdt.imaging.arrivals.waiting import Spool, Taker
from mdt.imaging.keeping.store import Store
from mdt.imaging.models import Instance, Series
from tests.unit.archives import DOROTHY as HELD
from tests.unit.archives import Archive, Held, a_federation
from tests.unit.objects import an_object, ramp, save
from tests.unit.receiving import BY, NOW, Receiving, receiving


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as made:
        yield made


@pytest.fixture
def place(tmp_path: Path, sandbox: Sandbox) -> Iterator[Receiving]:
    with receiving(tmp_path, sandbox) as made:
        yield made


def pushed(spool: Spool, *numbers: int) -> None:
    """Slices of one series, as the receiver leaves them."""
    for number in numbers:
        uid = f"1.2.3.1.{number}"
        place: dict[str, Any] = {"ImagePositionPatient": [0, 0, number], "ImageOrientationPatient": [1, 0, 0, 0, 1, 0]}
        dataset = an_object(ramp("uint8"), SOPInstanceUID=uid, InstanceNumber=number, **place)
        spool.keep(save(dataset, spool.incoming / uid), "RMC")


def taker(place: Receiving, spool: Spool) -> Taker:
    return Taker(place.db, place.store, place.sandbox, spool, BY, lambda: NOW)


def left(spool: Spool) -> int:
    return sum(len(batch) for _, batch in spool.batches())


def test_a_store_that_fails_keeps_everything_waiting_and_is_tried_again(
    place: Receiving, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool = Spool(tmp_path / "pushed")
    pushed(spool, 1, 2, 3)
    turns = iter([True, True, False])
    with monkeypatch.context() as broken:
        broken.setattr(place.store, "put", lambda path: (_ for _ in ()).throw(OSError(28, "No space left on device")))
        taker(place, spool).run(lambda seconds: next(turns))
    assert (left(spool), place.instances()) == (3, {})
    assert taker(place, spool).take_all() == 3
    assert (left(spool), len(place.instances())) == (0, 3)


def test_what_we_stumble_over_is_set_aside_and_kept_and_the_others_are_taken_in(
    place: Receiving, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumbles(*args: Any, paths: list[Path], **more: Any) -> Any:
        if any(b"1.2.3.1.2\0" in path.read_bytes() for path in paths):
            raise ZeroDivisionError
        return take_in_unasked(*args, paths=paths, **more)

    monkeypatch.setattr(waiting, "take_in_unasked", stumbles)
    spool = Spool(tmp_path / "pushed")
    pushed(spool, 1, 2, 3)
    taker(place, spool).take_all()
    assert set(place.instances()) == {"1.2.3.1.1", "1.2.3.1.3"}
    (aside,) = (spool.aside / "RMC").iterdir()
    assert b"1.2.3.1.2" in aside.read_bytes()
    assert left(spool) == 0


def test_a_series_is_looked_at_as_a_whole_even_by_a_receiver_that_did_not_see_it_come(
    place: Receiving, tmp_path: Path
) -> None:
    spool = Spool(tmp_path / "pushed")
    pushed(spool, *(number for number in range(1, 9) if number != 4))
    taker(place, spool).take_all()
    taker(place, spool).finish()  # another process: the one before was killed
    with place.db.reading() as session:
        assert session.scalars(select(Series)).one().gaps == ["instance 4 is missing"]
    assert list(spool.grown.iterdir()) == []


def test_asking_every_trust_keeps_what_was_pushed_and_brings_only_the_rest(tmp_path: Path, sandbox: Sandbox) -> None:
    archive = Archive([Held(HELD)])
    with a_federation(tmp_path, RMC=archive) as region:
        files = list(archive.retrieve("1.2.3", "1.2.3.1", spool=tmp_path))[:2]  # two of three, as the trust pushes them
        archive.asked.clear()
        store = Store(str(tmp_path / "store"))
        take_in_unasked(region.db, store, sandbox, trust_ods="RMC", paths=files, by=BY, now=NOW)
        for _ in range(2):
            (study,) = region.gather()["studies"]
            assert (study["link"], study["received_instances"], study["complete"]) == ("auto", 3, True)
        assert archive.asked == [("1.2.3.1", frozenset({"1.2.3.1.3"}))]
        with region.db.reading() as session:
            assert len(session.scalars(select(Instance)).all()) == 3
