"""The server is killed and started again while people work: nothing that was acknowledged is lost."""

import asyncio
import os
import random
import time
from uuid import uuid4

from mdt.live.room import EMPTY, fold
from tests.fuzz.reference import ReferenceClient
from tests.fuzz.stories import FRESH, op
from tests.live_client import LiveClient, Refused, play
from tests.live_house import Seat, Server, running
from tests.room_stage import Stage, mark, uid

SECONDS = float(os.environ.get("FUZZ_SECONDS", "12"))
KILLS = 2
SETTLED_WITHIN = 15.0


class Person:
    """Somebody at a browser that follows docs/wire.md: joins, works, and joins again when the line breaks."""

    def __init__(self, seat: Seat, stage: Stage, number: int, seed: int) -> None:
        self.seat, self.stage, self.number = seat, stage, number
        self.random = random.Random(seed)
        self.tab = str(uuid4())
        self.client = ReferenceClient(self._ask)
        self.line: LiveClient | None = None
        self.made: set[str] = set()
        self.is_working = True
        self.reconnects = 0
        self._asked: set[asyncio.Task[None]] = set()

    async def live(self, until: float) -> None:
        while time.monotonic() < until:
            if self.line is None or self.line.closed.is_set():
                await self._connect()
            elif self.is_working and self.client.is_in_step and len(self.client.pending) < 8:
                self._work()
            if self.random.random() < 0.01 and self.line is not None:
                await self.line.close()  # the train enters a tunnel
            await asyncio.sleep(self.random.uniform(0.02, 0.15))

    def _work(self) -> None:
        case = self.random.choice(self.stage.cases)
        held = self.client.state["cases"].get(case, {"marks": {}})
        number = self.random.choice([0, 10 * self.number, 10 * self.number + 1])
        version = held["marks"].get(uid(500 + number), {"version": 0})["version"] + 1
        number_of_op = str(uuid4())
        self.made.add(number_of_op)
        self.client.send(number_of_op, "mark.put", {"case": case, "mark": mark(number, version, text=f"{version}")})

    async def _connect(self) -> None:
        self.client.disconnected()
        try:
            self.line = await self.seat.connect(self.tab, heard=self._heard)
        except (ConnectionError, Refused, asyncio.IncompleteReadError, TimeoutError):
            self.line = None
            await asyncio.sleep(0.1)
            return
        self.reconnects += 1
        self.client.connected()

    def _heard(self, event: str, body: dict) -> None:
        if event == "event":
            self.client.event(body)
        elif event == "head":
            self.client.head(body)

    def _ask(self, event: str, body: dict) -> None:
        task = asyncio.get_running_loop().create_task(self._exchange(event, body))
        self._asked.add(task)
        task.add_done_callback(self._asked.discard)

    async def _exchange(self, event: str, body: dict) -> None:
        line = self.line
        if line is None or line.closed.is_set():
            return
        try:
            answer = await line.ask(event, body)
        except (ConnectionError, TimeoutError):
            return
        if line is not self.line:
            return
        if event in ("hello", "pull"):
            if answer["ok"]:
                self.client.joined(answer)
        elif event == "op":
            self.client.answered(body["op"], answer)
        elif answer["ok"]:
            self.client.compared(answer)


async def kill_and_start(server: Server, until: float) -> None:
    """As often as planned, without mercy; the next process has the same port and the same database."""
    pause = (until - time.monotonic()) / (KILLS + 1)
    for _ in range(KILLS):
        await asyncio.sleep(pause)
        await asyncio.to_thread(server.kill)
        await asyncio.to_thread(server.start)


def test_nothing_acknowledged_is_lost_when_the_server_is_killed(tmp_path):
    seed = int(os.environ.get("FUZZ_SEED", "1"))
    print(f"FUZZ_SEED={seed}")
    with running(tmp_path) as (server, [stage]):
        roles = ["chair", "coordinator", "member", "presenter", "member", "chair", "member", "observer"]
        people = [Person(server.seat(stage, role), stage, n + 1, seed + n) for n, role in enumerate(roles)]

        async def story():
            until = time.monotonic() + SECONDS
            await asyncio.gather(kill_and_start(server, until), *(person.live(until) for person in people))
            for person in people:
                person.is_working = False
                person.random = random.Random(2)  # a day without tunnels
            limit = time.monotonic() + SETTLED_WITHIN
            while time.monotonic() < limit:
                await asyncio.gather(*(person.live(time.monotonic() + 0.5) for person in people))
                for person in people:
                    if person.client.is_in_step:
                        person.client.send_again()
                if all(p.client.is_in_step and not p.client.pending for p in people):
                    break
            await asyncio.sleep(1.5)  # a head, and the pull it may cause

        play(story)
        log = stage.events()
        truth = fold(EMPTY, log)
        by_op = {event["op"]: event["seq"] for event in log}
        assert [event["seq"] for event in log] == list(range(1, len(log) + 1))
        assert len(by_op) == len(log)
        for person in people:
            for number, seq in person.client.kept.items():
                assert by_op[number] == seq
            assert person.client.pending == {}
            assert person.made == set(person.client.kept) | set(person.client.refused)
            assert (person.client.last, person.client.state) == (len(log), truth)
            assert person.client.diverged == 0
        assert sum(len(person.client.kept) for person in people) == len(log) - 1
        assert len(log) > 10
        assert sum(person.reconnects for person in people) >= len(people) * KILLS


def test_a_server_that_is_told_to_stop_says_goodbye_and_forgets_nothing(tmp_path):
    with running(tmp_path) as (server, [stage]):

        async def story():
            cuts = []
            line = await server.seat(stage, "chair").connect(
                heard=lambda event, body: cuts.append(body["code"]) if event == "cut" else None
            )
            await line.ask("hello", FRESH)
            assert (await line.ask("op", op("case.open", {"case": stage.cases[0]})))["seq"] == 2
            assert await asyncio.to_thread(server.stop) == 0
            await asyncio.wait_for(line.closed.wait(), 5)
            assert cuts == ["restart"]
            await asyncio.to_thread(server.start)
            again = await server.seat(stage, "chair").connect()
            welcome = await again.ask("hello", FRESH)
            assert fold(welcome["snapshot"]["state"], welcome["tail"])["case"] == stage.cases[0]

        play(story)
        assert "Traceback" not in server.log(), server.log()[-3000:]
