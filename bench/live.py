"""How quickly a room hears its presenter, and what that costs: the product beside Node's socket.io, in the same run.

`python -m bench.live [--quick] [--json]`: 50 people in one room at 30 views a second, then 8 such rooms, by a bare
Flask-SocketIO, by Node's socket.io, and by the product. `--rooms 20 --people 50 --processes 2` instead: that many by
the product alone, on that many processes over a real Redis; whole rooms on a process, as nginx lays them, or with
`--spread` every room's people over all of them. Servers are kept off the core of the load where there are cores enough.
Figures of different runs do not compare; the ratios do.
"""

import argparse
import asyncio
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path

from bench.crowd import UPDATES_A_SECOND, Figures, Room, Tab, apart, hang_up, measure, open_tab
from bench.relays import ROOT, relay
from mdt.core.db import new_id
from mdt.people.models import Membership, Person
from tests.live_house import Seat, Server, running
from tests.peers.programs import free_port
from tests.peers.redis import redis
from tests.room_stage import Stage, uid

PEOPLE = 50
SCENARIOS = {"one room": 1, "eight rooms": 8}
FAN_OUT_GOAL, P95_GOAL = 0.5, 30.0  # of Node's for each core; ms at 12,000 deliveries a second


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


async def relayed_rooms(port: int, number: int, people: int) -> list[Room]:
    rooms = []
    headers = {"Origin": f"http://127.0.0.1:{port}"}
    for room in range(number):
        tabs = [await open_tab(port, headers, {"room": str(room)}, str(room)) for _ in range(people + 1)]
        rooms.append(Room(tabs[0], tabs[1:], "b" * 32))
    return rooms


