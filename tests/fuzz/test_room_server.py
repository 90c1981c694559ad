"""Stories on the server that ships: its own process, gevent, real sockets."""

import asyncio
import json
import time
from datetime import timedelta
from uuid import uuid4

import httpx
import pytest
import socketio

from mdt.core.actor import system
from mdt.live.digest import digest
from mdt.live.room import apply, fold
from mdt.people import actions as people_actions
from mdt.people.models import Person
from tests.fuzz.stories import FRESH, a_view, noting, op, until
from tests.live_client import LiveClient, Refused, play
from tests.live_house import Seat
from tests.room_stage import mark, uid


def test_people_look_together_and_a_late_joiner_sees_it_all(server, stage):
    async def story():
        seen: dict[str, list] = {"chair": [], "observer": []}
        seats = {role: server.seat(stage, role) for role in ("chair", "observer", "member")}
        chair = await seats["chair"].connect(heard=lambda *told: seen["chair"].append(told))
        observer = await seats["observer"].connect(heard=lambda *told: seen["observer"].append(told))
        for line in (chair, observer):
            assert (await line.ask("hello", FRESH))["ok"]
        case = stage.cases[0]
        assert (await chair.ask("op", op("case.open", {"case": case})))["fresh"]
        take = await chair.ask("op", op("presenter.take", {}))
        assert take["ok"]
        term = 1
        number = str(uuid4())
        first = await chair.ask("op", op("mark.put", {"case": case, "mark": mark(1)}, number))
        again = await chair.ask("op", op("mark.put", {"case": case, "mark": mark(1)}, number))
        assert (first["seq"], first["fresh"], again["seq"], again["fresh"]) == (again["seq"], True, first["seq"], False)

        for n in range(1, 31):
            chair.tell("view", {"term": term, "n": n, "view": a_view(case, n)})
            await asyncio.sleep(1 / 30)
        chair.tell("view", {"term": term, "n": 5, "view": a_view(case, 5)})  # older
        chair.tell("view", {"term": term + 1, "n": 99, "view": a_view(case, 99)})  # not their term
        chair.tell("view", {"term": term, "n": 99, "view": a_view(stage.cases[1], 99)})  # not the open case
        observer.tell("view", {"term": term, "n": 99, "view": a_view(case, 99)})  # not the presenter
        chair.tell("pointer", {"n": 1, "pointer": {"series": "1.2.3", "sop": "1.2.3.4", "frame": 30, "at": [1, 2, 3]}})
        a_length = {key: mark(9)[key] for key in ("id", "tool", "study", "series", "sop", "frame")}
        a_length["points"] = [[-12.3, 0, 7]]
        observer.tell("drawing", {"n": 1, "case": case, "drawing": a_length})  # may not mark
        chair.tell("drawing", {"n": 1, "case": stage.cases[1], "drawing": a_length})  # not the open case
        chair.tell("drawing", {"n": 2, "case": case, "drawing": a_length})
        chair.tell("drawing", {"n": 3, "case": case, "drawing": None})
        await until(lambda: any(event == "pointer" for event, _ in seen["observer"]))
        await until(lambda: len([event for event, _ in seen["observer"] if event == "drawing"]) == 2)

        views = [body for event, body in seen["observer"] if event == "view"]
        assert [view["n"] for view in views] == list(range(1, 31))
        assert views[-1]["view"]["panes"][0]["frame"] == 30
        assert not [event for event, _ in seen["chair"] if event in ("view", "pointer", "drawing")]
        drawn = [body for event, body in seen["observer"] if event == "drawing"]
        assert [(one["n"], one["name"], one["case"]) for one in drawn] == [(2, "Dr Chair", case), (3, "Dr Chair", case)]
        assert [one["drawing"] for one in drawn] == [a_length, None]

        late = await seats["member"].connect()
        welcome = await late.ask("hello", FRESH)
        assert welcome["view"]["n"] == 30
        assert welcome["presenter"]["term"] == 1
        assert 0 < welcome["presenter"]["expires_in"] <= 15
        state = fold(welcome["snapshot"]["state"], welcome["tail"])
        assert state["case"] == case
        assert list(state["cases"][case]["marks"]) == [uid(501)]
        assert [person["role"] for person in welcome["roster"]] == ["chair", "observer", "member"]
        assert welcome["roster"][0]["trust"] == "The Christie"

    play(story)


