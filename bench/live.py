"""How quickly a room hears its presenter: the product's server beside a bare Flask-SocketIO one, in the same run.

`python bench/live.py [--quick] [--json]`. 50 people in one room at 30 views a second, then 8 such rooms. Server and
load are processes of their own, each on a core of its own where there are two. Figures of different runs do not
compare; the ratios do.
"""

import argparse
import asyncio
import gc
import json
import os
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from mdt.core.db import new_id  # noqa: E402
from mdt.people.models import Membership, Person  # noqa: E402
from tests.live_house import Seat, Server, running  # noqa: E402
from tests.room_stage import Stage, uid  # noqa: E402

PEOPLE, UPDATES_A_SECOND = 50, 30
SCENARIOS = {"one room": 1, "eight rooms": 8}
JOINED_WITHIN = 60.0


@dataclass
class Figures:
    """What one server did in one scenario. Milliseconds; CPU in per cent of one core."""

    server: str
    scenario: str
    clients: int
    sent: int = 0
    delivered: int = 0
    expected: int = 0
    delivered_a_second: float = 0
    p50: float = 0
    p95: float = 0
    p99: float = 0
    worst: float = 0
    cpu: float = 0


class Tab(asyncio.Protocol):
    """As light a client as can be: it answers pings, sends, and notes how old each view is that it gets."""

    def __init__(self, path: str, headers: dict[str, str]) -> None:
        self._path, self._headers = path, headers
        self._held = b""
        self._is_open = False
        self.texts: asyncio.Queue[str] = asyncio.Queue()
        self.sent_at: dict[int, float] = {}  # of the presenter of this tab's room
        self.ages: list[float] = []

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        lines = {
            "Host": "127.0.0.1",
            "Connection": "Upgrade",
            "Upgrade": "websocket",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
            **self._headers,
        }
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        transport.write(f"GET {self._path} HTTP/1.1\r\n{head}\r\n".encode())

    def data_received(self, data: bytes) -> None:
        held, at, now = self._held + data, 0, time.perf_counter()
        if not self._is_open:
            end = held.find(b"\r\n\r\n")
            if end < 0:
                self._held = held
                return
            assert b" 101 " in held[:20], held[:200]
            self._is_open, at = True, end + 4
        while len(held) - at >= 2:
            size, start = held[at + 1], at + 2
            if size == 126:
                if len(held) < start + 2:
                    break
                (size,), start = struct.unpack_from("!H", held, start), start + 2
            elif size == 127:
                if len(held) < start + 8:
                    break
                (size,), start = struct.unpack_from("!Q", held, start), start + 8
            if len(held) < start + size:
                break
            at = start + size
            self._take(held[start:at], now)
        self._held = held[at:]

    def _take(self, payload: bytes, now: float) -> None:
        if payload.startswith(b'42/live,["view"'):
            sent = self.sent_at.get(json.loads(payload[8:])[1]["n"])
            if sent is not None:
                self.ages.append(now - sent)
        elif payload == b"2":
            self.send("3")
        elif payload[:2] != b"42":
            self.texts.put_nowait(payload.decode())

    def send(self, text: str) -> None:
        payload = text.encode()
        size = len(payload)
        head = struct.pack("!BB", 0x81, 0x80 | size) if size < 126 else struct.pack("!BBH", 0x81, 0xFE, size)
        self.transport.write(head + b"\0\0\0\0" + payload)

    async def heard(self, start: str) -> str:
        """The next message that starts so."""
        while True:
            text = await asyncio.wait_for(self.texts.get(), JOINED_WITHIN)
            if text.startswith(start):
                return text
            assert not text.startswith("44"), text

    async def ask(self, event: str, body: Any) -> Any:
        self.send("42/live,1" + json.dumps([event, body]))
        return json.loads((await self.heard("43/live,1"))[9:])[0]


@dataclass
class Room:
    """One room's presenter and its audience, joined."""

    presenter: Tab
    audience: list[Tab]
    case: str
    sent_at: dict[int, float] = field(default_factory=dict)

    def listen(self) -> None:
        for tab in self.audience:
            tab.sent_at, tab.ages = self.sent_at, []

    def show(self, n: int) -> None:
        view = json.dumps({"term": 1, "n": n, "view": a_view(self.case, n)}, separators=(",", ":"))
        self.sent_at[n] = time.perf_counter()
        self.presenter.send(f'42/live,["view",{view}]')