@contextmanager
def product(meetings: int, processes: int) -> Iterator[tuple[list[Server], list[Stage]]]:
    """So many processes of the product on one database, which page each other over a real Redis if they are several."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        more = {}
        if processes > 1:
            port = free_port()
            (folder / "redis").mkdir()
            stack.enter_context(redis(folder / "redis", port))
            more["MDT_REDIS_URL"] = f"redis://127.0.0.1:{port}/0"
        first, stages = stack.enter_context(running(folder, meetings=meetings, **more))
        servers = [first]
        for _ in range(1, processes):
            another = Server(folder, environment=first.environment)
            another.start()
            stack.callback(another.kill)
            servers.append(another)
        yield servers, stages


def run_product(scenario: str, number: int, people: int, seconds: float, processes: int, spread: bool) -> Figures:
    with product(number, processes) as (servers, stages):
        seats = []
        for at, stage in enumerate(stages):
            seated = [servers[0].seat(stage, "chair"), *audience(servers[0], stage, people)]
            ports = [servers[(at + (n if spread else 0)) % processes].port for n in range(len(seated))]
            seats.append([replace(seat, port=port) for seat, port in zip(seated, ports, strict=True)])
        pids = [server.process.pid for server in servers if server.process is not None]
        apart(pids)

        async def whole() -> Figures:
            rooms = await product_rooms(seats, stages)
            try:
                return await measure("product", scenario, rooms, pids, seconds)
            finally:
                await hang_up(rooms)

        return asyncio.run(whole())


def run_relay(name: str, scenario: str, number: int, people: int, seconds: float) -> Figures:
    with relay(name) as (process, port):
        apart([process.pid])

        async def whole() -> Figures:
            rooms = await relayed_rooms(port, number, people)
            try:
                return await measure(name, scenario, rooms, [process.pid], seconds)
            finally:
                await hang_up(rooms)

        return asyncio.run(whole())


def audience(server: Server, stage: Stage, people: int) -> list[Seat]:
    """So many more members of the team, signed in."""
    members = [
        Person(
            id=new_id(),
            email=f"{new_id()}@example.org",
            name=f"Dr {n}",
            specialty="",
            trust_ods="RBV",
            password_hash="-",
        )
        for n in range(people)
    ]
    with stage.db.writing() as session:
        session.add_all(members)
        session.flush()
        for person in members:
            session.add(Membership(team_id=stage.team, person_id=person.id, role="member", starts=date(2020, 1, 1)))
    return [server.seat_of(stage.meeting, person.id) for person in members]


def ratios(product: Figures, peer: Figures) -> dict[str, float]:
    """The product's figure over the peer's; `a_core` is deliveries for each second that a core was busy."""
    names = ("p50", "p95", "p99", "a_core")
    return {name: round(getattr(product, name) / (getattr(peer, name) or 1), 2) for name in names}


def peers() -> list[str]:
    """What there is to measure beside; a peer that is missing says so."""
    if shutil.which("node") and (ROOT / "node_modules" / "socket.io").is_dir():
        return ["flask", "node"]
    print("Node's socket.io is not on this machine (make setup installs it): not measured beside.", file=sys.stderr)
    return ["flask"]


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench/live.py", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="three seconds each instead of ten")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of a table")
    parser.add_argument("--rooms", type=int, help="only the product, with so many rooms")
    parser.add_argument("--people", type=int, default=PEOPLE, help="in each room, beside its presenter")
    parser.add_argument("--processes", type=int, default=1, help="of the product; several page each other over Redis")
    parser.add_argument("--spread", action="store_true", help="each room's people over all processes")
    said = parser.parse_args()
    seconds = 3.0 if said.quick else 10.0
    load = os.getloadavg()[0]  # of what else this machine does
    results: list[Figures] = []
    compared: dict[str, dict[str, dict[str, float]]] = {}
    if said.rooms:
        scenario = f"{said.rooms} rooms, {said.processes} proc."
        results.append(run_product(scenario, said.rooms, said.people, seconds, said.processes, said.spread))
    else:
        beside = peers()
        for scenario, number in SCENARIOS.items():
            others = [run_relay(name, scenario, number, said.people, seconds) for name in beside]
            ours = run_product(scenario, number, said.people, seconds, 1, False)
            results += [*others, ours]
            compared[scenario] = {other.server: ratios(ours, other) for other in others}
    if said.json:
        figures = [asdict(result) for result in results]
        print(json.dumps({"bench": "live", "load": load, "figures": figures, "ratios": compared}))
        return
    print(f"{said.people} people a room, {UPDATES_A_SECOND} views a second, {seconds:g} s each; milliseconds")
    print(f"CPU % of one core, all processes together; load average before: {load:.1f}")
    columns = "{:<18} {:<8} {:>8} {:>10} {:>8} {:>7} {:>7} {:>7} {:>8} {:>6} {:>9}"
    print(columns.format("", "server", "clients", "delivered", "/s", "p50", "p95", "p99", "worst", "CPU", "/s a core"))
    for f in results:
        share = f"{100 * f.delivered / f.expected:.1f} %"
        row = (
            f.scenario,
            f.server,
            f.clients,
            share,
            f.delivered_a_second,
            f.p50,
            f.p95,
            f.p99,
            f.worst,
            f.cpu,
            f.a_core,
        )
        print(columns.format(*row))
    for scenario, by_peer in compared.items():
        for peer, ratio in by_peer.items():
            print(f"{scenario}: product / {peer}  " + "  ".join(f"{name} {value}" for name, value in ratio.items()))
    for f in results:
        if f.server == "product" and f.scenario == "eight rooms":
            fan_out = compared[f.scenario].get("node", {}).get("a_core")
            met = "not measured" if fan_out is None else "met" if fan_out >= FAN_OUT_GOAL else "MISSED"
            print(f"goal: at least {FAN_OUT_GOAL} of Node's for each core: {met}")
            met = "met" if f.p95 < P95_GOAL else "MISSED"
            print(f"goal: p95 below {P95_GOAL:.0f} ms at 12,000 deliveries a second: {met}")


if __name__ == "__main__":
    main()
