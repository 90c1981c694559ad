"""Real browsers for the system tests."""

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.system import looks
from tests.system.crowd import Crowd
from tests.system.product import CHROMIUM, launch
from tests.system.room_place import Place, a_place
from tests.system.seeded import Running, a_seeded_product

expect.set_options(timeout=20_000)  # milliseconds: a story is about what happens, on a machine that does more besides


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One product on the seeded region, for all who do not mind what the others did in it."""
    with a_seeded_product(tmp_path_factory.mktemp("pages")) as running:
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, or a reason why not; with CI=true its absence is a failure."""
    if not CHROMIUM.exists():
        reason = "Chromium is not installed (Debian package chromium)"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(reason)
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture(autouse=True)
def _no_page_stays_open(request: pytest.FixtureRequest) -> Iterator[None]:
    """A room that nobody looks at any more still draws, and slows every story after it."""
    if "browser" not in request.fixturenames:
        yield
        return
    browser = request.getfixturevalue("browser")
    before = list(browser.contexts)  # of fixtures that are shared
    yield
    for context in browser.contexts:
        if context not in before:
            context.close()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Where looks were compared with the reference: which, and by how much they differed."""
    if looks.COMPARED:
        terminalreporter.section("looks beside their reference")
        for line in looks.table():
            terminalreporter.write_line(line)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """One open meeting with two scanned patients, for the stories of one file: what one file draws, no other sees."""
    with a_place(tmp_path_factory.mktemp("room")) as place:
        yield place


@pytest.fixture(scope="session")
def crowd() -> Iterator[Crowd]:
    """Sockets beside the browsers."""
    crowd = Crowd()
    yield crowd
    crowd.close()