def a_view(case: str, n: int) -> dict[str, Any]:
    pane = {
        "study": "1.2.826.0.1.3680043.8.498.1234567890123456789012345",
        "series": "1.2.826.0.1.3680043.8.498.2345678901234567890123456",
        "key": "a" * 32,
        "sop": f"1.2.826.0.1.3680043.8.498.34567890123456789012345{n}",
        "frame": 1,
        "voi": {"lower": -1350, "upper": 150},
        "invert": False,
        "centre": [1.5, -20.25, 200.125],
        "height": 350,
        "width": 350,
        "rotation": 0,
        "flip_h": False,
        "flip_v": False,
    }
    return {"case": case, "layout": "1x1", "active": 0, "panes": [pane]}


async def measure(name: str, scenario: str, rooms: list[Room], pid: int, seconds: float) -> Figures:
    for room in rooms:
        room.listen()
    gc.collect()
    gc.freeze()  # so that pauses of this process are not taken for the server's
    clients = sum(len(room.audience) + 1 for room in rooms)
    figures = Figures(name, scenario, clients)
    updates = int(seconds * UPDATES_A_SECOND)
    busy, began = cpu_seconds(pid), time.perf_counter()
    for n in range(1, updates + 1):
        for at, room in enumerate(rooms):  # presenters are not in step with each other
            due = began + (n + at / len(rooms)) / UPDATES_A_SECOND
            await asyncio.sleep(max(0, due - time.perf_counter()))
            room.show(n)
            if n % (5 * UPDATES_A_SECOND) == 0:
                room.presenter.send('42/live,["renew",{"term":1}]')
    took = time.perf_counter() - began
    figures.cpu = round(100 * (cpu_seconds(pid) - busy) / took, 1)
    await asyncio.sleep(1)
    ages = sorted(age for room in rooms for tab in room.audience for age in tab.ages)
    figures.sent = updates * len(rooms)
    figures.expected = updates * sum(len(room.audience) for room in rooms)
    figures.delivered = len(ages)
    figures.delivered_a_second = round(len(ages) / took)
    for percent in (50, 95, 99):
        setattr(figures, f"p{percent}", round(1000 * ages[int(len(ages) * percent / 100)], 2))
    figures.worst = round(1000 * ages[-1], 2)
    return figures


async def open_tab(port: int, headers: dict[str, str], auth: dict[str, Any], meeting: str) -> Tab:
    path = f"/socket.io/?EIO=4&transport=websocket&meeting={meeting}"
    _, tab = await asyncio.get_running_loop().create_connection(lambda: Tab(path, headers), "127.0.0.1", port)
    await tab.heard("0{")
    tab.send("40/live," + json.dumps(auth))
    await tab.heard("40/live,")
    return tab


async def join_product(seat: Seat, client: str) -> Tab:
    auth = {"meeting": seat.meeting, "client": client, "ticket": seat.ticket}
    tab = await open_tab(seat.port, seat.headers, auth, seat.meeting)
    assert (await tab.ask("hello", {"epoch": None, "last": 0}))["ok"]
    return tab


async def product_rooms(seats: list[list[Seat]], stages: list[Stage]) -> list[Room]:
    rooms = []
    for number, (stage, people) in enumerate(zip(stages, seats, strict=True)):
        tabs = [await join_product(seat, uid(1_000 * number + n)) for n, seat in enumerate(people)]
        rooms.append(Room(tabs[0], tabs[1:], stage.cases[0]))
    for stage, room in zip(stages, rooms, strict=True):
        for kind, body in (("case.open", {"case": room.case}), ("presenter.take", {})):
            answer = await room.presenter.ask("op", {"op": stage.next_op(), "kind": kind, "body": body})
            assert answer["ok"], answer
    return rooms


async def bare_rooms(port: int, number: int) -> list[Room]:
    rooms = []
    headers = {"Origin": f"http://127.0.0.1:{port}"}
    for room in range(number):
        tabs = [await open_tab(port, headers, {"room": str(room)}, str(room)) for _ in range(PEOPLE + 1)]
        rooms.append(Room(tabs[0], tabs[1:], "b" * 32))
    return rooms


def run_product(scenario: str, number: int, seconds: float) -> Figures:
    with tempfile.TemporaryDirectory() as folder, running(Path(folder), meetings=number) as (server, stages):
        seats = [[server.seat(stage, "chair"), *audience(server, stage)] for stage in stages]
        assert server.process is not None
        pid = server.process.pid
        apart(pid)

        async def whole() -> Figures:
            rooms = await product_rooms(seats, stages)
            try:
                return await measure("product", scenario, rooms, pid, seconds)
            finally:
                await hang_up(rooms)

        return asyncio.run(whole())


def run_bare(scenario: str, number: int, seconds: float) -> Figures:
    with bare_server() as (process, port):
        apart(process.pid)

        async def whole() -> Figures:
            rooms = await bare_rooms(port, number)
            try:
                return await measure("bare", scenario, rooms, process.pid, seconds)
            finally:
                await hang_up(rooms)

        return asyncio.run(whole())


