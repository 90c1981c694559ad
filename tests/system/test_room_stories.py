"""What happens to people in the room: in real browsers, on the server that ships."""

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from mdt.core.audit import AuditEntry
from tests.system.crowd import Crowd
from tests.system.room_place import Place, a_place, middle, present, until
from tests.system.steps import room, wait

pytestmark = pytest.mark.system


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with a_place(tmp_path_factory.mktemp("stories")) as place:
        yield place


@pytest.fixture(scope="module")
def crowd() -> Iterator[Crowd]:
    crowd = Crowd()
    yield crowd
    crowd.close()


def in_the_first_case(browser: Browser, place: Place, *roles: str) -> list[Page]:
    """These people, all with the first patient's CT before them; the first of them presents it."""
    pages = [place.enter(browser, role) for role in roles]
    first, case = pages[0], place.stage.cases[0]
    if place.state()["case"] != case:
        chair = place.enter(browser, "chair")
        chair.get_by_role("tab", name="Agenda").click()
        chair.locator(".agenda-case").nth(0).click()
    for page in pages:
        wait(page, f"room.case === '{case}'")
    if room(first)["client"]["me"]["role"] != "chair" and room(first)["state"]["presenter"] is not None:
        hand_over(place.enter(browser, "chair"), first)
    else:
        present(first)
    for page in pages:
        if not room(page)["client"]["following"]:
            page.keyboard.press("Space")
        wait(page, "room.panes[0] && room.panes[0].painted && room.panes[0].frames === 40")
    return pages


def hand_over(chair: Page, to: Page) -> None:
    """By whoever presents, or by the chair for them."""
    who = room(to)["client"]["me"]["name"]
    if not room(to)["client"]["presenting"]:
        chair.get_by_role("tab", name="People").click()
        chair.get_by_role("button", name=f"Hand over to {who}").click()
    wait(to, "room.client.presenting")


def index(view: dict[str, Any]) -> int:
    """The place of the slice that the first viewport of a view shows."""
    return int(view["view"]["panes"][0]["sop"].rsplit(".", 1)[1]) - 1


def test_hand_over_in_the_middle_of_a_scroll(browser: Browser, place: Place, crowd: Crowd) -> None:
    presenter, chair = in_the_first_case(browser, place, "presenter", "chair")
    presenter.keyboard.press("Home")
    wait(chair, "room.panes[0].index === 0")
    watching = crowd.somebody(place.seat("observer"))
    presenter.mouse.move(*middle(presenter))
    for notch in range(30):
        presenter.mouse.wheel(0, 100)
        presenter.wait_for_timeout(30)
        if notch == 14:
            chair.keyboard.press("t")
    wait(chair, "room.client.presenting")
    expect(presenter.get_by_role("alert").filter(has_text="Dr Chair presents now").first).to_be_visible()
    watching_until_still(presenter, watching)

    # The scroll went on for everybody from where it was, and never back.
    shown = [(view["term"], index(view)) for view in watching.views]
    assert shown == sorted(shown), shown
    before, after = ([at for term, at in shown if term == which] for which in (shown[0][0], shown[-1][0]))
    assert len({term for term, _ in shown}) == 2
    assert 0 < before[-1] < 29, "the hand-over was not in the middle"
    assert after == [before[-1]], "whoever presents next begins where the last one ended"

    # Exactly one presents, everywhere; the other is told whose it is, and that what he still turned was not shown.
    who = room(chair)["client"]["client"]
    assert {page_state["presenter"]["client"] for page_state in (place.state(), room(presenter)["state"])} == {who}
    assert not room(presenter)["client"]["presenting"]
    assert place.state()["presenter"]["term"] == shown[-1][0]
    presenter.keyboard.press("Space")  # back to whoever presents
    wait(presenter, f"room.client.following && room.panes[0].index === {after[-1]}")


def watching_until_still(page: Page, somebody: Any) -> None:
    count = -1
    while count != len(somebody.views):
        count = len(somebody.views)
        page.wait_for_timeout(400)


def test_joining_in_the_middle_of_somebodys_drawing(browser: Browser, place: Place, crowd: Crowd) -> None:
    (chair,) = in_the_first_case(browser, place, "chair")
    finished = draw(chair, place, (-40, 0), (40, 30))
    x, y = middle(chair)
    chair.mouse.move(x - 60, y + 50)
    chair.mouse.down()
    chair.mouse.move(x + 20, y + 60, steps=4)

    member = place.enter(browser, "member")
    wait(member, f"room.panes[0] && room.panes[0].painted && room.marks.some(m => m.id === '{finished}')")
    assert [mark["id"] for mark in room(member)["marks"]] == [finished]
    here, there = ({m["id"]: m["points"] for m in room(page)["marks"]} for page in (chair, member))
    assert here[finished] == there[finished]

    # What was in the making is not lost by the joining, and comes when the hand lets go.
    chair.mouse.move(x + 50, y + 80, steps=2)
    chair.mouse.up()
    wait(member, "room.marks.length === 2")
    wait(chair, "room.client.pending === 0")
    assert {m["id"]: m["points"] for m in room(chair)["marks"]} == {m["id"]: m["points"] for m in room(member)["marks"]}


