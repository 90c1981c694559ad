"""From eight trusts' archives to a signed decision, in three browsers, through a power cut."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.system import archives
from tests.system.product import Product, sign_in
from tests.system.steps import Subject, list_the_patient, plan_a_meeting_for_today, press, room, wait

pytestmark = pytest.mark.system

PEOPLE = {
    "chair": ("chair@mdt.example", "Miss Ruth Adeyemi", "Thoracic surgeon"),
    "coordinator": ("coordinator@mdt.example", "Ms Jo Whitworth", "MDT coordinator"),
    "member": ("radiologist@mdt.example", "Dr Anil Perera", "Radiologist"),
}


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Product, Subject]]:
    """A region of real archives, a product that knows it, and a team of three."""
    folder = tmp_path_factory.mktemp("region")
    imaging = archives.imaging(folder)
    told = json.loads((imaging / "region.json").read_text())
    largest = max((study for study in told["studies"] if study["trust"] == archives.OVER_DCMTK), key=instances)
    person = next(one for one in told["patients"] if one["id"] == largest["patient"])
    family, given, *_ = person["name"].split("^")
    born = f"{person['dob'][:4]}-{person['dob'][4:6]}-{person['dob'][6:]}"
    subject = Subject(person["nhs"], family, given, born, person["sex"], instances(largest))
    data = folder / "data"
    data.mkdir()
    with archives.running(folder, imaging) as trusts:
        product = Product(data)
        product.command("trusts", "load", str(trusts))
        proof = json.loads(product.command("trusts", "prove", "--json"))
        assert all(source["ok"] for source in proof["sources"] if isinstance(source, dict)), proof
        product.command("teams", "add", "--name", "Lung", "--type", "0801", "--host", "R0A")
        for role, (email, name, specialty) in PEOPLE.items():
            known_as = ("--email", email, "--name", name, "--trust", "R0A", "--specialty", specialty)
            product.command("people", "add", *known_as)
            product.command("teams", "join", "--team", "Lung", "--email", email, "--role", role)
        product.start()
        yield product, subject
        product.stop()


def instances(study: dict[str, Any]) -> int:
    return int(study["instances"])


def test_from_a_listed_patient_to_a_signed_decision(browser: Browser, story: tuple[Product, Subject]) -> None:
    product, subject = story

    # The coordinator plans a meeting and lists the patient by NHS number.
    coordinator = sign_in(browser, product, PEOPLE["coordinator"][0])
    plan_a_meeting_for_today(coordinator)
    list_the_patient(coordinator, subject)

    # The case page shows the imaging arrive from the trusts.
    coordinator.get_by_role("link", name=re.compile(subject.family, re.IGNORECASE)).first.click()
    expect(coordinator.get_by_text("Trust RMC").first).to_be_visible(timeout=60_000)
    expect(coordinator.get_by_text(re.compile(rf"\b{subject.frames}\b")).first).to_be_visible(timeout=90_000)
    case_url = coordinator.url

    # Before the meeting the radiologist prepares two scenes, alone, from a larger screen.
    radiologist = sign_in(browser, product, PEOPLE["member"][0], width=1920, height=1080)
    scenes = prepare_two_scenes(radiologist, case_url, subject)

    # The chair opens the meeting and presents the largest series.
    chair = sign_in(browser, product, PEOPLE["chair"][0])
    chair.get_by_role("link", name=re.compile("^Lung")).first.click()
    chair.get_by_role("button", name="Open the meeting").click()
    press(chair, "Join the live room")
    wait(chair, "room.client.connection === 'in-step'")
    room_url = chair.url
    chair.keyboard.press("n")
    wait(chair, "room.case !== null")
    chair.keyboard.press("t")
    wait(chair, "room.client.presenting")
    wait(chair, "room.panes[0].painted")
    show_in_the_first_pane(chair, subject)

    # The coordinator follows from another browser.
    coordinator.goto(room_url)
    wait(coordinator, "room.client.connection === 'in-step'")
    wait(coordinator, "room.panes[0] && room.panes[0].painted")

    # One key opens what was prepared; both screens show just that, and of the other key just the other.
    chair.keyboard.press("Alt+1")
    for page in (chair, coordinator):
        wait(page, showing(scenes[0]))
    chair.keyboard.press("'")
    for page in (chair, coordinator):
        wait(page, showing(scenes[1]))
        assert room(page)["panes"][0]["view"]["voi"] == scenes[1]["view"]["panes"][0]["voi"]

    # The chair scrolls thirty slices; the other screen arrives at the same image, the same window.
    chair.locator(".pane").first.hover()
    start = room(chair)["panes"][0]["index"]
    step = 100 if start + 31 < room(chair)["panes"][0]["frames"] else -100
    for _ in range(30):
        chair.mouse.wheel(0, step)
        chair.wait_for_timeout(40)
    wait(chair, f"Math.abs(room.panes[0].index - {start}) === 30")
    shown = room(chair)["panes"][0]
    wait(coordinator, f"room.panes[0].sop === '{shown['sop']}'")
    assert room(coordinator)["panes"][0]["voi"] == pytest.approx(shown["voi"])

    # The chair measures; everybody sees the measurement where it was drawn.
    chair.keyboard.press("l")
    box = chair.locator(".pane").first.bounding_box()
    assert box is not None
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    chair.mouse.move(middle[0] - 40, middle[1])
    chair.mouse.down()
    chair.mouse.move(middle[0] + 10, middle[1] + 20, steps=6)
    chair.mouse.move(middle[0] + 40, middle[1] + 30, steps=6)
    chair.mouse.up()
    wait(chair, "room.marks.length === 1 && room.client.pending === 0")
    wait(coordinator, "room.marks.length === 1")
    drawn = room(chair)["marks"][0]
    assert room(coordinator)["marks"][0]["points"] == drawn["points"]

    # A radiologist joins late, from a larger screen, and sees it all.
    late = radiologist
    late.goto(room_url)
    wait(late, "room.client.connection === 'in-step'")
    wait(late, f"room.panes[0] && room.panes[0].sop === '{shown['sop']}' && room.panes[0].painted")
    wait(late, "room.marks.length === 1")
    assert room(late)["marks"][0]["points"] == drawn["points"]

    # Reloading loses nothing.
    late.reload()
    wait(late, f"room.panes[0] && room.panes[0].sop === '{shown['sop']}' && room.marks.length === 1")

    # The power fails while they work. What was acknowledged is there when it returns.
    kept = room(chair)["client"]["last"]
    product.kill()
    wait(chair, "room.client.connection === 'reconnecting'")
    product.start()
    for page in (chair, coordinator, late):
        wait(page, f"room.client.connection === 'in-step' && room.client.last >= {kept} && room.marks.length === 1", 60)

    # The coordinator types the outcome while they talk; the chair sees it and signs.
    type_the_outcome(coordinator)
    wait(coordinator, "room.client.pending === 0")
    sign_the_outcome(chair, subject)
    wait(coordinator, "Object.values(room.state.cases).some(c => c.outcome && c.outcome.status === 'signed')")

    # The signed outcome has a page of its own, and the audit holds.
    coordinator.goto(f"{case_url}/outcome")
    expect(coordinator.get_by_text(PEOPLE["chair"][1]).first).to_be_visible()
    expect(coordinator.get_by_text(re.compile("signed", re.IGNORECASE)).first).to_be_visible()
    assert "hold" in product.command("audit", "verify")
    assert "Traceback" not in product.log()


def prepare_two_scenes(page: Page, case_url: str, subject: Subject) -> list[dict[str, Any]]:
    """The largest series where it hangs and at its first image, the second with another window; kept at once."""
    page.goto(case_url)
    press(page, "Prepare this case")
    wait(page, "room.client.connection === 'in-step'")
    show_in_the_first_pane(page, subject)
    page.keyboard.press("Shift+Digit1")
    keep_scene(page, 1)
    page.keyboard.press("Home")
    page.keyboard.press("2")
    wait(page, "room.panes[0].index === 0 && room.panes[0].painted")
    keep_scene(page, 2)
    state = room(page)["state"]
    assert (state["status"], state["case"]) == ("planned", None)
    (held,) = state["cases"].values()
    first, second = (scene["view"]["panes"][0] for scene in held["scenes"])
    assert first["sop"] != second["sop"]
    assert second["voi"] is not None
    return list(held["scenes"])


def keep_scene(page: Page, number: int) -> None:
    """With its caption; at once it is among what the room keeps."""
    page.keyboard.press("m")
    page.get_by_label("Caption of this scene").fill(f"Scene {number}")
    page.keyboard.press("Enter")
    wait(page, f"Object.values(room.state.cases).some(c => c.scenes && c.scenes.length === {number})")


def showing(scene: dict[str, Any]) -> str:
    """That the first viewport shows what the scene's does, painted."""
    pane = scene["view"]["panes"][0]
    return f"room.panes[0] && room.panes[0].sop === '{pane['sop']}' && room.panes[0].painted"