def audience(server: Server, stage: Stage) -> list[Seat]:
    """Fifty more members of the team, signed in."""
    people = [
        Person(
            id=new_id(),
            email=f"{new_id()}@example.org",
            name=f"Dr {n}",
            specialty="",
            trust_ods="RBV",
            password_hash="-",
        )
        for n in range(PEOPLE)
    ]
    with stage.db.writing() as session:
        session.add_all(people)
        session.flush()
        for person in people:
            session.add(Membership(team_id=stage.team, person_id=person.id, role="member", starts=date(2020, 1, 1)))
    return [server.seat_of(stage, person.id) for person in people]


@contextmanager
def bare_server() -> Iterator[tuple[subprocess.Popen[str], int]]:
    command = [sys.executable, __file__, "--serve-bare"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        try:
            yield process, int(process.stdout.readline())
        finally:
            process.kill()


def serve_bare() -> None:
    """Flask-SocketIO as its documentation has it, on gevent: rooms, and no more."""
    from gevent import monkey  # noqa: PLC0415 - only this process is patched, and before anything else in it is used

    monkey.patch_all()
    from flask import Flask, request  # noqa: PLC0415
    from flask_socketio import SocketIO, emit, join_room  # noqa: PLC0415
    from gevent.pywsgi import WSGIServer  # noqa: PLC0415

    app = Flask("bare")
    engine = SocketIO(
        app, async_mode="gevent", async_handlers=False, transports=["websocket"], cors_allowed_origins="*"
    )
    rooms: dict[str, str] = {}

    @engine.on("connect", namespace="/live")
    def connect(auth: dict[str, str]) -> None:
        rooms[request.sid] = auth["room"]  # type: ignore[attr-defined]
        join_room(auth["room"])

    @engine.on("view", namespace="/live")
    def view(body: dict[str, Any]) -> None:
        emit("view", body, to=rooms[request.sid], include_self=False)  # type: ignore[attr-defined]

    server = WSGIServer(("127.0.0.1", 0), app, log=None)
    server.start()
    print(server.server_port, flush=True)
    server.serve_forever()


async def hang_up(rooms: list[Room]) -> None:
    for room in rooms:
        for tab in (room.presenter, *room.audience):
            tab.transport.abort()
    await asyncio.sleep(0.1)


def apart(server: int) -> None:
    """The server on one core and the load on the rest, where there are two."""
    cores = sorted(os.sched_getaffinity(0) | os.sched_getaffinity(server))
    if len(cores) > 1:
        for thread in Path(f"/proc/{server}/task").iterdir():
            os.sched_setaffinity(int(thread.name), {cores[0]})
        os.sched_setaffinity(0, set(cores[1:]))


def cpu_seconds(pid: int) -> float:
    """User and system time of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def ratios(product: Figures, bare: Figures) -> dict[str, float]:
    """The product's figure over the bare server's."""
    names = ("p50", "p95", "p99", "delivered_a_second", "cpu")
    return {name: round(getattr(product, name) / (getattr(bare, name) or 1), 2) for name in names}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="three seconds each instead of ten")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of a table")
    parser.add_argument("--serve-bare", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve_bare:
        serve_bare()
        return
    seconds = 3.0 if options.quick else 10.0
    results, compared = [], {}
    for scenario, number in SCENARIOS.items():
        bare = run_bare(scenario, number, seconds)
        product = run_product(scenario, number, seconds)
        results += [bare, product]
        compared[scenario] = ratios(product, bare)
    if options.json:
        print(json.dumps({"bench": "live", "figures": [asdict(result) for result in results], "ratios": compared}))
        return
    print(
        f"{PEOPLE} people a room, {UPDATES_A_SECOND} views a second, {seconds:g} s each; milliseconds, CPU % of a core"
    )
    columns = "{:<12} {:<8} {:>8} {:>10} {:>8} {:>7} {:>7} {:>7} {:>8} {:>6}"
    print(columns.format("", "server", "clients", "delivered", "/s", "p50", "p95", "p99", "worst", "CPU"))
    for f in results:
        share = f"{100 * f.delivered / f.expected:.1f} %"
        row = (f.scenario, f.server, f.clients, share, f.delivered_a_second, f.p50, f.p95, f.p99, f.worst, f.cpu)
        print(columns.format(*row))
    for scenario, ratio in compared.items():
        print(f"{scenario}: product / bare  " + "  ".join(f"{name} {value}" for name, value in ratio.items()))


if __name__ == "__main__":
    main()