def test_somebody_signs_in_on_the_page_and_joins_with_what_it_gave(server, stage):
    async def story():
        line = await server.sign_in(stage, "member").connect()
        welcome = await line.ask("hello", FRESH)
        assert (welcome["me"]["name"], welcome["me"]["role"]) == ("Dr Member", "member")
        assert "mark" in welcome["me"]["may"]

    play(story)


def test_who_is_not_on_our_page_or_not_signed_in_is_refused(server, stage):
    seat = server.seat(stage, "chair")
    auth = {"meeting": stage.meeting, "client": str(uuid4()), "ticket": seat.ticket}
    evil = {"Cookie": seat.cookie, "Origin": "http://evil.example"}

    async def refusal(headers, auth=auth, query=""):
        line = LiveClient()
        with pytest.raises(Refused) as refused:
            await line.open(server.port, headers, query)
            await line.join(auth)
        return str(refused.value)

    async def story():
        assert await refusal({"Cookie": seat.cookie}) == "401"
        assert await refusal(evil) == "400"
        assert await refusal({**evil, "X-Forwarded-Host": "evil.example"}) == "400"
        assert await refusal({**evil, "Host": "evil.example"}) == "400"
        assert await refusal({**seat.headers, "Cookie": ""}) == "invalid"  # no session, so no ticket of it
        assert await refusal(seat.headers, {**auth, "ticket": "x"}) == "invalid"
        assert await refusal(seat.headers, {**auth, "ticket": None}) == "invalid"
        assert await refusal(seat.headers, {**auth, "client": "me"}) == "invalid"
        assert await refusal(seat.headers, {**auth, "meeting": "0" * 32}) == "forbidden"
        assert await refusal(seat.headers, None) == "invalid"
        assert await refusal(seat.headers, [[]]) == "invalid"

    play(story)


def test_somebody_of_another_team_does_not_learn_that_there_is_a_meeting(server, house, stage):
    other = house[1][-1]
    seat = server.seat(other, "chair")

    async def story():
        seat.meeting = stage.meeting
        with pytest.raises(Refused, match="forbidden"):
            await seat.connect()

    play(story)


def test_whose_sign_in_or_membership_ends_is_cut_within_five_seconds(server, stage):
    async def story():
        cuts: dict[str, list] = {}
        lines = {}
        for role in ("member", "presenter", "observer"):
            cuts[role] = []
            lines[role] = await server.seat(stage, role).connect(heard=noting("cut", "code", cuts[role]))
            await lines[role].ask("hello", FRESH)
        with stage.db.writing() as session:  # by another process, which nobody pages
            session.get_one(Person, stage.people["member"]).active = False
            people_actions.end_membership(
                session,
                by=system("test"),
                person_id=stage.people["presenter"],
                team_id=stage.team,
                last_day=(stage.now - timedelta(days=1)).date(),
                now=stage.now,
            )
        began = time.monotonic()
        for role in ("member", "presenter"):
            await asyncio.wait_for(lines[role].closed.wait(), 5)
        assert time.monotonic() - began < 5
        assert cuts["member"] == ["signed-out"]
        assert cuts["presenter"] == ["signed-out"]
        assert not lines["observer"].closed.is_set()

    play(story)


def test_what_another_process_writes_arrives_without_being_paged(server, stage):
    async def story():
        events: list[int] = []
        line = await server.seat(stage, "member").connect(heard=noting("event", "seq", events))
        welcome = await line.ask("hello", FRESH)
        for n in range(3):
            stage.keep("chair", "mark.put", {"case": stage.cases[0], "mark": mark(n)})
        await until(lambda: len(events) == 3, within=3)
        assert events == [welcome["head"] + 1, welcome["head"] + 2, welcome["head"] + 3]

    play(story)


def test_the_official_client_speaks_with_it(server, stage):
    seat = server.seat(stage, "chair")
    events: list[dict] = []
    with socketio.SimpleClient() as client:
        client.connect(
            f"http://127.0.0.1:{server.port}",
            headers={"Cookie": seat.cookie},  # it says its Origin itself
            auth={"meeting": stage.meeting, "client": str(uuid4()), "ticket": seat.ticket},
            transports=["websocket"],
            namespace="/live",
        )
        welcome = client.call("hello", FRESH)
        state = fold(welcome["snapshot"]["state"], welcome["tail"])
        answer = client.call("op", op("mark.put", {"case": stage.cases[0], "mark": mark(1, text="\N{FISH} é")}))
        assert answer["fresh"]
        while not events:
            event, body = client.receive(timeout=5)
            if event == "event":
                events.append(body)
        state = apply(state, events[0])
        assert state["cases"][stage.cases[0]]["marks"][uid(501)]["text"] == "\N{FISH} é"


