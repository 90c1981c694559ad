"""What people do in the room, with hands: who presents, what is drawn, and what the pages then show."""

from typing import Any
from uuid import uuid4

from playwright.sync_api import Browser, Page

from tests.system.crowd import Somebody
from tests.system.room_place import Place, middle, present, until
from tests.system.steps import room, wait


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


def until_still(page: Page, somebody: Somebody) -> None:
    """Until no view came for a while."""
    count = -1
    while count != len(somebody.views):
        count = len(somebody.views)
        page.wait_for_timeout(400)


def draw(page: Page, place: Place, start: tuple[int, int], end: tuple[int, int]) -> str:
    """A length, in pixels from the middle of the first viewport; the new mark's id, when it is kept."""
    before = {mark["id"] for mark in room(page)["marks"]}
    stroke(page, start, end)
    (fresh,) = {mark["id"] for mark in room(page)["marks"]} - before
    until(page, lambda: fresh in place.marks())
    return fresh


def stroke(page: Page, start: tuple[int, int], end: tuple[int, int]) -> None:
    page.keyboard.press("l")
    x, y = middle(page)
    page.mouse.move(x + start[0], y + start[1])
    page.mouse.down()
    page.mouse.move(x + (start[0] + end[0]) / 2, y + (start[1] + end[1]) / 2, steps=3)
    page.mouse.move(x + end[0], y + end[1], steps=3)
    page.mouse.up()


def a_length(case: str, number: int) -> dict[str, Any]:
    points = [[number, 0, 0], [number, 10, 0]]
    image = {"study": "1.2.3.0", "series": "1.2.3.0.1", "sop": "1.2.3.0.1.1", "frame": 1}
    return {
        "case": case,
        "mark": {"id": str(uuid4()), "version": 1, "tool": "Length", "points": points, "text": ""} | image,
    }
