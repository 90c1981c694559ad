"""How far a trust has come is on the screen within two seconds: what came, how fast, and since when nothing does."""

import threading
import time

import pytest
from sqlalchemy import select

from mdt.imaging.announcements import GatherProgressed
from mdt.imaging.gathering.pace import WINDOW, Pace
from mdt.imaging.gathering.pump import MOST_FILES, batches
from mdt.imaging.models import TrustAnswer
from mdt.trusts.errors import NoAnswer
from tests.unit.archives import DOROTHY, Archive, Held, a_federation


def files(folder, count, pause=0.0, then=None):
    for number in range(count):
        time.sleep(pause)
        path = folder / f"{number:04}"
        path.write_bytes(b"x" * 10)
        yield path
    if then:
        raise then


def test_what_came_is_counted_in_objects_and_bytes_and_a_second_round_moves_nothing(tmp_path):
    told: list[GatherProgressed] = []
    with a_federation(tmp_path, RMC=Archive([Held(DOROTHY)]), RM3=Archive()) as region:
        region.db.announcer.listen(GatherProgressed, told.append)
        region.gather()
        with region.db.reading() as session:
            lines = {line.trust_ods: line for line in session.scalars(select(TrustAnswer))}
        sent, nothing = lines["RMC"], lines["RM3"]
        assert (sent.moved, sent.received, sent.expected) == (3, 3, 3)
        assert sent.received_bytes > 3 * 500
        assert sent.bytes_per_second > 0
        assert sent.transfer_began_at is not None
        assert sent.last_arrived_at is not None
        assert sent.transfer_began_at <= sent.last_arrived_at <= sent.changed_at
        assert (nothing.moved, nothing.received_bytes, nothing.transfer_began_at) == (0, 0, None)
        assert {(one.gather_id, one.patient_id) for one in told} == {(sent.gather_id, region.patient.id)}
        region.gather()
        with region.db.reading() as session:
            again = session.scalars(select(TrustAnswer).where(TrustAnswer.gather_id != sent.gather_id)).all()
        assert {(line.moved, line.received) for line in again} == {(0, 3), (0, 0)}


def test_a_pace_forgets_what_is_long_ago():
    pace = Pace()
    pace.begin(100.0)
    pace.add(4_000_000, 101.0)
    assert pace.per_second(102.0) == 2_000_000
    pace.add(1_000, 101.0 + WINDOW + 1)
    assert pace.per_second(101.0 + WINDOW + 1) == 100, "1 kB in the last ten seconds, whatever came before"
    assert pace.per_second(200.0) == 0


def test_what_has_come_is_handed_over_though_the_next_is_late(tmp_path):
    began, seen = time.monotonic(), []
    for batch in batches(files(tmp_path, 2, pause=1.0)):
        seen.append((len(batch), time.monotonic() - began))
    assert [count for count, _ in seen] == [1, 1]
    assert seen[0][1] < 1.9


def test_what_came_before_the_trouble_is_handed_over_first(tmp_path):
    taken = []
    with pytest.raises(NoAnswer, match="broke"):
        for batch in batches(files(tmp_path, 30, then=NoAnswer("transfer", "It broke."))):
            taken += batch
    assert len(taken) == 30


def test_a_slow_taker_is_not_run_over_and_one_that_leaves_leaves_nothing_behind(tmp_path):
    threads = threading.active_count()
    some = batches(files(tmp_path, 500))
    first = next(some)
    time.sleep(0.2)
    assert len(first) == MOST_FILES
    assert len(list(tmp_path.iterdir())) <= 2 * MOST_FILES + 1, "at most one batch ahead"
    some.close()
    deadline = time.monotonic() + 5
    while threading.active_count() > threads and time.monotonic() < deadline:
        time.sleep(0.02)
    assert sorted(tmp_path.iterdir()) == sorted(first)


def test_when_nothing_is_wanted_any_more_a_silent_peer_keeps_nobody(tmp_path):
    began, wanted = time.monotonic(), threading.Event()
    wanted.set()
    threading.Timer(0.3, wanted.clear).start()
    assert list(batches(files(tmp_path, 1, pause=8.0), wanted=wanted.is_set)) == []
    assert time.monotonic() - began < 3
