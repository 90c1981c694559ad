"""The fold, by the cases that the browser runs too."""

import copy
import json
from pathlib import Path

import pytest

from mdt.live.digest import digest
from mdt.live.handlers import OWN_KINDS
from mdt.live.room import EMPTY, apply, fold

CASES = json.loads((Path(__file__).parents[1] / "cases" / "room.json").read_text())


@pytest.mark.parametrize("case", CASES["cases"], ids=lambda case: case["name"])
def test_an_event_does_what_the_wire_says_and_spares_what_it_was_given(case):
    before = copy.deepcopy(case["state"])
    after = apply(case["state"], case["event"])
    assert after == case["after"]
    assert digest(after) == case["digest"]
    assert case["state"] == before


def test_a_whole_meeting_folds_to_the_same_digest_at_every_step():
    state = CASES["long"]["start"]
    for event, expected in zip(CASES["long"]["events"], CASES["long"]["digests"], strict=True):
        state = apply(state, event)
        assert digest(state) == expected
    assert state == CASES["long"]["after"]


def test_events_that_come_twice_or_late_are_put_right_by_pulling():
    told = CASES["duplicates"]
    state, last = told["start"], 0
    waiting: dict[int, dict] = {}
    pulls: list[int] = []
    for event in told["arrivals"]:
        if event["seq"] <= last:
            continue
        if event["seq"] > last + 1 and not waiting:
            pulls.append(last)
        waiting[event["seq"]] = event
        while last + 1 in waiting:
            last += 1
            state = apply(state, waiting.pop(last))
    assert (state, last, pulls) == (told["after"], told["last"], told["pulls"])


def test_the_empty_room_is_the_wires():
    assert CASES["empty"] == EMPTY
    assert fold(EMPTY, []) == EMPTY


def test_any_snapshot_and_its_later_events_are_the_snapshot_taken_later():
    told = CASES["long"]
    state = told["start"]
    for at, event in enumerate(told["events"]):
        snapshot = json.loads(json.dumps(state))
        assert fold(snapshot, told["events"][at:]) == told["after"], f"from {at}"
        state = apply(state, event)


def test_the_long_meeting_has_every_kind():
    kinds = {event["kind"] for event in CASES["long"]["events"]}
    assert kinds == {*OWN_KINDS, "outcome.set", "outcome.sign", "outcome.amend"}
