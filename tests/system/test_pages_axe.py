"""The pages in a real browser on the real server: accessible, readable at two widths, usable without a script."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page

from mdt.core.clock import utc_now
from tests.system.product import PASSWORD, ROOT
from tests.system.seeded import enter
from tests.unit import pages
from tests.unit.pages import Seeded

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
WIDTHS = {1280: 800, 1920: 1080}

pytestmark = pytest.mark.system


def addresses(made: Seeded) -> dict[str, str]:
    today, day = f"/meetings/{made.meetings['today']}", utc_now().date()
    lately = f"?from={day - timedelta(days=30)}&to={day}"
    return {
        "my meetings": "/meetings",
        "plan a meeting": "/meetings/plan/",
        "an agenda": today,
        "an imaging board": f"{today}/imaging/",
        "locking a list": f"{today}/lock",
        "a suggested order, and who comes": f"{today}/order/suggested",
        "a past agenda": f"/meetings/{made.meetings['past']}",
        "list a case": f"{today}/list/",
        "is this the right patient": f"{today}/list/{made.patients['new']}",
        "a case with a match that waits": f"/cases/{made.cases['maria']}/",
        "a case still arriving": f"/cases/{made.cases['john']}/",
        "adding imaging from a disc": f"/cases/{made.cases['maria']}/imports/",
        "a case of somebody with a nasty name": f"/cases/{made.cases['nasty']}/",
        "a signed outcome": f"/cases/{made.cases['signed']}/outcome/",
        "an outcome still typed": f"/cases/{made.cases['draft']}/outcome/",
        "completing an outcome": f"/cases/{made.cases['draft']}/outcome/complete",
        "letters about a case": f"/cases/{made.cases['signed']}/letters/",
        "a letter before it is made": f"/cases/{made.cases['signed']}/letters/new/gp/",
        "a team's wording of a letter": f"/teams/{made.teams['lung']}/letters/patient/",
        "what a team reports to COSD": f"/teams/{made.teams['lung']}/cosd/?from=2020-01-01&to=2020-12-31",
        "a worklist": "/worklist/",
        "feedback": "/feedback/",
        "a team's report": f"/teams/{made.teams['lung']}/reports/{lately}",
        "samples of standards of care": f"/teams/{made.teams['lung']}/audit/",
        "the cases behind a figure": f"/teams/{made.teams['lung']}/reports/cases/due{lately}",
        "what a team reckons for a case": f"/teams/{made.teams['lung']}/minutes/",
        "how a team prepares": f"/teams/{made.teams['lung']}/preparation/",
        "how a team meets": f"/teams/{made.teams['lung']}/quorum/",
        "reminders": "/reminders/",
        "when a team is reminded": f"/teams/{made.teams['lung']}/reminders/",
        "an account": "/account/",
        "setting up an authenticator app": "/account/code/",
        "the demo region": "/demo/",
        "no such page": "/nothing",
    }


def serious(page: Page) -> list[str]:
    """What axe finds on the page that is serious or critical, each in one line."""
    if not AXE.exists():
        pytest.fail("axe-core is not in node_modules: run `make setup`")
    page.evaluate(AXE.read_text())  # no script of the page's, so its policy has nothing to say
    found = page.evaluate("async () => (await axe.run()).violations")
    return [
        f"{each['id']} ({each['impact']}): {each['help']}: {node['html']}"
        for each in found
        if each["impact"] in ("serious", "critical")
        for node in each["nodes"]
    ]


def test_axe_finds_nothing_serious_in_what_a_radiologist_writes(browser, running):
    """The forms that a coordinator never sees."""
    made = running.made
    context, page = enter(browser, running, "presenter", viewport={"width": 1280, "height": 800}, bypass_csp=True)
    for address in (f"/cases/{made.cases['maria']}/opinion/", f"/cases/{made.cases['signed']}/discrepancy"):
        page.goto(address)
        assert serious(page) == [], address
        assert page.evaluate("document.documentElement.scrollWidth") <= 1280, address
    context.close()


@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_nothing_serious_and_no_page_is_wider_than_the_screen(browser, running, width):
    viewport = {"width": width, "height": WIDTHS[width]}
    context, page = enter(browser, running, "coordinator", viewport=viewport, bypass_csp=True)
    for name, address in addresses(running.made).items():
        page.goto(address)
        assert serious(page) == [], name
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
    context.close()


def test_the_sign_in_page_and_its_mistakes_are_accessible(browser, running):
    context = browser.new_context(base_url=running.product.url, bypass_csp=True)
    page = context.new_page()
    page.goto("/sign-in")
    assert serious(page) == []
    page.get_by_role("button", name="Sign in").click()
    assert page.get_by_role("alert").get_by_text("Enter your e-mail address").is_visible()
    assert serious(page) == []
    context.close()


def test_adding_a_patient_with_mistakes_is_accessible(browser, running):
    context, page = enter(browser, running, "coordinator", bypass_csp=True)
    page.goto(f"/meetings/{running.made.meetings['today']}/list/")
    page.get_by_label("NHS number").fill("999 000 0077")
    page.get_by_role("button", name="Find the patient").click()
    assert serious(page) == []
    page.get_by_role("button", name="Add this patient").click()
    page.get_by_role("link", name="Enter the date of birth").click()
    assert page.evaluate("document.activeElement.id") == "born-day"
    assert serious(page) == []
    context.close()


def test_no_page_breaks_its_own_policy_or_runs_what_a_name_says(browser, running):
    said: list[str] = []
    context, page = enter(browser, running, "coordinator")
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("dialog", lambda dialog: said.append(f"a dialog: {dialog.message}"))
    for name, address in addresses(running.made).items():
        if name != "no such page":
            page.goto(address)
            page.wait_for_load_state("networkidle")
    assert said == []
    assert page.evaluate("document.body.classList.contains('nhsuk-frontend-supported')")
    context.close()


def test_the_agenda_is_ordered_with_the_keyboard_and_without_scripts(browser, running):
    context, page = enter(browser, running, "coordinator", java_script_enabled=False)
    page.goto(f"/meetings/{running.made.meetings['today']}")

    def names() -> list[str]:
        return [link.inner_text() for link in page.locator(".mdt-case-link").all()]

    before = names()
    page.get_by_role("button", name=re.compile(f"Down.*{re.escape(before[0])}")).focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**#to-*")
    assert names() == [before[1], before[0], *before[2:]]
    context.close()


def test_imaging_arrives_on_the_page_while_one_looks_at_it(browser, running):
    """A new round is asked for; the page follows it to its end by itself."""
    context, page = enter(browser, running, "member")
    page.goto(f"/cases/{running.made.cases['john']}/")
    page.get_by_role("button", name="Ask every trust again").click()
    page.evaluate("window.stillHere = true")
    page.get_by_text("Nothing more is arriving.").wait_for(timeout=30_000)
    assert page.evaluate("window.stillHere")
    context.close()


def test_the_password_of_the_seed_is_the_products():
    assert pages.PASSWORD == PASSWORD