def show_in_the_first_pane(page: Page, subject: Subject) -> None:
    """Choose the longest series of the study the story is about, wherever the automatic hanging put it."""
    wait(page, "room.panes.length > 0", 60)
    if room(page)["panes"][0]["frames"] != subject.frames:
        page.locator("button.series", has_text=re.compile(rf"\b{subject.frames}\b")).first.click()
    wait(page, f"room.panes[0].frames === {subject.frames} && room.panes[0].painted", 90)


def type_the_outcome(page: Page) -> None:
    """A usual lung decision, with the keyboard where a coordinator would use it."""
    page.get_by_role("tab", name="Outcome").click()
    for field, choice in (("decision", "Recommend treatment"), ("intent", "Curative"), ("treatments", "Surgery")):
        page.locator(f"[data-field='{field}'] label", has_text=choice).first.click()
    page.get_by_label("Rationale").fill("Solitary nodule, fit, no nodal disease on PET.")
    page.get_by_label("Responsible clinician").fill(PEOPLE["chair"][1])
    page.get_by_label("Action 1: what is to be done").fill("Clinic with thoracic surgery")
    page.get_by_role("combobox", name="Action 1: owner").fill(PEOPLE["chair"][1])
    page.locator("[data-field='actions']").get_by_title("5 working days").click()
    page.locator("[data-field='views_known'] label", has_text="Not known").click()
    page.locator("#outcome-tell_who").fill(PEOPLE["coordinator"][1])
    page.locator("[data-field='tell_by'] .outcome-suggestions button").click()
    page.locator("#outcome-tell_who").focus()
    expect(page.get_by_text("Complete: ready for the chair to sign.")).to_be_visible()


def sign_the_outcome(page: Page, subject: Subject) -> None:
    """After reading it back under the patient's name."""
    page.get_by_role("tab", name="Outcome").click()
    expect(page.locator(".outcome-sentence")).to_contain_text(re.compile("surgery", re.IGNORECASE))
    page.get_by_role("button", name="Sign…").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text(f"{subject.nhs[:3]} {subject.nhs[3:6]} {subject.nhs[6:]}")
    dialog.get_by_role("button", name=re.compile(f"^Sign for {subject.family}", re.IGNORECASE)).click()
    expect(page.get_by_text("Signed by").first).to_be_visible()
