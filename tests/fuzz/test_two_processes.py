"""Two web processes on one database, paged by a real Redis, and what happens when Redis goes away."""

import asyncio
import time
from dataclasses import replace
from uuid import uuid4

from mdt.live.room import fold
from tests.fuzz.stories import FRESH, a_view, op, until
from tests.live_client import play
from tests.live_house import Server, running
from tests.peers import programs
from tests.peers.redis import redis
from tests.room_stage import mark


def test_two_processes_show_one_room_and_losing_redis_costs_a_second_not_data(tmp_path):
    port = programs.free_port()
    (tmp_path / "redis").mkdir()
    with (
        redis(tmp_path / "redis", port) as pager,
        running(tmp_path, MDT_REDIS_URL=f"redis://127.0.0.1:{port}/0") as (one, [stage]),
    ):
        two = Server(tmp_path, environment=one.environment)
        two.start()
        case = stage.cases[0]

        async def story():
            here: list[tuple] = []
            there: list[tuple] = []
            member_tab = str(uuid4())
            chair = await one.seat(stage, "chair").connect(heard=lambda *told: here.append(told))
            seat = replace(one.seat(stage, "member"), port=two.port)
            member = await seat.connect(member_tab, heard=lambda *told: there.append(told))
            for line in (chair, member):
                await line.ask("hello", FRESH)

            def heard(listener, event):
                return [body for told, body in listener if told == event]

            await chair.ask("op", op("case.open", {"case": case}))
            await chair.ask("op", op("presenter.take", {}))
            await until(lambda: len(heard(there, "event")) >= 2, within=1)
            for n in range(1, 11):
                chair.tell("view", {"term": 1, "n": n, "view": a_view(case, n)})
                await asyncio.sleep(1 / 30)
            await until(lambda: [view["n"] for view in heard(there, "view")][-1:] == [10], within=2)
            both = {"chair", "member"}
            await until(lambda: any({who["role"] for who in told["people"]} == both for told in heard(there, "roster")))
            assert (await chair.ask("op", op("presenter.hand", {"client": member_tab})))["ok"]  # across processes

            # Both at once: one order, the same for both.
            marks = [op("mark.put", {"case": case, "mark": mark(n)}) for n in range(20)]
            asked = [(chair, member)[n % 2].ask("op", sent) for n, sent in enumerate(marks)]
            assert all(answer["ok"] for answer in await asyncio.gather(*asked))

            pager.kill()
            await asyncio.to_thread(pager.wait)
            began = time.monotonic()
            seq = (await chair.ask("op", op("mark.put", {"case": case, "mark": mark(90)})))["seq"]
            await until(lambda: heard(there, "event")[-1]["seq"] >= seq, within=4)
            assert time.monotonic() - began < 3

            with redis(tmp_path / "redis", port):
                await asyncio.sleep(2.5)
                member.tell("view", {"term": 2, "n": 1, "view": a_view(case, 1)})
                await until(lambda: bool(heard(here, "view")), within=3)

            log = stage.events()
            for listener in (here, there):
                seqs = [event["seq"] for event in heard(listener, "event")]
                assert seqs == list(range(seqs[0], len(log) + 1))
            states = []
            for line in (chair, member):
                welcome = await line.ask("hello", FRESH)
                states.append(fold(welcome["snapshot"]["state"], welcome["tail"]))
            assert states[0] == states[1] == stage.state()

        try:
            play(story)
        finally:
            two.stop()
        assert "Traceback" not in one.log(), one.log()[-3000:]
