"""The lobby, hands, the quorum and the record of what was shown, on the server that ships."""

import asyncio
import time
from datetime import timedelta

import pytest

from mdt.core.clock import in_london, utc_now
from mdt.core.db import Database
from mdt.live import presence, recording
from mdt.meeting import guests, policies
from mdt.people.models import Person
from mdt.people.queries import build_actor
from tests.fuzz.stories import FRESH, a_view, op, until
from tests.live_client import Refused, play
from tests.room_stage import mark


def knock(stage) -> str:
    """The outsider asks to come in; who they are."""
    with stage.db.writing() as session:
        outsider = build_actor(session, session.get_one(Person, stage.people["outsider"]), utc_now())
        return guests.ask(session, by=outsider, meeting_id=stage.meeting, reason="I operated on him", now=utc_now()).id


def test_a_guest_waits_is_admitted_to_look_and_is_out_the_moment_they_are_shown_out(server, stage):
    async def story():
        desks, cuts = [], []
        chair = await server.seat(stage, "chair").connect(heard=lambda e, b: desks.append(b) if e == "desk" else None)
        assert (await chair.ask("hello", FRESH))["desk"]["lobby"] == []
        member = await server.seat(stage, "member").connect()
        await member.ask("hello", FRESH)
        seat = server.seat(stage, "outsider")
        with pytest.raises(Refused, match="forbidden"):
            await seat.connect()
        guest = knock(stage)
        assert [one["name"] for one in (await member.ask("hello", FRESH))["desk"]["lobby"]] == []
        refused = await member.ask("guest", {"guest": guest, "decision": "observer"})
        assert refused["code"] == "forbidden"
        await until(lambda: bool(desks) and bool(desks[-1]["lobby"]), 12)
        assert desks[-1]["lobby"][0]["reason"] == "I operated on him"
        with pytest.raises(Refused, match="forbidden"):
            await seat.connect()
        assert (await chair.ask("guest", {"guest": guest, "decision": "observer"}))["ok"]
        await asyncio.sleep(1.1)  # who somebody is, is remembered for a second
        inside = await seat.connect(heard=lambda e, b: cuts.append((e, time.monotonic())) if e == "cut" else None)
        welcome = await inside.ask("hello", FRESH)
        assert welcome["me"]["may"] == ["meeting.see"]
        assert welcome["desk"]["lobby"] == []
        body = {"case": stage.cases[0], "mark": mark(1)}
        assert (await inside.ask("op", op("mark.put", body)))["code"] == "forbidden"
        assert (await inside.ask("op", op("presenter.take", {})))["code"] == "forbidden"
        assert (await chair.ask("guest", {"guest": guest, "decision": "participant"}))["ok"]
        await asyncio.sleep(1.1)
        assert (await inside.ask("op", op("mark.put", body)))["ok"]
        assert (await inside.ask("op", op("outcome.set", {"case": stage.cases[0]})))["ok"] is False
        out = time.monotonic()
        assert (await chair.ask("guest", {"guest": guest, "decision": "shown-out"}))["ok"]
        await asyncio.wait_for(inside.closed.wait(), 3)
        assert cuts
        assert cuts[0][1] - out < 1
        with pytest.raises(Refused, match="forbidden"):
            await seat.connect()

    play(story)


def test_hands_keep_their_order_over_a_broken_line_and_the_chair_gives_the_word(server, stage):
    async def story():
        told: list[dict] = []
        chair = await server.seat(stage, "chair").connect(heard=lambda e, b: told.append(b) if e == "roster" else None)
        await chair.ask("hello", FRESH)
        seats = {role: server.seat(stage, role) for role in ("member", "presenter")}
        lines = {role: await seat.connect() for role, seat in seats.items()}
        for line in lines.values():
            await line.ask("hello", FRESH)
            assert (await line.ask("hand", {"up": True, "person": None}))["ok"]
            await asyncio.sleep(0.01)
        people = stage.people
        assert (await lines["member"].ask("hand", {"up": False, "person": people["presenter"]}))["code"] == "forbidden"

        def hands() -> list[str]:
            up = [one for one in told[-1]["people"] if one["hand"]]
            return [one["person"] for one in sorted(up, key=lambda one: one["hand"])]

        await until(lambda: bool(told) and hands() == [people["member"], people["presenter"]])
        await lines["member"].close()
        await until(lambda: [one["person"] for one in told[-1]["lost"]] == [people["member"]])
        again = await seats["member"].connect()
        welcome = await again.ask("hello", FRESH)
        assert welcome["lost"] == []
        await until(lambda: hands() == [people["member"], people["presenter"]])
        assert (await chair.ask("word", {"person": people["member"]}))["ok"]
        await until(lambda: told[-1]["word"] == people["member"] and hands() == [people["presenter"]])
        assert (await again.ask("word", {"person": None}))["ok"]
        await until(lambda: told[-1]["word"] is None)

    play(story)


