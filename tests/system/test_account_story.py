"""Signing in with a passkey, ending a session elsewhere, and a sign-in that ends while somebody types."""

from collections.abc import Iterator
from copy import copy
from datetime import timedelta
from time import monotonic
from typing import Any

import pytest
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from playwright.sync_api import Browser, BrowserContext, Page, expect

from mdt.core.clock import utc_now
from mdt.people.sessions import IDLE, SignIn
from tests.system.product import PASSWORD, Product
from tests.system.seeded import Running, enter
from tests.unit.pages import seeded

pytestmark = pytest.mark.system

KEY = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("account")
    with seeded(folder) as made:
        product = Product(folder)
        product.start()
        yield Running(product, made)
        product.stop()


def at_localhost(running: Running) -> Running:
    """Browsers make no passkeys for an address that is a number."""
    product = copy(running.product)
    product.url = running.product.url.replace("127.0.0.1", "localhost")
    return Running(product, running.made)


def device(page: Page, *, verified: bool) -> tuple[Any, str]:
    """A device whose owner has shown a finger, or not."""
    line = page.context.new_cdp_session(page)
    line.send("WebAuthn.enable")
    options = {**KEY, "isUserVerified": verified, "automaticPresenceSimulation": True}
    return line, line.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]


def test_a_passkey_is_made_and_signs_in_without_a_password(browser: Browser, running: Running) -> None:
    context, page = enter(browser, at_localhost(running), "member")
    line, key = device(page, verified=True)
    page.goto("/account/")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_text("not used yet")).to_be_visible()
    page.get_by_role("button", name="Make new codes").click()
    expect(page.get_by_label("Recovery codes").get_by_role("listitem")).to_have_count(10)

    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url("**/meetings")
    page.goto("/account/")
    expect(page.get_by_role("row", name="This one")).to_contain_text("A passkey")
    expect(page.get_by_text("last used")).to_be_visible()

    # The owner shows no finger: the device does not answer, and nobody is in.
    page.get_by_role("button", name="Sign out").click()
    line.send("WebAuthn.setUserVerified", {"authenticatorId": key, "isUserVerified": False})
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("alert")).to_contain_text("No passkey was used")

    # And a password alone is no longer enough.
    page.get_by_label("E-mail address").fill(running.made.email("member"))
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", name="Enter your code")).to_be_visible()
    page.goto("/meetings")
    page.wait_for_url("**/sign-in?then=/meetings")
    context.close()


def test_ending_a_session_elsewhere_puts_it_out_of_its_room_within_a_second(browser: Browser, running: Running) -> None:
    ward, room = enter(browser, running, "chair")
    room.goto(f"/meetings/{running.made.meetings['today']}/room")
    expect(room.get_by_role("button", name="Leave").or_(room.get_by_role("link", name="Leave")).first).to_be_visible()
    office, page = enter(browser, running, "chair", user_agent="Macintosh Safari/600")
    page.goto("/account/")
    page.get_by_role("row", name="Chrome").get_by_role("button", name="End").click()
    ended = monotonic()
    room.get_by_text("Your sign-in has ended").first.wait_for()
    assert monotonic() - ended < 3, "a second, and what a loaded machine needs to draw it"
    expect(page.get_by_role("row", name="Chrome")).to_have_count(0)
    room.goto("/meetings")
    room.wait_for_url("**/sign-in?then=/meetings")
    page.reload()
    expect(page.get_by_role("row", name="This one")).to_be_visible()
    for context in (ward, office):
        context.close()


def sit_idle(context: BrowserContext, running: Running) -> None:
    """Nobody has asked for anything for so long that the sign-in ends in three minutes."""
    app = Flask("idle")
    app.secret_key = running.made.house.settings.secret_key
    signer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert signer is not None
    (held,) = (one for one in context.cookies() if one["name"] == "mdt")
    cookie, now = signer.loads(held["value"]), utc_now()
    was = SignIn.read(cookie)
    assert was is not None
    SignIn(was.person_id, was.session_version, now - IDLE, now - IDLE + timedelta(minutes=3), was.session_id).write(
        cookie
    )
    context.add_cookies([{**held, "value": str(signer.dumps(cookie))}])


def test_an_idle_page_warns_and_what_was_typed_outlives_the_end(browser: Browser, running: Running) -> None:
    context, page = enter(browser, running, "coordinator")
    address = f"/meetings/{running.made.meetings['today']}/list/{running.made.patients['new']}"
    page.clock.install()
    page.goto(address)
    question = page.get_by_label("clinical question", exact=False).first
    question.fill("Is this resectable after chemotherapy?")
    with page.expect_response("**/session/stay.json"):  # typing counts as being there
        page.clock.run_for("05:30")
    sit_idle(context, running)
    page.clock.fast_forward("57:00")
    dialog = page.get_by_role("alertdialog", name="Are you still there?")
    expect(dialog).to_contain_text("You will be signed out at")
    page.get_by_role("button", name="Stay signed in").click()
    expect(dialog).to_have_count(0)

    context.clear_cookies()
    page.clock.fast_forward("57:00")
    expect(page.get_by_role("alertdialog", name="You have been signed out")).to_be_visible()
    behind = page.evaluate("getComputedStyle(document.querySelector('dialog'), '::backdrop').backgroundColor")
    assert behind == "rgb(33, 43, 50)", "what is behind it cannot be read"
    with context.expect_page() as opened:
        page.get_by_role("link", name="Sign in, in a new tab").click()
    tab = opened.value
    tab.get_by_label("E-mail address").fill(running.made.email("coordinator"))
    tab.get_by_label("Password", exact=True).fill(PASSWORD)
    tab.get_by_role("button", name="Sign in", exact=True).click()
    tab.wait_for_url("**/meetings")
    page.bring_to_front()
    page.get_by_role("button", name="I have signed in: go on").click()
    expect(page.get_by_role("alertdialog")).to_have_count(0)
    expect(question).to_have_value("Is this resectable after chemotherapy?")
    page.get_by_role("button", name="List", exact=False).first.click()
    page.wait_for_url(f"**/meetings/{running.made.meetings['today']}*")
    expect(page.get_by_text("Is this resectable after chemotherapy?")).to_be_visible()
    context.close()
