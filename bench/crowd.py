"""Rooms full of people, as light as can be: what they hear, how old it is then, and what that costs a server."""

import asyncio
import gc
import json
import os
import struct
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

UPDATES_A_SECOND = 30
JOINED_WITHIN = 60.0
CORES = sorted(os.sched_getaffinity(0))  # as it was before anything was kept to one of them


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
    a_core: int = 0  # deliveries for each second that a core was busy


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


async def measure(name: str, scenario: str, rooms: list[Room], pids: list[int], seconds: float) -> Figures:
    for room in rooms:
        room.listen()
    gc.collect()
    gc.freeze()  # so that pauses of this process are not taken for the server's
    clients = sum(len(room.audience) + 1 for room in rooms)
    figures = Figures(name, scenario, clients)
    updates = int(seconds * UPDATES_A_SECOND)
    busy, began = cpu_seconds(pids), time.perf_counter()
    for n in range(1, updates + 1):
        for at, room in enumerate(rooms):  # presenters are not in step with each other
            due = began + (n + at / len(rooms)) / UPDATES_A_SECOND
            await asyncio.sleep(max(0, due - time.perf_counter()))
            room.show(n)
            if n % (5 * UPDATES_A_SECOND) == 0:
                room.presenter.send('42/live,["renew",{"term":1}]')
    took = time.perf_counter() - began
    worked = cpu_seconds(pids) - busy
    figures.cpu = round(100 * worked / took, 1)
    await asyncio.sleep(1)
    ages = sorted(age for room in rooms for tab in room.audience for age in tab.ages)
    figures.sent = updates * len(rooms)
    figures.expected = updates * sum(len(room.audience) for room in rooms)
    figures.delivered = len(ages)
    figures.delivered_a_second = round(len(ages) / took)
    figures.a_core = round(len(ages) / max(worked, 0.01))
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


async def hang_up(rooms: list[Room]) -> None:
    for room in rooms:
        for tab in (room.presenter, *room.audience):
            tab.transport.abort()
    await asyncio.sleep(0.1)


def apart(servers: list[int]) -> None:
    """The load on a core of its own and each server on one of the rest, where there are as many."""
    if len(CORES) > len(servers):
        for server, core in zip(servers, CORES, strict=False):
            for thread in Path(f"/proc/{server}/task").iterdir():
                os.sched_setaffinity(int(thread.name), {core})
        os.sched_setaffinity(0, set(CORES[len(servers) :]))


def cpu_seconds(pids: list[int]) -> float:
    """User and system time of these processes so far."""
    fields = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in pids]
    return sum(int(one[11]) + int(one[12]) for one in fields) / os.sysconf("SC_CLK_TCK")