def test_fifty_people_join_at_once_while_somebody_presents(server, stage):
    async def story():
        chair = await server.seat(stage, "chair").connect()
        await chair.ask("hello", FRESH)
        await chair.ask("op", op("case.open", {"case": stage.cases[0]}))
        await chair.ask("op", op("presenter.take", {}))
        for n in range(30):
            await chair.ask("op", op("mark.put", {"case": stage.cases[0], "mark": mark(n)}))
        presenting = asyncio.create_task(present(chair, stage.cases[0], seconds=3))
        seat = server.seat(stage, "member")
        began = time.monotonic()
        lines = await asyncio.gather(*(seat.connect() for _ in range(50)))
        welcomes = await asyncio.gather(*(line.ask("hello", FRESH) for line in lines))
        took = time.monotonic() - began
        assert took < 5, took
        states = [fold(welcome["snapshot"]["state"], welcome["tail"]) for welcome in welcomes]
        assert all(state == states[0] for state in states)
        assert len(states[0]["cases"][stage.cases[0]]["marks"]) == 30
        assert max(len(welcome["roster"]) for welcome in welcomes) == 51
        await presenting

    play(story)


def test_the_presenters_tab_dies_and_after_the_lease_somebody_else_presents(server, stage):
    async def story():
        kinds: list[str] = []
        presenter = await server.seat(stage, "presenter").connect()
        member = await server.seat(stage, "member").connect(heard=noting("event", "kind", kinds))
        for line in (presenter, member):
            await line.ask("hello", FRESH)
        await presenter.ask("op", op("presenter.take", {}))
        assert (await presenter.ask("renew", {"term": 1}))["expires_in"] == 15
        assert (await member.ask("renew", {"term": 1}))["code"] == "not-presenter"
        await presenter.close()
        began = time.monotonic()
        assert (await member.ask("op", op("presenter.take", {})))["code"] == "forbidden"
        await until(lambda: kinds[-1:] == ["presenter.release"], within=18)
        assert time.monotonic() - began > 13
        assert (await member.ask("op", op("presenter.take", {})))["ok"]
        assert (await member.ask("renew", {"term": 2}))["ok"]

    play(story)


def test_after_a_hand_over_no_view_of_the_one_before_is_shown(server, stage):
    async def story():
        seen: list[tuple] = []
        chair = await server.seat(stage, "chair").connect()
        member_tab = str(uuid4())
        member = await server.seat(stage, "member").connect(member_tab)
        watcher = await server.seat(stage, "observer").connect(
            heard=lambda event, body: seen.append((event, body.get("term"), body.get("n"), body.get("kind")))
        )
        for line in (chair, member, watcher):
            await line.ask("hello", FRESH)
        await chair.ask("op", op("case.open", {"case": stage.cases[0]}))
        await chair.ask("op", op("presenter.take", {}))
        presenting = asyncio.create_task(present(chair, stage.cases[0], seconds=1.5))
        await asyncio.sleep(0.5)
        assert (await chair.ask("op", op("presenter.hand", {"client": member_tab})))["ok"]
        await asyncio.gather(presenting, present(member, stage.cases[0], seconds=0.5, term=2))
        await until(lambda: ("view", 2, 15, None) in seen)
        handed = next(at for at, told in enumerate(seen) if told[3] == "presenter.hand")
        assert {told[1] for told in seen[:handed] if told[0] == "view"} == {1}
        assert {told[1] for told in seen[handed:] if told[0] == "view"} == {2}

    play(story)


def test_a_tab_whose_state_differs_is_told(server, stage):
    async def story():
        line = await server.seat(stage, "member").connect()
        welcome = await line.ask("hello", FRESH)
        state = fold(welcome["snapshot"]["state"], welcome["tail"])
        right = {"seq": welcome["head"], "digest": digest(state)}
        assert (await line.ask("digest", right))["same"] is True
        assert (await line.ask("digest", {**right, "digest": "0" * 16}))["same"] is False
        assert (await line.ask("digest", {**right, "seq": 99}))["same"] is None

    play(story)


