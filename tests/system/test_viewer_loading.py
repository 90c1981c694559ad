"""How images come to a screen: coarse first on a slow line, cancelled when nobody looks, never twice, sealed."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, Request

from mdt.config import from_environment
from mdt.core.db import Database
from mdt.migrations import upgrade
from mdt.people.passwords import hashed
from mdt.record.models import Patient
from tests.room_stage import Stage, populate
from tests.system.product import PASSWORD, Product, sign_in
from tests.system.test_viewer_pixels import painted, pane, wait
from tests.unit.objects import an_object, save

pytestmark = pytest.mark.system

WHO = (("9990000018", "HARGREAVES^Dorothy"), ("9990000026", "SCOTT^Alan"))
SLICES = (36, 5)
SLOW = {"offline": False, "latency": 150, "downloadThroughput": 2e6 / 8, "uploadThroughput": 2e6 / 8}
FAST = SLOW | {"latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
KEPT = """() => new Promise((done) => {
    const asked = indexedDB.open('mdt-frames');
    asked.onsuccess = () => {
        const store = asked.result.transaction('frames').objectStore('frames');
        const rows = store.getAll();
        rows.onsuccess = () => {
            asked.result.close();
            done(rows.result.map(({sealed}) => [...new Uint8Array(sealed).subarray(12, 16)]));
        };
    };
})"""


@dataclass
class Place:
    """The product, a stage of two cases, and the folder their trust keeps images in."""

    product: Product
    stage: Stage
    archive: Path
    folder: Path

    def scan(self, case: int, slices: range, *, prior: bool = False) -> None:
        """Slices of a CT with a grain, so that they are as large as real ones; or of the one half a year before."""
        study, day = (f"1.2.3.{case}.9", "20260520") if prior else (f"1.2.3.{case}", "20261120")
        nhs, name = WHO[case]
        for number in slices:
            grain = np.random.default_rng([case, number]).normal(0, 12, (512, 512))
            pixels = (np.add.outer(np.arange(512), 2 * np.arange(512)) % 900 + grain + 3 * number).astype("int16")
            dataset = an_object(
                pixels, PatientID=nhs, PatientName=name, StudyDate=day, StudyDescription="CT chest",
                StudyInstanceUID=study, SeriesInstanceUID=f"{study}.1",
                SOPInstanceUID=f"{study}.1.{number}", InstanceNumber=number + 1, PixelSpacing=[0.7, 0.7],
                ImagePositionPatient=[-180, -180, 2.0 * number], ImageOrientationPatient=[1, 0, 0, 0, 1, 0],
                WindowCenter=450, WindowWidth=1000,
            )  # fmt: skip
            save(dataset, self.archive / f"{day}-{case}-{number:03}.dcm")

    def gather(self, case: int) -> None:
        told = json.loads(self.product.command("gather", "--nhs", WHO[case][0], "--json", accept=(0, 1)))
        assert [study["received_instances"] for study in told["studies"]], told


@dataclass
class Heard:
    """What a page asked for of the frames, and which of those answers it gave up."""

    asked: list[str] = field(default_factory=list)
    given_up: list[str] = field(default_factory=list)

    def listen(self, page: Page) -> "Heard":
        def note(to: list[str]) -> Any:
            def take(request: Request) -> None:
                if "/pieces" in request.url:
                    to.append(request.url)

            return take

        page.on("request", note(self.asked))
        page.on("requestfailed", note(self.given_up))
        return self


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("loading")
    archive, data = folder / "RMC", folder / "data"
    archive.mkdir()
    data.mkdir()
    settings = from_environment({"MDT_DATA": str(data)})
    upgrade(settings.database_url)
    db = Database(settings.database_url)
    stage = populate(db, password_hash=hashed(PASSWORD))
    with db.writing() as session:
        for patient_id, (nhs, name) in zip(stage.patients, WHO, strict=False):
            patient = session.get_one(Patient, patient_id)
            patient.nhs_number, (patient.family, patient.given) = nhs, name.split("^")
            patient.birth_date = date(1951, 3, 14)
    product = Product(data)
    here = Place(product, stage, archive, folder)
    for case, count in enumerate(SLICES):
        here.scan(case, range(count))
    trust = '[[trust]]\nods = "RMC"\nname = "Bolton"\nlive_from = 2020-01-01\n'
    source = f'[[trust.source]]\nkind = "folder"\npath = "{archive}"\n'
    (folder / "trusts.toml").write_text(trust + source)
    product.command("trusts", "load", str(folder / "trusts.toml"))
    for case in range(len(SLICES)):
        here.gather(case)
    product.start()
    yield here
    product.stop()
    db.close()


def enter(browser: Browser, place: Place, role: str) -> Page:
    page = sign_in(browser, place.product, place.stage.emails[role])
    page.goto(f"/meetings/{place.stage.meeting}/room")
    wait(page, "room.client.connection === 'in-step'")
    return page


def lay(page: Page, line: dict[str, Any]) -> None:
    page.context.new_cdp_session(page).send("Network.emulateNetworkConditions", line)


def all_decoded(page: Page, frames: int) -> None:
    wait(page, f"room.panes[0].frames === {frames} && room.panes[0].progress.decoded === {frames}", 60)


def test_on_a_slow_line_a_labelled_preview_comes_first_and_what_nobody_looks_at_is_given_up(
    browser: Browser, place: Place
) -> None:
    page = enter(browser, place, "chair")
    heard = Heard().listen(page)
    lay(page, SLOW)
    page.keyboard.press("n")
    wait(page, "room.panes[0].painted && room.panes[0].coarseness > 1")
    told = pane(page)
    assert re.fullmatch(r"PREVIEW 1/[24] resolution", told["overlay"]["marks"].splitlines()[0])
    assert told["index"] == SLICES[0] // 2
    coarse = painted(page)
    wait(page, "room.panes[0].coarseness === 1")
    page.wait_for_timeout(300)
    assert "PREVIEW" not in pane(page)["overlay"].get("marks", "")
    assert pane(page)["progress"]["received"] < SLICES[0]
    whole = painted(page)
    assert not np.array_equal(coarse, whole)
    key = pane(page)["key"]
    page.keyboard.press("n")
    wait(page, f"room.panes[0].key !== '{key}'")
    page.wait_for_timeout(400)
    assert any(key in url for url in heard.given_up)
    before = len([url for url in heard.asked if key in url])
    page.wait_for_timeout(600)
    assert len([url for url in heard.asked if key in url]) == before
    page.context.close()
    again = enter(browser, place, "chair")
    again.keyboard.press("Shift+N")
    wait(again, f"room.panes[0].key === '{key}' && room.panes[0].painted && room.panes[0].coarseness === 1")
    again.wait_for_timeout(300)
    assert np.array_equal(painted(again), whole), "the image that grew is the image that came at once"
    again.context.close()


def test_a_frame_that_is_here_is_never_asked_for_again(browser: Browser, place: Place) -> None:
    """Not by a reload, not by a longer version of its series, not by the case it was fetched ahead for."""
    page = enter(browser, place, "member")
    frames = SLICES[0]
    all_decoded(page, frames)
    key = pane(page)["key"]
    page.get_by_role("tab", name="Agenda").click()
    page.get_by_text("Ready on this computer").wait_for(timeout=30_000)
    wait_for_kept(page, sum(SLICES))
    assert [255, 79, 255, 81] not in page.evaluate(KEPT), "no codestream lies on the disk in the clear"

    heard = Heard().listen(page)
    page.reload()
    wait(page, "room.client.connection === 'in-step'")
    all_decoded(page, frames)
    assert heard.asked == []

    place.scan(0, range(frames, frames + 3))
    place.gather(0)
    page.reload()
    wait(page, "room.client.connection === 'in-step'")
    all_decoded(page, frames + 3)
    assert {re.sub(r".*[?&]frames=([^&]*).*", r"\1", url) for url in heard.asked if key in url} == {"36-38"}
    page.context.close()


def wait_for_kept(page: Page, count: int) -> None:
    for _ in range(100):
        if len(page.evaluate(KEPT)) >= count:
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"only {len(page.evaluate(KEPT))} frames are kept")


def test_signing_out_leaves_nothing_behind(browser: Browser, place: Place) -> None:
    page = enter(browser, place, "observer")
    wait(page, "room.panes[0].painted")
    wait_for_kept(page, 10)
    page.goto("/")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(re.compile("/sign-in"))
    assert page.evaluate("async () => (await indexedDB.databases()).map(({name}) => name)") == []
    page.context.close()


def test_a_lesion_is_followed_a_private_mark_shown_and_two_who_move_one_mark_are_told(
    browser: Browser, place: Place
) -> None:
    place.scan(1, range(4), prior=True)
    place.gather(1)
    chair, member = enter(browser, place, "chair"), enter(browser, place, "member")
    chair.keyboard.press("t")
    wait(chair, "room.client.presenting")
    chair.get_by_role("tab", name="Agenda").click()
    chair.locator(".agenda-case").nth(1).click()
    chair.locator("button.series").nth(1).wait_for()
    wait(chair, "room.case !== null && room.panes[0].painted")
    chair.keyboard.press("Shift+Digit1")
    chair.get_by_role("tab", name="Marks").click()

    # Two axes with a name on the prior, then on the newest: the table says how the lesion has changed.
    for series, long in ((1, 80), (0, 50)):
        chair.locator("button.series").nth(series).click()
        wait(chair, f"room.panes[0].frames === {(SLICES[1], 4)[series]} && room.panes[0].coarseness === 1")
        draw(chair, "Shift+L", long)
        chair.keyboard.press("j")
        chair.get_by_label("Name, as on its earlier studies").fill("Nodule")
        chair.get_by_label("Organ").fill("Lung")
        chair.get_by_role("button", name="Save").click()
        wait(chair, "room.client.pending === 0")
    table = chair.locator(".lesion-table")
    table.get_by_text("PR").wait_for()
    before, now = (float(text) for text in table.locator("tbody td").all_inner_texts())
    assert now / before == pytest.approx(50 / 80, abs=0.02)
    change = f"{100 * (now - before) / before:.1f} %".replace("-", "\N{MINUS SIGN}")
    assert table.locator("tfoot tr").nth(1).inner_text().split("\t")[-1] == change

    # What the chair draws for herself nobody else sees, until she shows it.
    wait(member, "room.marks.length === 1")
    chair.keyboard.press("Shift+J")
    draw(chair, "l", 60, below=90)
    chair.locator(".pane").get_by_text("PRIVATE", exact=True).wait_for()
    assert pane(member)["sop"] == pane(chair)["sop"]
    member.wait_for_timeout(500)
    assert member.evaluate("mdtRoom.marks.length") == 1
    chair.get_by_role("button", name="Show to all").click()
    wait(member, "room.marks.length === 2")
    chair.keyboard.press("Shift+J")

    # A member's line is down while both move her mark: she is told who was first, and puts hers back.
    draw(member, "l", 60, below=160)
    wait(chair, "room.marks.length === 3 && room.client.pending === 0")
    member.context.set_offline(True)
    wait(member, "room.client.connection !== 'in-step'")
    for page, by in ((chair, 20), (member, -20)):
        move(page, 60, below=160, by=by)
    wait(chair, "room.client.pending === 0")
    theirs = chair.evaluate("mdtRoom.marks[2].points")
    assert member.evaluate("mdtRoom.marks[2].points") != theirs
    member.context.set_offline(False)
    member.get_by_text(re.compile("moved this length first")).wait_for()
    assert member.evaluate("mdtRoom.marks[2].points") == theirs
    member.get_by_role("button", name="Put mine back").click()
    wait(chair, f"JSON.stringify(room.marks[2].points) !== '{json.dumps(theirs, separators=(',', ':'))}'")
    assert chair.evaluate("mdtRoom.marks[2].points") == member.evaluate("mdtRoom.marks[2].points")
    chair.keyboard.press("Control+z")
    chair.get_by_text("has changed that mark since").wait_for()
    for page in (chair, member):
        page.context.close()


def middle(page: Page) -> tuple[float, float]:
    box = page.locator(".pane").first.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2 - 120


def draw(page: Page, key: str, long: int, *, below: int = 0) -> None:
    """A mark so many screen pixels long, and the mouse taken away from it."""
    x, y = middle(page)
    page.keyboard.press(key)
    drag(page, (x - long, y + below), (x + long, y + below))


def move(page: Page, long: int, *, below: int, by: int) -> None:
    """One end of it."""
    x, y = middle(page)
    drag(page, (x + long, y + below), (x + long + by, y + below + by))


def drag(page: Page, begin: tuple[float, float], end: tuple[float, float]) -> None:
    page.mouse.move(*begin)
    page.mouse.down()
    page.mouse.move((begin[0] + end[0]) / 2, (begin[1] + end[1]) / 2, steps=4)
    page.mouse.move(*end, steps=4)
    page.mouse.up()
    page.wait_for_timeout(500)  # a double click would have come by now
    page.mouse.move(5, 5)
