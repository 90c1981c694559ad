"""The product on the small seeded region of the page tests, and people in it with real browsers."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from mdt.demo import control
from mdt.demo.control import Endpoint
from tests.system.product import PASSWORD, Product
from tests.unit.pages import Seeded, seeded


@dataclass
class Running:
    """The product on its small database, and what is in that."""

    product: Product
    made: Seeded


@contextmanager
def a_seeded_product(folder: Path) -> Iterator[Running]:
    with seeded(folder) as made:
        pass
    endpoint = Endpoint("RMC", "Bolton", "dicomweb", "http://127.0.0.1:1", "on")
    control.publish(folder / "control", [endpoint, replace(endpoint, ods="RWJ", name="Stockport", state="off")])
    product = Product(folder)
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("MDT_DEMO_CONTROL", str(folder / "control"))
        product.start()
    yield Running(product, made)
    product.stop()


def enter(browser: Browser, running: Running, who: str, **options: object) -> tuple[BrowserContext, Page]:
    """Somebody's own browser, signed in."""
    context = browser.new_context(base_url=running.product.url, **options)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto("/sign-in")
    page.get_by_label("E-mail address").fill(running.made.email(who))
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/meetings")
    return context, page