def test_the_roster_follows_who_follows_and_who_leaves(server, stage):
    async def story():
        rosters: list[list] = []
        line = await server.seat(stage, "member").connect(heard=noting("roster", "people", rosters))
        other = await server.seat(stage, "chair").connect()
        for tab in (line, other):
            await tab.ask("hello", FRESH)
        await other.ask("follow", {"following": False})
        await until(lambda: bool(rosters) and [person["following"] for person in rosters[-1]] == [True, False])
        await other.close()
        await until(lambda: len(rosters[-1]) == 1)

    play(story)


def test_a_tab_that_connects_again_replaces_itself_and_nobody_takes_anothers(server, stage):
    async def story():
        cuts: list[str] = []
        tab = str(uuid4())
        first = await server.seat(stage, "member").connect(tab, heard=noting("cut", "code", cuts))
        await first.ask("hello", FRESH)
        with pytest.raises(Refused, match="invalid"):
            await server.seat(stage, "observer").connect(tab)
        second = await server.seat(stage, "member").connect(tab)
        welcome = await second.ask("hello", FRESH)
        assert len(welcome["roster"]) == 1
        await asyncio.wait_for(first.closed.wait(), 5)
        assert cuts == ["replaced"]
        assert (await second.ask("follow", {"following": False}))["ok"]

    play(story)


def test_eight_meetings_hear_nothing_of_each_other(server, house):
    async def story():
        stages = [house[1].pop() for _ in range(8)]
        heard: dict[str, list[str]] = {}
        lines = []
        for stage in stages:
            heard[stage.meeting] = []
            for role in ("chair", "member"):
                listener = in_json(heard[stage.meeting])
                lines.append((stage, await server.seat(stage, role).connect(heard=listener)))
        for _stage, line in lines:
            await line.ask("hello", FRESH)
        for stage, line in lines[::2]:
            await line.ask("op", op("case.open", {"case": stage.cases[0]}))
            await line.ask("op", op("presenter.take", {}))
        await asyncio.gather(*(present(line, stage.cases[0], seconds=1) for stage, line in lines[::2]))
        for stage in stages:
            told = "".join(heard[stage.meeting])
            assert stage.cases[0] in told
            for other in stages:
                if other is not stage:
                    assert other.cases[0] not in told
                    assert not any(person in told for person in other.people.values())

    play(story)


def test_what_pages_do_is_seen_in_the_room(server, stage):
    async def story():
        kinds: list[str] = []
        line = await server.seat(stage, "member").connect(heard=noting("event", "kind", kinds))
        await line.ask("hello", FRESH)
        form = {"expected": " ".join(stage.cases), "case": stage.cases[1], "before": stage.cases[0]}
        assert (await press(server.seat(stage, "chair"), f"/meetings/{stage.meeting}/order", form)) == 302
        await until(lambda: kinds == ["agenda.change"])
        assert (await press(server.seat(stage, "chair"), f"/meetings/{stage.meeting}/close", {})) == 302
        await until(lambda: kinds == ["agenda.change", "meeting.close"])
        answer = await line.ask("op", op("mark.put", {"case": stage.cases[0], "mark": mark(1)}))
        assert (answer["code"], answer["message"]) == ("closed", "The meeting is closed; nothing more is kept.")

    play(story)


def test_who_signs_out_leaves_the_room_at_once(server, stage):
    async def story():
        cuts: list[str] = []
        line = await server.seat(stage, "member").connect(heard=noting("cut", "code", cuts))
        await line.ask("hello", FRESH)
        assert (await press(server.seat(stage, "member"), "/sign-out", {})) == 302
        await asyncio.wait_for(line.closed.wait(), 1)
        assert cuts == ["signed-out"]

    play(story)


async def press(seat: Seat, path: str, form: dict) -> int:
    """A button on a page: the status of the answer."""
    headers = {**seat.headers, "Referer": f"http://127.0.0.1:{seat.port}/"}
    async with httpx.AsyncClient(headers=headers) as browser:
        url = f"http://127.0.0.1:{seat.port}{path}"
        return (await browser.post(url, data={**form, "csrf_token": seat.ticket})).status_code


def in_json(into: list[str]):
    return lambda event, body: into.append(json.dumps([event, body]))


async def present(line: LiveClient, case: str, *, seconds: float, term: int = 1) -> None:
    """Thirty views a second."""
    for n in range(1, int(seconds * 30) + 1):
        line.tell("view", {"term": term, "n": n, "view": a_view(case, n)})
        await asyncio.sleep(1 / 30)
