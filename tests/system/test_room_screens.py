"""The room's screens in real browsers: a case with keys alone, every panel under axe, the lobby, a slide, a replay."""

import re
from collections.abc import Iterator

import pytest
from fpdf import FPDF
from playwright.sync_api import Browser, Page, expect
from pydicom.dataset import Dataset
from pydicom.uid import EncapsulatedPDFStorage, JPEGBaseline8Bit

from mdt import bootstrap
from mdt.config import from_environment
from mdt.core.clock import utc_now
from mdt.imaging.actions import begin_gather
from mdt.people.models import Person
from mdt.people.passwords import hashed
from tests.system.keys_alone import NO_MOUSE, enter, tab_to
from tests.system.product import PASSWORD
from tests.system.room_place import BY, Place, a_place, middle, present, until
from tests.system.steps import room, wait
from tests.system.test_pages_axe import serious
from tests.unit.glass import level, tissue
from tests.unit.objects import an_object, save
from tests.unit.reported import a_report, node
from tests.unit.states import code

pytestmark = pytest.mark.system

# How wide the row of tools is, how high, and where its last group ends.
TOOLS = """() => {
    const row = document.querySelector('.tools');
    const last = [...row.querySelectorAll('.tool-group')].at(-1).getBoundingClientRect();
    return {wide: row.clientWidth, high: row.getBoundingClientRect().height, ends: last.right, needs: row.scrollWidth};
}"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Place]:
    """An open meeting of two scanned patients; the first has a whole slide and two documents as well."""
    folder = tmp_path_factory.mktemp("screens")
    with a_place(folder) as place:
        slide, _ = level(1, tissue(1024, 768), PatientID="9990000018", PatientName="HARGREAVES^Dorothy",
            PatientBirthDate="19510314", StudyInstanceUID="1.2.9", SeriesInstanceUID="1.2.9.1",
            SOPInstanceUID="1.2.9.1.1", StudyDate="20261121", SeriesDescription="H&E")  # fmt: skip
        save(slide, folder / "RMC" / "slide.dcm", JPEGBaseline8Bit)
        for number, document in enumerate((a_pdf(), a_long_report())):
            document.StudyInstanceUID, document.StudyDate = "1.2.10", "20261120"
            document.SeriesInstanceUID, document.SOPInstanceUID = f"1.2.10.{number}", f"1.2.10.{number}.1"
            save(document, folder / "RMC" / f"document{number}.dcm")
        house = bootstrap.build(from_environment({"MDT_DATA": str(place.product.data)}), migrate=False)
        with house.db.writing() as session:
            session.get_one(Person, place.stage.people["chair"]).password_hash = hashed(PASSWORD)
            gather_id = begin_gather(session, by=BY, patient_id=place.stage.patients[0], now=utc_now()).id
        house.gatherer(BY).run(gather_id)
        yield place
        house.db.close()


def a_pdf() -> Dataset:
    """Three pages, in a font that is not in it."""
    pdf = FPDF(format="A4")
    pdf.set_font("Helvetica", "", 14)
    for number in ("one", "two", "three"):
        pdf.add_page()
        for line in range(30):
            pdf.cell(0, 8, f"Page {number}, line {line}", new_x="LMARGIN", new_y="NEXT")
    content = bytes(pdf.output())
    return an_object(
        None, SOPClassUID=EncapsulatedPDFStorage, Modality="DOC", SeriesDescription="Pathology",
        DocumentTitle="Pathology", MIMETypeOfEncapsulatedDocument="application/pdf",
        EncapsulatedDocument=content + b"\0" * (len(content) % 2), EncapsulatedDocumentLength=len(content),
    )  # fmt: skip


def a_long_report() -> Dataset:
    finding = code("121071", "Finding")
    content = [node("TEXT", finding, TextValue=f"Finding {number} of many. " * 8) for number in range(40)]
    return a_report(code("18748-4", "Imaging report"), content, SeriesDescription="Imaging report")


def axed(browser: Browser, place: Place, role: str, *, width: int = 1280) -> Page:
    """In the room, where axe may be let in."""
    context = browser.new_context(viewport={"width": width, "height": 800}, base_url=place.product.url, bypass_csp=True)
    name, _, value = place.seat(role).cookie.partition("=")
    context.add_cookies([{"name": name, "value": value, "url": place.product.url}])
    page = context.new_page()
    page.goto(place.address())
    wait(page, "room.client.connection === 'in-step'")
    return page


def test_a_whole_case_with_keys_alone(browser: Browser, place: Place) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 800}, base_url=place.product.url)
    context.add_init_script(f"({NO_MOUSE})()")
    page = context.new_page()
    page.goto("/sign-in")
    tab_to(page, "input", "E-mail")
    page.keyboard.type(place.stage.emails["chair"])
    tab_to(page, "input", "Password")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/meetings")
    enter(page, "main a[href^='/meetings/']", "Lung")
    page.wait_for_url("**/meetings/*")
    enter(page, "a", "Join the live room")
    wait(page, "room.client.connection === 'in-step'")

    # Presents, opens the first case, and the second one.
    page.keyboard.press("t")
    wait(page, "room.client.presenting")
    for case in place.stage.cases:
        page.keyboard.press("n")
        wait(page, f"room.case === '{case}'")
    wait(page, "room.panes[0] && room.panes[0].painted && room.panes[0].frames === 40")

    # Another layout; the next image; a window; back to one.
    page.keyboard.press("Shift+2")
    wait(page, "room.layout === '1x2'")
    page.keyboard.press("Shift+1")
    wait(page, "room.layout === '1x1'")
    page.keyboard.press("Home")
    page.keyboard.press("ArrowDown")
    wait(page, "room.panes[0].index === 1")
    page.keyboard.press("w")
    before = room(page)["panes"][0]["voi"]
    page.keyboard.press("Shift+ArrowRight")
    assert room(page)["panes"][0]["voi"] != before
    page.keyboard.press("ArrowDown")
    wait(page, "room.panes[0].index === 2")

    # A length: the cross is moved, a point placed, moved again, and the other one placed.
    page.keyboard.press("l")
    page.keyboard.press("Shift+ArrowLeft")
    page.keyboard.press("x")
    for _ in range(30):
        page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("x")
    until(page, lambda: len(place.marks(1)) == 1)
    (mark,) = place.marks(1).values()
    (x1, y1, _), (x2, y2, _) = mark["points"]
    assert (mark["tool"], mark["sop"]) == ("Length", "1.2.3.1.1.3")
    assert x1 == pytest.approx(x2, abs=0.01)
    assert y2 - y1 > 3
    wait(page, "room.marks.length === 1")

    # An arrow with its words.
    page.keyboard.press("a")
    page.keyboard.press("x")
    for _ in range(20):
        page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("x")
    page.keyboard.type("the nodule")
    page.keyboard.press("Enter")
    until(page, lambda: "the nodule" in [one["text"] for one in place.marks(1).values()])

    # The outcome, typed and signed.
    enter(page, "[role=tab]", "Outcome")
    tab_to(page, ".outcome-panel input[type=radio]")
    while "No action needed" not in page.evaluate("document.activeElement.labels[0].innerText"):
        page.keyboard.press("ArrowRight")
    tab_to(page, ".outcome-panel textarea", "Rationale")
    page.keyboard.type("Benign; nothing to do.")
    tab_to(page, ".outcome-panel input", "Responsible clinician")
    page.keyboard.type("Dr Chair")
    tab_to(page, ".outcome-panel input[type=radio]", "nown")
    page.keyboard.press("ArrowRight")
    tab_to(page, ".outcome-panel input", "Who tells the patient")
    page.keyboard.type("CNS Shah")
    enter(page, "[data-field=tell_by] button")
    expect(page.locator(".outcome-sign")).to_be_enabled()
    enter(page, "button", "Sign…")
    enter(page, "dialog button", "Sign for SCOTT")
    expect(page.locator(".outcome-signature")).to_contain_text("Signed by Dr Chair")

    # On to another case; whoever was typing is given a moment before keys mean the room's again.
    page.wait_for_timeout(2000)
    page.keyboard.press("Shift+N")
    wait(page, f"room.case === '{place.stage.cases[0]}'")
    assert page.evaluate("window.mouseEvents") == 0
    context.close()


def test_the_tools_are_one_row_and_every_panel_is_accessible(browser: Browser, place: Place) -> None:
    page = axed(browser, place, "chair")
    present(page)
    page.keyboard.press("n" if room(page)["case"] is None else "Home")
    wait(page, "room.panes[0] && room.panes[0].painted")
    for width in (1280, 1366, 1600, 1880, 1920, 2560):
        page.set_viewport_size({"width": width, "height": 800})
        row = page.evaluate(TOOLS)
        assert row["high"] < 40, (width, row)
        assert max(row["needs"], row["ends"]) <= row["wide"], (width, row)
    page.set_viewport_size({"width": 1280, "height": 800})
    for tab in ("Outcome", "Prepared", "Agenda", "Marks", "People"):
        page.get_by_role("tab", name=re.compile(f"^{tab}")).click()
        assert serious(page) == [], tab
    page.locator("summary", has_text="More").click()
    assert serious(page) == [], "More"
    expect(page.get_by_role("button", name="Second window, for another monitor")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("Shift+Y")
    assert serious(page) == [], "layers"
    page.keyboard.press("Shift+Y")
    page.keyboard.press("?")
    assert serious(page) == [], "keys"
    page.keyboard.press("Escape")
    page.context.close()


def test_a_case_is_prepared_with_keys_alone(browser: Browser, place: Place) -> None:
    """A scene is kept, and the scan is said to be looked through."""
    page = axed_at(browser, place, f"/cases/{place.stage.cases[1]}/prepare")
    wait(page, "room.panes[0] && room.panes[0].painted && room.panes[0].frames === 40")
    expect(page.get_by_text("You prepare this case.")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("m")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.type("Best slice")
    page.keyboard.press("Enter")
    expect(page.locator(".scene", has_text="Best slice")).to_be_visible()
    enter(page, "button", "I have reviewed")
    expect(page.locator(".reviewed").first).to_contain_text("Dr Chair")
    assert serious(page) == []
    page.context.close()


def test_a_stranger_waits_is_let_in_to_look_and_is_shown_out(browser: Browser, place: Place) -> None:
    coordinator = place.enter(browser, "coordinator")
    stranger = axed_at(browser, place, place.address(), "outsider")
    expect(stranger.get_by_text("You are not a member of this team.")).to_be_visible()
    assert "HARGREAVES" not in stranger.content()
    assert serious(stranger) == [], "before asking"
    tab_to(stranger, "main input, main textarea", "Why would you like to join?")
    stranger.keyboard.type("I operated on one of them")
    enter(stranger, "button", "Ask to join")
    expect(stranger.get_by_text("has been told that you are here")).to_be_visible()
    assert serious(stranger) == [], "waiting"

    coordinator.get_by_role("tab", name=re.compile("^People")).click()
    expect(coordinator.get_by_role("region", name="Lobby")).to_contain_text("I operated on one of them")
    coordinator.get_by_role("button", name="Admit Dr Outsider to look").click()
    stranger.wait_for_url("**/room", timeout=15_000)
    wait(stranger, "room.client.connection === 'in-step'")

    # Looks on, and marks nothing: neither by the tools nor by keys.
    wait(stranger, "room.panes[0] && room.panes[0].painted")
    expect(stranger.get_by_role("button", name="Length")).to_be_disabled()
    kept = len(place.marks(0))
    stranger.locator(".pane").first.focus()
    for key in ("l", "x", "Shift+ArrowDown", "x"):
        stranger.keyboard.press(key)
    expect(stranger.get_by_text("Your role here does not mark.").first).to_be_visible()
    assert len(place.marks(0)) == kept

    coordinator.get_by_role("button", name="Show Dr Outsider out").click()
    expect(coordinator.get_by_role("list", name="In the room")).not_to_contain_text("Dr Outsider")
    stranger.reload()
    expect(stranger.get_by_text("Your visit ended")).to_be_visible()
    stranger.context.close()


def test_a_private_mark_is_seen_by_all_once_it_is_shown(browser: Browser, place: Place) -> None:
    member, chair = place.enter(browser, "member"), place.enter(browser, "chair")
    for page in (member, chair):
        wait(page, "room.panes[0] && room.panes[0].painted && room.panes[0].kind === 'image'")
    kept = len(place.marks(0))
    member.locator(".pane").first.focus()
    member.keyboard.press("Shift+J")
    for key in ("l", "x", *["Shift+ArrowRight"] * 30, "x"):
        member.keyboard.press(key)
    member.get_by_role("tab", name=re.compile("^Marks")).click()
    expect(member.locator(".badge-private")).to_be_visible()
    assert len(place.marks(0)) == kept
    chair.wait_for_timeout(300)
    seen = len(room(chair)["marks"])
    member.get_by_role("button", name="Show to all").click()
    until(member, lambda: len(place.marks(0)) == kept + 1)
    wait(chair, f"room.marks.length === {seen + 1}")
    expect(member.locator(".badge-private")).to_have_count(0)
    member.keyboard.press("Shift+J")


def test_a_mark_is_seen_while_it_is_drawn(browser: Browser, place: Place) -> None:
    member, chair = place.enter(browser, "member"), place.enter(browser, "chair")
    present(chair)
    if room(chair)["case"] is None:
        chair.keyboard.press("n")
    for page in (member, chair):
        wait(page, "room.panes[0] && room.panes[0].painted && room.panes[0].kind === 'image'")
    others = chair.locator(".drawing-name", has_text="Dr Member")
    kept = len(place.marks(0))
    member.keyboard.press("l")
    hold(member)
    expect(others).to_be_visible()
    assert len(place.marks(0)) == kept
    member.mouse.up()
    until(member, lambda: len(place.marks(0)) == kept + 1)
    expect(others).to_have_count(0)

    # A private one is seen by nobody: the one after it, which is not, comes alone.
    member.get_by_role("tab", name=re.compile("^Marks")).click()
    member.keyboard.press("Shift+J")
    hold(member, lower=60)
    member.mouse.up()
    expect(member.locator(".badge-private")).to_be_visible()
    expect(others).to_have_count(0)
    member.keyboard.press("Shift+J")

    # Whoever leaves in the middle of it leaves nothing behind.
    hold(member, lower=-120)
    expect(others).to_be_visible()
    member.goto("about:blank")
    expect(others).to_have_count(0)
    assert len(place.marks(0)) == kept + 1
    member.goto(place.address())


def hold(page: Page, lower: int = 0) -> None:
    """Begins a mark, somewhere where there is none, and keeps hold of it."""
    x, y = middle(page)
    page.mouse.move(x - 60, y + lower + 40)
    page.mouse.down()
    page.mouse.move(x, y + lower + 60, steps=4)
    page.mouse.move(x + 40, y + lower + 40, steps=4)


def test_a_slide_is_zoomed_and_pointed_at_together(browser: Browser, place: Place) -> None:
    chair, member = place.enter(browser, "chair"), place.enter(browser, "member")
    present(chair)
    chair.locator("button.series", has_text="H&E").click()
    for page in (chair, member):
        wait(page, "room.panes[0] && room.panes[0].kind === 'slide' && room.panes[0].slide.micrometres !== null")
        wait(page, "room.panes[0].slide.sharp")
        expect(page.locator(".slide-bar")).to_be_visible()
    wide = room(member)["panes"][0]["slide"]["micrometres"]
    chair.mouse.move(*middle(chair))
    while room(chair)["panes"][0]["slide"]["micrometres"] > wide * 0.6:  # turns of a wheel that come too fast are one
        chair.mouse.wheel(0, -200)
        chair.wait_for_timeout(80)
    wait(member, f"room.panes[0].slide.micrometres < {wide * 0.8}")
    for page in (chair, member):
        wait(page, "room.panes[0].slide.sharp")
    ours, theirs = (room(page)["panes"][0]["view"] for page in (chair, member))
    assert ours["centre"] == pytest.approx(theirs["centre"], abs=1)
    chair.keyboard.down("q")
    chair.mouse.move(*(side + 20 for side in middle(chair)))
    expect(member.locator(".pointer", has_text="Dr Chair")).to_be_visible()
    chair.keyboard.up("q")


def test_a_document_is_read_at_the_same_place_by_all(browser: Browser, place: Place) -> None:
    chair, member = place.enter(browser, "chair"), place.enter(browser, "member")
    present(chair)
    if not room(member)["client"]["following"]:
        member.keyboard.press("Space")
    member.set_viewport_size({"width": 1600, "height": 1000})
    chair.locator("button.series", has_text="Pathology").click()
    pages = member.locator(".paper-bar", has_text="of 3")
    expect(pages).to_contain_text("Page 1 of 3")
    expect(member.locator(".paper-text").first).to_contain_text("Page one, line 3")  # for those who have it read out

    chair.locator(".paper-scroller").hover()
    while room(chair)["panes"][-1]["view"].get("place", 0) < 1.4:
        chair.mouse.wheel(0, 200)
        chair.wait_for_timeout(30)
    expect(pages).to_contain_text("Page 2 of 3")
    until(member, lambda: alike(chair, member))
    # On a screen that has just become another, it is still that line of that page.
    seen = "() => document.querySelector('.paper-scroller').scrollTop"
    before = member.evaluate(seen)
    member.set_viewport_size({"width": 1100, "height": 800})
    until(member, lambda: member.evaluate(seen) < before)
    expect(pages).to_contain_text("Page 2 of 3")

    # Whoever reads on by themselves looks freely, and comes back to the presenter's line.
    member.locator(".paper-scroller").hover()
    member.mouse.wheel(0, 900)
    expect(pages).to_contain_text("Page 3 of 3")
    expect(member.get_by_text("You look freely")).to_be_visible()
    member.keyboard.press("Space")
    expect(pages).to_contain_text("Page 2 of 3")

    chair.locator("button.series", has_text="Imaging report").click()
    expect(member.frame_locator(".paper-report").get_by_text("Finding 39 of many").first).to_be_attached()
    for _ in range(3):
        chair.keyboard.press("PageDown")
    until(chair, lambda: room(chair)["panes"][-1]["view"].get("place", 0) > 2)
    until(member, lambda: alike(chair, member))
    member.set_viewport_size({"width": 1280, "height": 800})


def alike(one: Page, other: Page) -> bool:
    """Whether two read at the same place."""
    ours, theirs = (room(page)["panes"][-1]["view"] for page in (one, other))
    return bool(ours.get("place") == theirs.get("place"))


def test_a_past_case_is_replayed_on_its_time_line(browser: Browser, place: Place) -> None:
    chair = place.enter(browser, "chair")
    chair.goto(f"/meetings/{place.stage.meeting}")
    chair.get_by_text("Close the meeting").first.click()
    chair.get_by_role("button", name="Close the meeting for good").click()
    page = axed_at(browser, place, f"/cases/{place.stage.cases[1]}/replay")
    expect(page.get_by_role("slider", name="Moment")).to_be_visible(timeout=15_000)
    assert serious(page) == [], "replay"
    page.get_by_role("button", name="Play", exact=True).first.click()
    happened = page.locator(".player-events button")
    expect(happened.filter(has_text="Dr Chair").first).to_be_visible()
    happened.last.click()
    wait(page, "room.state.cases[room.case] && Object.keys(room.state.cases[room.case].marks).length === 2")
    happened.first.click()
    wait(page, "Object.keys((room.state.cases[room.case] || {marks: {}}).marks).length === 0")
    attendance = axed_at(browser, place, f"/meetings/{place.stage.meeting}/attendance/")
    expect(attendance.get_by_role("heading", name="Attendance")).to_be_visible()
    assert serious(attendance) == [], "attendance"


def axed_at(browser: Browser, place: Place, address: str, role: str = "chair") -> Page:
    context = browser.new_context(viewport={"width": 1280, "height": 800}, base_url=place.product.url, bypass_csp=True)
    name, _, value = place.seat(role).cookie.partition("=")
    context.add_cookies([{"name": name, "value": value, "url": place.product.url}])
    page = context.new_page()
    page.goto(address)
    return page
