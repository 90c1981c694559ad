"""On the pages: late additions with their reason, offers between teams, and what is carried on, each said to all."""

from datetime import timedelta

import pytest

from mdt.core.actor import system
from mdt.core.clock import utc_now
from mdt.meeting import actions, queries
from mdt.preparation import locking
from tests.unit.pages import seeded
from tests.unit.test_pages_stories import words

BY = system("test")


@pytest.fixture
def made(tmp_path):
    with seeded(tmp_path) as made:
        yield made


def test_a_late_addition_has_a_reason_and_the_chairs_word_and_everybody_reads_both(made):
    today, new = made.meetings["today"], made.patients["new"]
    agenda = f"/meetings/{today}"
    with made.house.db.writing() as db:
        seen = locking.seen(db, by=BY, meeting_id=today, now=utc_now())
        locking.lock(db, by=BY, meeting_id=today, seen=seen, now=utc_now())
    coordinator, chair, member = (made.signed_in(who) for who in ("coordinator", "chair", "member"))
    asked = {"clinical_question": "Operable?", "reason": "Bleeding since Friday"}

    def ask() -> str:
        assert coordinator.post(f"{agenda}/list/{new}", data=asked).status_code == 302
        page = chair.get(agenda).text
        assert "1 late addition waits for the chair" in words(page)
        return page.split(f"{agenda}/late/")[1].split('"')[0]

    late = ask()
    assert "Beth Naylor" in words(member.get(agenda).text)
    assert "Bleeding since Friday" in words(member.get(agenda).text)
    assert member.post(f"{agenda}/late/{late}", data={"decision": "approve"}).status_code == 403
    unsaid = chair.post(f"{agenda}/late/{late}", data={"decision": "decline", "why": " "})
    assert (unsaid.status_code, "Say why it is declined." in unsaid.text) == (409, True)
    declined = {"decision": "decline", "why": "No scan yet"}
    assert chair.post(f"{agenda}/late/{late}", data=declined).status_code == 302
    again = chair.post(f"{agenda}/late/{late}", data={"decision": "decline", "why": "Twice as typed"})
    assert "was declined by Dr Amara Osei already" in words(again.text)
    assert "Dr Amara Osei declined it" in words(member.get(agenda).text)
    assert "No scan yet" in words(coordinator.get(agenda).text)
    late = ask()
    assert chair.post(f"{agenda}/late/{late}", data={"decision": "approve"}).status_code == 302
    assert "Late addition, approved by Dr Amara Osei: Bleeding since Friday" in words(member.get(agenda).text)


def test_a_case_offered_to_another_trusts_team_is_declined_then_accepted_and_both_teams_read_why(made):
    agenda, case = f"/meetings/{made.meetings['today']}", made.cases["john"]
    lung, breast = made.signed_in("coordinator"), made.signed_in("stranger")
    with made.house.db.writing() as db:
        starts = utc_now() + timedelta(days=3)
        theirs = actions.plan(db, by=BY, team_id=made.teams["breast"], starts_at=starts, now=utc_now()).id
    waiting = f"/teams/{made.teams['breast']}/waiting/"

    def offer(why: str) -> str:
        said = {"what": "offer", "team": made.teams["breast"], "for": why}
        assert lung.post(f"/cases/{case}/move/", data=said).status_code == 302
        page = breast.get(waiting).text
        assert why in words(page)
        return page.split(f"/teams/{made.teams['breast']}/offers/")[1].split('"')[0]

    address = f"/teams/{made.teams['breast']}/offers/{offer('Could this be a metastasis of the breast?')}"
    long = "x" * 501
    refused = breast.post(address, data={"decision": "decline", "why": long})
    assert (refused.status_code, long in refused.text) == (400, True)
    assert breast.post(address, data={"decision": "decline", "why": "Biopsy first"}).status_code == 302
    assert "Breast MDT declined: Biopsy first" in words(lung.get(agenda).text)
    address = f"/teams/{made.teams['breast']}/offers/{offer('The biopsy says breast')}"
    assert breast.post(address, data={"decision": "accept", "meeting": theirs}).status_code == 302
    assert "Breast MDT accepted it, Dr Gita Rao" in words(lung.get(agenda).text)
    assert "From Lung MDT: The biopsy says breast" in words(breast.get(f"/meetings/{theirs}").text)
    with made.house.db.reading() as db:
        assert queries.case(db, BY, case).status == "withdrawn"


def test_what_is_deferred_for_another_trusts_images_says_so_on_both_lists_and_how_often(made):
    client, case = made.signed_in("coordinator"), made.cases["maria"]
    said = {"what": "defer", "reason": "images", "trust": "R0A", "study": ""}
    refused = client.post(f"/cases/{case}/move/", data=said)
    assert (refused.status_code, "say which trust has it and which study it is" in refused.text) == (400, True)
    assert client.post(f"/cases/{case}/move/", data=said | {"study": "CT chest of 9 March"}).status_code == 302
    assert "images missing (CT chest of 9 March, R0A)" in words(client.get(f"/meetings/{made.meetings['today']}").text)
    coming = f"/meetings/{made.meetings['coming']}"
    assert "Carried over once, last from" in words(client.get(coming).text)
    onward = client.get(coming).text.split('id="case-')[1].split('"')[0]
    moved = {"what": "move", "meeting": made.meetings["today"], "move-note": "The images came"}
    assert "is, or was, on the list of that meeting" in client.post(f"/cases/{onward}/move/", data=moved).text
    with made.house.db.writing() as db:
        later = utc_now() + timedelta(days=14)
        actions.plan(db, by=BY, team_id=made.teams["lung"], starts_at=later, now=utc_now())
    assert client.post(f"/cases/{onward}/move/", data={"what": "defer", "reason": "pathology"}).status_code == 302
    assert "Goes to the meeting of" in words(client.get(coming).text)
    with made.house.db.reading() as db:
        third = queries.coming_meetings(db, BY, since=later - timedelta(minutes=1))[-1].id
    assert "Carried over twice" in words(client.get(f"/meetings/{third}").text)
