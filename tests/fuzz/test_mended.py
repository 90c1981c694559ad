"""What bad days have found in the room, each as a story of its own."""

import pytest

from mdt.live.presence import attendance
from tests.fuzz.days import empty_database, staged
from tests.fuzz.simulation import Simulation, rules
from tests.fuzz.views import a_view


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    return empty_database(tmp_path_factory.mktemp("mended"))


@pytest.fixture
def day(empty):
    """The chair on one process, the member on the other; the chair presents the first case."""
    with staged(empty, seed=1) as stage, rules(stage):
        day = Simulation(stage, seed=1)
        chair, member = day.tabs[0], day.tabs[2]
        chair.connect(day.processes[0])
        member.connect(day.processes[1])
        for kind in ("presenter.take", "case.open"):
            chair.client.send(stage.next_op(), kind, {"case": stage.cases[0]} if kind == "case.open" else {})
            good(day)
        yield day
        day.close()


def good(day: Simulation, seconds: int = 1) -> None:
    """Everything arrives, for a while."""
    day._deliver_all()
    for _ in range(seconds):
        day.tick()
        day._deliver_all()


def show(day: Simulation) -> None:
    case = day.stage.cases[0]
    view = a_view(day.random, case, day.imaging[case], day.next_view())
    day.tabs[0].tell("view", day.tabs[0].show(view))


def test_the_last_view_is_shown_within_a_second_even_if_its_page_was_lost(day):
    show(day)
    good(day)
    show(day)
    day.tabs[0].connection.deliver_all()
    day.pages_under_way.clear()  # Redis went away just then
    good(day)
    assert day.tabs[2].client.presented["n"] == day.tabs[0].shown[-1][1]


def test_a_hand_and_the_word_are_known_to_every_process_even_if_their_page_was_lost(day):
    chair, member = day.tabs[0], day.tabs[2]
    chair.tell("hand", {"up": True, "person": None})
    chair.tell("word", {"person": member.person})
    chair.connection.deliver_all()
    day.pages_under_way.clear()
    good(day, 6)
    for tab in (chair, member):
        assert tab.client.company["word"] == member.person
        assert [one["person"] for one in tab.client.company["people"] if one["hand"]] == [chair.person]
    chair.tell("hand", {"up": False, "person": None})
    chair.connection.deliver_all()
    day.pages_under_way.clear()
    good(day, 6)
    assert not any(one["hand"] for one in member.client.company["people"])


def test_who_was_on_a_process_that_died_leaves_every_list(day):
    chair, member = day.tabs[0], day.tabs[2]
    good(day)
    assert len(member.client.company["people"]) == 2
    chair.drop(noticed=False)
    day.processes[0].die()
    day.processes.pop(0)
    good(day, 17)
    assert [one["person"] for one in member.client.company["people"]] == [member.person]


def test_who_is_still_connected_after_their_process_stood_still_is_there(day):
    """The other process takes them for lost; that must not be the last word."""
    day.stage.later(60)
    day.processes[1].keeper.note_attendance()
    day.processes[0].keeper.note_attendance()
    with day.stage.db.reading() as session:
        there = attendance(session, day.stage.actor("chair"), day.stage.meeting, day.stage.now)
    assert {one.person: one.spans[-1][1] == day.stage.now for one in there.people} == {
        day.tabs[0].person: True,
        day.tabs[2].person: True,
    }


def test_a_case_that_is_opened_again_goes_on_being_shown_as_it_was(day):
    show(day)
    good(day)
    chair, member = day.tabs[0], day.tabs[2]
    before = member.client.presented
    chair.client.send(day.stage.next_op(), "case.open", {"case": day.stage.cases[0]})
    good(day)
    assert before is not None
    assert member.client.presented == before
    assert day.processes[0].rooms.of(day.stage.meeting).view.as_json() == before