def test_who_is_missing_is_told_and_what_was_shown_is_kept_for_a_replay(server, stage):
    with stage.db.writing() as session:
        team = stage.team
        roles = [
            {"name": "Radiologist", "count": 1, "specialties": ["radiologist"]},
            {"name": "Pathologist", "count": 1, "specialties": ["pathologist"]},
        ]
        session.get_one(Person, stage.people["presenter"]).specialty = "Radiologist"
        session.get_one(Person, stage.people["member"]).specialty = "Consultant pathologist"
        now = utc_now()
        policies.set_policy(
            session, by=stage.actor("chair"), team_id=team, starts=in_london(now).date(), roles=roles,
            blocks="opening", records_views=True, clock_for_all=False, now=now,
        )  # fmt: skip

    async def story():
        line = await server.seat(stage, "presenter").connect()
        quorum = (await line.ask("hello", FRESH))["desk"]["quorum"]
        assert [one["role"] for one in quorum["missing"]] == ["Pathologist"]
        await line.ask("op", op("presenter.take", {}))
        refused = await line.ask("op", op("case.open", {"case": stage.cases[0]}))
        assert refused["code"] == "invalid"
        assert "No pathologist is here" in refused["message"]
        alone = await server.seat(stage, "member").connect(prepares=True)
        welcome = await alone.ask("hello", FRESH)
        assert [one["role"] for one in welcome["desk"]["quorum"]["missing"]] == ["Pathologist"], (
            "who prepares is not there"
        )
        assert {one["person"] for one in welcome["roster"]} == {stage.people["presenter"]}
        assert (await alone.ask("hand", {"up": True, "person": None}))["code"] == "invalid"
        assert (await alone.ask("op", op("presenter.take", {})))["code"] == "invalid"
        assert (await alone.ask("op", op("mark.put", {"case": stage.cases[0], "mark": mark(7)})))["ok"]
        with stage.db.reading() as session:
            there = presence.attendance(session, stage.actor("chair"), stage.meeting, utc_now())
        assert {one.person for one in there.people} == {stage.people["presenter"]}
        other = await server.seat(stage, "member").connect()
        assert (await other.ask("hello", FRESH))["desk"]["quorum"]["missing"] == []
        assert (await line.ask("op", op("case.open", {"case": stage.cases[0]})))["ok"]
        for n in range(1, 31):
            line.tell("view", {"term": 1, "n": n, "view": a_view(stage.cases[0], n)})
            await asyncio.sleep(1 / 60)
        await line.ask("op", op("mark.put", {"case": stage.cases[0], "mark": mark(1)}))

        def kept(db: Database) -> list[int]:
            with db.reading() as session:
                told = recording.of_case(session, stage.actor("chair"), stage.cases[0], utc_now())
            return [one["n"] for one in told["views"]]

        await until(lambda: 30 in kept(stage.db), 8)
        assert len(kept(stage.db)) <= 3, "thirty views in half a second are one or two, and the last before the mark"

    play(story)
    with stage.db.reading() as session:
        there = presence.attendance(session, stage.actor("chair"), stage.meeting, utc_now() + timedelta(seconds=1))
    assert {one.person for one in there.people} == {stage.people["presenter"], stage.people["member"]}
    assert all(one.cases[stage.cases[0]] <= one.seconds for one in there.people)