def draw(page: Page, place: Place, start: tuple[int, int], end: tuple[int, int]) -> str:
    """A length, in pixels from the middle of the first viewport; the new mark's id, when it is kept."""
    before = set(place.marks())
    page.keyboard.press("l")
    x, y = middle(page)
    page.mouse.move(x + start[0], y + start[1])
    page.mouse.down()
    page.mouse.move(x + (start[0] + end[0]) / 2, y + (start[1] + end[1]) / 2, steps=3)
    page.mouse.move(x + end[0], y + end[1], steps=3)
    page.mouse.up()
    until(page, lambda: len(place.marks()) == len(before) + 1)
    (fresh,) = set(place.marks()) - before
    return fresh


def test_two_move_one_mark_at_once(browser: Browser, place: Place) -> None:
    member, chair = in_the_first_case(browser, place, "member", "chair")
    mark = draw(member, place, (-90, -60), (-10, -60))
    wait(chair, f"room.marks.some(m => m.id === '{mark}')")
    pages = (chair, member)
    for page in pages:
        page.keyboard.press("l")
        x, y = middle(page)
        page.mouse.move(x - 80, y - 50)
        page.mouse.move(x - 90, y - 60, steps=3)
        page.wait_for_timeout(100)  # as long as a hand rests before it takes hold
        page.mouse.down()
    for page, away in zip(pages, (-40, 60), strict=True):
        x, y = middle(page)
        page.mouse.move(x - 90, y - 60 + away / 2, steps=2)
        page.mouse.move(x - 90, y - 60 + away, steps=2)
    chair.mouse.up()
    wait(member, f"room.state.cases['{place.stage.cases[0]}'].marks['{mark}'].version === 2")
    member.mouse.up()

    # The first wins; the other is told who, in words, and sees that version. Nobody's change is lost unsaid.
    told = member.get_by_role("alert").filter(has_text="Dr Chair").first
    expect(told).to_be_visible()
    wait(member, "room.client.pending === 0")
    kept = place.marks()[mark]
    assert (kept["version"], kept["edited"]["name"]) == (2, "Dr Chair")
    for page in pages:
        wait(page, f"room.marks.some(m => m.id === '{mark}')")
        (drawn,) = [m for m in room(page)["marks"] if m["id"] == mark]
        assert np.allclose(drawn["points"], kept["points"])
    told.get_by_role("button", name="Put mine back").click()
    until(member, lambda: place.marks()[mark]["version"] == 3)
    wait(chair, f"room.state.cases['{place.stage.cases[0]}'].marks['{mark}'].version === 3")


def test_a_view_from_somebody_who_does_not_present(browser: Browser, place: Place) -> None:
    chair, member = in_the_first_case(browser, place, "chair", "member")
    (shown,) = (pane["view"] for pane in room(chair)["panes"])
    term = room(chair)["state"]["presenter"]["term"]
    forged = shown | {"sop": "1.2.3.0.1.1", "invert": True}
    view = {"case": place.stage.cases[0], "layout": "1x1", "active": 0, "panes": [forged]}
    for n in range(3):
        message = json.dumps(["view", {"term": term, "n": 1_000_000 + n, "view": view}])
        member.evaluate("(message) => window.ownSocket.send('42/live,' + message)", message)
    expect(member.get_by_role("alert").filter(has_text="was not shown to the others").first).to_be_visible()

    # Nobody's picture moved, the presenter's next view is taken as ever, and it is written down: once.
    for page in (chair, member):
        seen = room(page)["panes"][0]["view"]
        assert (seen["sop"], seen["invert"]) == (shown["sop"], shown["invert"])
    chair.mouse.move(*middle(chair))
    chair.mouse.wheel(0, 100)
    wait(
        member, f"room.panes[0].index === {room(chair)['panes'][0]['index']} && room.panes[0].sop !== '{shown['sop']}'"
    )
    with place.stage.db.reading() as session:
        written = session.scalars(select(AuditEntry).where(AuditEntry.action == "live.view-refused")).one()
    assert (written.actor_id, written.detail["term"]) == (place.stage.people["member"], term)
    assert "live.view-refused" in place.product.log()


def test_who_closes_the_tab_has_left_at_once(browser: Browser, place: Place) -> None:
    chair, member = place.enter(browser, "chair"), place.enter(browser, "member")
    name = room(member)["client"]["me"]["name"]
    chair.get_by_role("tab", name="People").click()
    row = chair.get_by_role("list", name="In the room").get_by_role("listitem").filter(has_text=name)
    expect(row).to_be_visible()
    chair.evaluate(LOST)
    member.close()
    expect(row).to_have_count(0, timeout=3000)
    assert not chair.evaluate("window.wasLost"), "who says goodbye has not lost the connection"


LOST = """() => {
    window.wasLost = false;
    new MutationObserver(() => { window.wasLost ||= document.querySelector('.person-lost') !== null; })
        .observe(document.body, {subtree: true, childList: true});
}"""
