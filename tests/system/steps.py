"""What people do, step by step, and what the live room's page says of itself."""

import json
import re
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page, expect


@dataclass(frozen=True)
class Subject:
    """The person the story is about: whoever has the longest series in the region."""

    nhs: str
    family: str
    given: str
    born: str
    sex: str
    frames: int


def room(page: Page) -> dict[str, Any]:
    """What the page says it shows (read only)."""
    told: dict[str, Any] = page.evaluate(
        """() => {
            const {state, client, case: open, panes, marks, timings} = window.mdtRoom;
            return {state, client, case: open, panes, marks, timings};
        }"""
    )
    return told


def wait(page: Page, condition: str, seconds: float = 60) -> None:
    """Until the room's page says so; on failure the page's own account of itself is shown."""
    try:
        asked = f"() => {{ const room = window.mdtRoom; return room && ({condition}); }}"
        page.wait_for_function(asked, timeout=seconds * 1000)
    except Exception:
        print(json.dumps(room(page), indent=1)[:6000])
        raise


def press(page: Page, name: str) -> None:
    """What looks like a button, whether it is one or a link."""
    page.get_by_role("button", name=name).or_(page.get_by_role("link", name=name)).first.click()


def plan_a_meeting_for_today(page: Page) -> None:
    """For the end of today, so that it is always still to come."""
    press(page, "Plan a meeting")
    today = page.evaluate("() => { const d = new Date(); return [d.getDate(), d.getMonth() + 1, d.getFullYear()] }")
    for label, value in zip(("Day", "Month", "Year"), today, strict=True):
        page.get_by_label(label, exact=True).fill(str(value))
    page.get_by_label("Starts at").fill("23:30")
    page.get_by_role("button", name="Plan this meeting").click()
    page.wait_for_url(re.compile(r"/meetings/[0-9a-f]{32}"))


def list_the_patient(page: Page, subject: Subject) -> None:
    """By number; the person is not known here yet, so their verified details are added first."""
    press(page, "List a case")
    page.get_by_label("NHS number").fill(subject.nhs)
    page.get_by_role("button", name="Find the patient").click()
    page.get_by_label("Family name").fill(subject.family)
    page.get_by_label("Given name").fill(subject.given)
    year, month, day = subject.born.split("-")
    for label, value in (("Day", day), ("Month", month), ("Year", year)):
        page.get_by_label(label, exact=True).fill(value)
    page.get_by_label({"F": "Female", "M": "Male", "O": "Other"}[subject.sex], exact=True).check()
    page.get_by_label(re.compile("were verified")).check()
    page.get_by_role("button", name="Add this patient").click()
    page.get_by_label("Clinical question").fill("Nodule growing since spring: is it resectable?")
    page.get_by_role("button", name=re.compile("^List ")).click()
    expect(page.get_by_text("is it resectable?").first).to_be_visible()
