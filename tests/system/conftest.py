"""Real browsers for the system tests."""

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.system.product import CHROMIUM, launch


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
