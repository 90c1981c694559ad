"""A coordinator builds the agenda with the keyboard alone: who comes, the suggested order, a case to its place."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from mdt.core.actor import system
from mdt.core.clock import in_london, utc_now
from mdt.meeting import policies
from mdt.meeting.triage import sorting
from tests.system.product import Product
from tests.system.seeded import Running, enter
from tests.unit.pages import seeded

pytestmark = pytest.mark.system

ROLES = [{"name": "Thoracic surgeon", "count": 1, "specialties": ["thoracic surgeon"]}]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("agenda")
    with seeded(folder) as made:
        with made.house.db.writing() as db:
            now, by = utc_now(), system("story")
            policies.set_policy(
                db, by=by, team_id=made.teams["lung"], starts=in_london(now).date(), roles=ROLES, blocks="nothing",
                records_views=True, clock_for_all=False, now=now,
            )  # fmt: skip
            asked = {"stream": "full", "needs": "thoracic surgeon"}
            sorting.sort(db, by=by, case_id=made.cases["nasty"], seen=0, now=now, **asked)
        product = Product(folder)
        product.start()
        yield Running(product, made)
        product.stop()


def to(page: Page, control: Locator) -> None:
    """With Tab, as somebody who uses no mouse."""
    expect(control).to_be_visible()
    for _ in range(200):
        if control.evaluate("one => one === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError("no Tab leads there")


def order(page: Page) -> list[str]:
    return page.locator("[data-agenda-order] tr[data-case]").evaluate_all("rows => rows.map((row) => row.dataset.case)")


def test_an_agenda_is_built_with_the_keyboard_alone(browser: Browser, running: Running) -> None:
    made = running.made
    maria, john, nasty = (made.cases[who] for who in ("maria", "john", "nasty"))
    _, page = enter(browser, running, "coordinator", viewport={"width": 1280, "height": 900})
    page.goto(f"/meetings/{made.meetings['today']}")
    row = page.locator(f"#case-{nasty}")
    expect(row).to_contain_text("No thoracic surgeon has said that they come (Mr Chandra Patel)", ignore_case=True)

    # The surgeon has telephoned: she says for him that he comes and when he must go.
    to(page, page.get_by_role("button", name="Who comes"))
    page.keyboard.press("Enter")
    surgeon = page.get_by_role("row", name="Mr Chandra Patel Thoracic surgeon")
    to(page, surgeon.get_by_role("textbox"))
    page.keyboard.type("13:15")
    to(page, surgeon.get_by_role("button", name="Comes"))
    page.keyboard.press("Enter")
    expect(surgeon).to_contain_text("Comes, leaves at 13:15")
    expect(page.get_by_text("Every role of the quorum is sure to be filled.")).to_be_visible()

    # So the case that needs him comes first, and the page says why.
    why = page.get_by_role("table", name="The suggested order").locator("tbody tr").first
    expect(why).to_contain_text("Early, because Mr Chandra Patel (thoracic surgeon) leaves at 13:15")
    expect(page.get_by_text("ot ready yet: imaging").first).to_be_visible()
    to(page, page.get_by_role("button", name="Use this order"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Agenda")).to_be_visible()
    assert order(page)[0] == nasty
    expect(row).not_to_contain_text("thoracic surgeon has said", ignore_case=True)

    # A case goes straight to a place, and a wrong place is said and changes nothing.
    last = order(page)[2]
    moved = page.locator(f"#case-{last}").get_by_role("textbox")
    moved.focus()
    page.keyboard.press("Control+A")
    page.keyboard.type("9")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Enter the place the case is to have, from 1 to 3.")).to_be_visible()
    page.locator(f"#case-{last}").get_by_role("textbox").focus()
    page.keyboard.press("Control+A")
    page.keyboard.type("1")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**#to-{last}")
    assert order(page)[0] == last
    # The keyboard is where the case went: Alt and an arrow moves it again, twice without looking for it.
    for place in (1, 2):
        expect(page.locator(f"#case-{last}").get_by_role("textbox")).to_be_focused()
        with page.expect_navigation():
            page.keyboard.press("Alt+ArrowDown")
        assert order(page)[place] == last
    assert set(order(page)) == {maria, john, nasty}

    # What was done last is put back.
    to(page, page.get_by_role("button", name="Put back the order before"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Put back the order before")).to_have_count(0)
    assert order(page)[1] == last
    page.context.close()
