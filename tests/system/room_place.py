"""One product with an open meeting of two scanned patients, and people in its room: browsers, sockets, slow lines."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import Browser, BrowserType, Page

from mdt import bootstrap
from mdt.config import from_environment
from mdt.core.actor import system
from mdt.core.clock import utc_now
from mdt.imaging.actions import begin_gather
from mdt.live import queries
from mdt.live.room import State
from mdt.record.models import Patient
from mdt.trusts.models import Source
from tests.live_house import Seat, Server
from tests.room_stage import Stage, populate
from tests.system.product import CHROMIUM, CHROMIUM_FLAGS, Product
from tests.system.steps import room, wait
from tests.unit.objects import an_object, save

BY = system("test")
WHO = (("9990000018", "HARGREAVES^Dorothy"), ("9990000026", "SCOTT^Alan"))
# Whatever runs in the page can write to its socket; so can the tests, into `window.ownSocket`.
OWN_SOCKET = """window.WebSocket = class extends WebSocket {
    constructor(...how) {
        super(...how);
        window.ownSocket = this;
    }
};"""
SLICES, SIDE = 40, 128


@dataclass
class Place:
    product: Product
    stage: Stage
    pages: dict[str, Page] = field(default_factory=dict)

    @property
    def server(self) -> Server:
        """For seats: it is started by nobody."""
        return Server(self.product.data, self.product.port)

    def seat(self, role: str) -> Seat:
        return self.server.seat(self.stage, role)

    def address(self, port: int | None = None) -> str:
        return f"http://127.0.0.1:{port or self.product.port}/meetings/{self.stage.meeting}/room"

    def page(self, browser: Browser, role: str) -> Page:
        """A browser of their own, signed in, not yet anywhere."""
        context = browser.new_context(viewport={"width": 1280, "height": 800}, base_url=self.product.url)
        name, _, value = self.seat(role).cookie.partition("=")
        context.add_cookies([{"name": name, "value": value, "url": self.product.url}])
        context.add_init_script(OWN_SOCKET)
        return context.new_page()

    def enter(self, browser: Browser, role: str) -> Page:
        """Somebody in the room, in step with it; one browser for each role, which stays for the next story."""
        page = self.pages.get(role)
        if page is None or page.is_closed():
            page = self.pages[role] = self.page(browser, role)
            page.goto(self.address())
        wait(page, "room.client.connection === 'in-step' && room.client.pending === 0")
        return page

    def state(self) -> State:
        with self.stage.db.reading() as session:
            return queries.state_now(session, self.stage.meeting)[1]

    def marks(self, case: int = 0) -> dict[str, Any]:
        held: dict[str, Any] = self.state()["cases"].get(self.stage.cases[case], {}).get("marks", {})
        return held


@contextmanager
def a_place(folder: Path) -> Iterator[Place]:
    archive, data = folder / "RMC", folder / "data"
    archive.mkdir()
    data.mkdir()
    house = bootstrap.build(from_environment({"MDT_DATA": str(data)}))
    stage = populate(house.db)
    with house.db.writing() as session:
        session.add(Source(trust_ods="RBV", kind="folder", settings={"path": str(archive)}))
        for patient_id, (nhs, name) in zip(stage.patients, WHO, strict=False):
            patient = session.get_one(Patient, patient_id)
            patient.nhs_number, (patient.family, patient.given) = nhs, name.split("^")
            patient.birth_date = date(1951, 3, 14)
    for case, (nhs, name) in enumerate(WHO):
        _scan(archive, case, nhs, name)
    gatherer = house.gatherer(BY)
    for patient_id in stage.patients[: len(WHO)]:
        with house.db.writing() as session:
            gather_id = begin_gather(session, by=BY, patient_id=patient_id, now=utc_now()).id
        gatherer.run(gather_id)
    product = Product(data)
    product.start()
    yield Place(product, stage)
    product.stop()
    house.db.close()


def _scan(archive: Path, case: int, nhs: str, name: str) -> None:
    """A small CT, every slice of which looks otherwise."""
    for number in range(SLICES):
        pixels = np.add.outer(np.arange(SIDE), 2 * np.arange(SIDE)) % 300 + 15 * number
        dataset = an_object(
            pixels.astype("int16"), PatientID=nhs, PatientName=name, StudyDate="20261120",
            StudyDescription="CT chest", StudyInstanceUID=f"1.2.3.{case}", SeriesInstanceUID=f"1.2.3.{case}.1",
            SOPInstanceUID=f"1.2.3.{case}.1.{number + 1}", InstanceNumber=number + 1, PixelSpacing=[0.7, 0.7],
            ImagePositionPatient=[-45, -45, 2.0 * number], ImageOrientationPatient=[1, 0, 0, 0, 1, 0],
            WindowCenter=450, WindowWidth=1000,
        )  # fmt: skip
        save(dataset, archive / f"{case}-{number:03}.dcm")


@contextmanager
def over(kind: BrowserType, product: Product, port: int) -> Iterator[Browser]:
    """A browser whose way to the product leads through `port`; it believes that it talks to the product itself."""
    rule = f"--host-resolver-rules=MAP 127.0.0.1:{product.port} 127.0.0.1:{port}"
    browser = kind.launch(executable_path=str(CHROMIUM), args=[*CHROMIUM_FLAGS, rule])
    try:
        yield browser
    finally:
        browser.close()


def until(page: Page, true: Callable[[], bool], seconds: float = 60) -> None:
    """Until something holds outside of the page, e.g. in the database."""
    for _ in range(int(seconds / 0.05)):
        if true():
            return
        page.wait_for_timeout(50)
    raise AssertionError("it did not come to hold")


def middle(page: Page) -> tuple[float, float]:
    """Of the first viewport."""
    box = page.locator(".pane").first.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def present(page: Page) -> None:
    """Presents, whoever did; a chair takes it back."""
    if not room(page)["client"]["presenting"]:
        page.keyboard.press("t")
    wait(page, "room.client.presenting")
