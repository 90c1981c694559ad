"""What happens to people in the room: in real browsers, on the server that ships."""

import json
import time
from datetime import timedelta
from uuid import uuid4

import numpy as np
import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import select

from mdt.core.actor import system
from mdt.core.audit import AuditEntry
from mdt.core.clock import utc_now
from mdt.people import actions as people
from tests.room_stage import key
from tests.system.crowd import Crowd
from tests.system.room_place import Place, middle, until
from tests.system.room_steps import draw, in_the_first_case, index, until_still
from tests.system.steps import room, wait

pytestmark = pytest.mark.system


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
    until_still(presenter, watching)

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


def test_joining_in_the_middle_of_somebodys_drawing(browser: Browser, place: Place, crowd: Crowd) -> None:
    (chair,) = in_the_first_case(browser, place, "chair")
    finished = draw(chair, place, (-40, 0), (40, 30))
    x, y = middle(chair)
    chair.mouse.move(x - 60, y + 50)
    chair.mouse.down()
    chair.mouse.move(x + 20, y + 60, steps=4)

    member = place.enter(browser, "member")
    wait(member, f"room.panes[0] && room.panes[0].painted && room.marks.some(m => m.id === '{finished}')")
    kept = set(place.marks())
    assert {mark["id"] for mark in room(member)["marks"]} <= kept, "somebody sees a mark that is still being made"
    here, there = ({m["id"]: m["points"] for m in room(page)["marks"]} for page in (chair, member))
    assert here[finished] == there[finished]

    # What was in the making is not lost by the joining, and comes when the hand lets go.
    chair.mouse.move(x + 50, y + 80, steps=2)
    chair.mouse.up()
    until(chair, lambda: len(place.marks()) == len(kept) + 1)
    (let_go,) = set(place.marks()) - kept
    wait(member, f"room.marks.some(m => m.id === '{let_go}')")
    wait(chair, "room.client.pending === 0")
    assert {m["id"]: m["points"] for m in room(chair)["marks"]} == {m["id"]: m["points"] for m in room(member)["marks"]}


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
    expect(row).to_have_count(0, timeout=10_000)
    assert not chair.evaluate("window.wasLost"), "who says goodbye has not lost the connection"


LOST = """() => {
    window.wasLost = false;
    new MutationObserver(() => { window.wasLost ||= document.querySelector('.person-lost') !== null; })
        .observe(document.body, {subtree: true, childList: true});
}"""


def test_who_is_removed_from_the_team_is_out_within_a_second(browser: Browser, place: Place, crowd: Crowd) -> None:
    chair, member = in_the_first_case(browser, place, "chair", "member")
    listed = member.request.get(f"/imaging/cases/{place.stage.cases[0]}.json").json()
    (series,) = (series for study in listed["studies"] for series in study["series"])
    frames = f"/imaging/series/{series['key']}/{series['version']}/frames"
    assert member.request.get(frames, max_redirects=0).status == 200
    holding = crowd.somebody(place.seat("member"))

    yesterday = utc_now().date() - timedelta(days=1)
    who = {"person_id": place.stage.people["member"], "team_id": place.stage.team}
    with place.stage.db.writing() as session:
        people.end_membership(session, by=system("test"), **who, last_day=yesterday, now=utc_now())
    removed = time.monotonic()
    assert member.request.get(frames, max_redirects=0).status != 200
    until(chair, lambda: bool(holding.told("cut")))
    print(f"Out {time.monotonic() - removed:.1f} s after they were removed")
    assert [cut["code"] for cut in holding.told("cut")] == ["signed-out"]
    # Nothing of the patient is left on their screen, and nothing they press means the room.
    expect(member.get_by_role("heading", name="You are no longer in this room")).to_be_visible()
    expect(member.locator("canvas, .banner, .agenda, .strip")).to_have_count(0)
    assert "HARGREAVES" not in member.locator("body").inner_text()
    member.keyboard.press("n")
    assert room(member)["client"]["pending"] == 0
    name = room(member)["client"]["me"]["name"]
    expect(chair.get_by_role("list", name="In the room").get_by_text(name)).to_have_count(0)


# One message of the room is damaged on its way.
DAMAGE = """() => {
    const heard = window.ownSocket.onmessage;
    window.ownSocket.onmessage = ({data}) => heard({data: data.startsWith('42') ? data.replace('9 mm', '6 mm') : data});
}"""


def test_a_screen_whose_room_was_damaged_is_found_by_its_digest_and_says_so(browser: Browser, place: Place) -> None:
    page = place.enter(browser, "coordinator")
    page.evaluate(DAMAGE)
    case = place.stage.cases[1]
    place.stage.now = utc_now()
    place.stage.keep("chair", "key.put", {"case": case, "key": key(1, caption="9 mm")}, op=str(uuid4()))
    caption = f"room.state.cases['{case}']?.keys['{key(1)['id']}']?.caption"
    wait(page, f"{caption} === '6 mm'")
    page.evaluate("() => document.dispatchEvent(new Event('visibilitychange'))")  # they look at it again
    wait(page, f"{caption} === '9 mm' && room.client.resyncs === 1 && room.client.connection === 'in-step'")
    expect(page.get_by_role("alert").filter(has_text="It has been put right").first).to_be_visible()
    assert room(page)["state"] == place.state()


def test_who_drew_a_mark_is_said_at_the_mark_and_nowhere_else(browser: Browser, place: Place) -> None:
    """A mark stays chosen after it was drawn; what stood beside the mouse once hid a date of birth."""
    (page,) = in_the_first_case(browser, place, "chair")
    draw(page, place, (-60, 40), (60, 40))
    x, y = middle(page)
    said = page.locator(".mark-who")
    page.mouse.move(x + 20, y + 40)
    expect(said).to_contain_text("Dr Chair")
    page.mouse.move(x, y - 120)
    expect(said).to_be_hidden()
    page.mouse.move(x + 20, y + 40)
    expect(said).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(said).to_be_hidden()
