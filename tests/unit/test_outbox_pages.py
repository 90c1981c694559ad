"""Reminders and the outbox as people see them; and that no message says who a patient is."""

import json
import re

import pytest
from sqlalchemy import select

from mdt.core.clock import utc_now
from mdt.outbox import kinds, queries, states
from mdt.outbox.models import Message
from mdt.people.models import Person
from mdt.record.models import Patient
from mdt.referral import decisions
from tests.unit.pages import PASSWORD, SETUP, seeded
from tests.unit.referred import add_referral
from tests.unit.test_pages_stories import AS_A_PERSON, words


@pytest.fixture
def made(tmp_path):
    with seeded(tmp_path) as made:
        yield made


@pytest.fixture
def returned(made):
    """The lung team's coordinator returned the stranger's referral of John."""
    made.referral, _ = add_referral(made)
    with made.house.db.writing() as db:
        decisions.give_back(
            db, by=SETUP, referral_id=made.referral, reason="Which lobe is Mr Okafor-Brown’s?", now=utc_now()
        )
    return made


def messages(made):
    with made.house.db.reading() as db:
        return db.scalars(select(Message)).all()


def names_a_patient(made, message: Message) -> bool:
    text = json.dumps([message.subject, message.parts], ensure_ascii=False)
    with made.house.db.reading() as db:
        return any(
            said in text
            for one in db.scalars(select(Patient))
            for said in (one.family, one.given, one.nhs_number, one.birth_date.isoformat())
        )


def test_whoever_referred_is_written_to_and_the_link_leads_there_after_signing_in(returned):
    (message,) = messages(returned)
    assert (message.person_id, message.subject) == (returned.people["stranger"], "a referral was returned to you")
    assert not names_a_patient(returned, message)
    path = message.parts[0]["path"]
    browser = returned.signed_in("nobody")
    door = browser.get(path, headers=AS_A_PERSON)
    assert "/sign-in?then=" in door.location
    asked = {"email": returned.email("stranger"), "password": PASSWORD, "then": path}
    assert browser.post("/sign-in", data=asked).location == path
    assert "Which lobe" in browser.get(path).text


@pytest.mark.parametrize("then", ["//evil.example/", "https://evil.example", "/\\evil.example", "/a?b=c\r\nX: y"])
def test_signing_in_leads_to_no_other_site(made, then):
    asked = {"email": made.email("stranger"), "password": PASSWORD, "then": then}
    assert made.signed_in("nobody").post("/sign-in", data=asked).location == "/"


def test_where_somebody_was_going_is_kept_with_what_they_asked_for(made):
    door = made.signed_in("nobody").get("/actions/?whose=Beth+Naylor&only=overdue", headers=AS_A_PERSON)
    page = made.signed_in("nobody").get(door.location).text
    assert 'name="then" value="/actions/?whose=Beth+Naylor&amp;only=overdue"' in page
    asked = {"email": made.email("member"), "password": PASSWORD, "then": "/actions/?whose=Beth+Naylor&only=overdue"}
    assert made.signed_in("nobody").post("/sign-in", data=asked).location == asked["then"]


def test_a_person_chooses_what_they_are_written_to_about_and_reads_what_was_written(returned):
    browser = returned.signed_in("stranger")
    page = words(browser.get("/reminders/").text)
    assert "No mail server is set up here, so nothing is sent." in page
    assert "cannot list a patient whom you referred until you have answered." in page
    assert "Patients not told yet" in page
    saved = browser.post("/reminders/", data={"kind": [kinds.DUE]}, follow_redirects=True)
    assert "What you are written to about is saved." in saved.text
    assert re.findall(r'value="(\w+)" checked', saved.text) == [kinds.DUE]
    with returned.house.db.reading() as db:
        assert queries.off(db, returned.people["stranger"]) == {
            kinds.CHECK,
            kinds.FOLLOW,
            kinds.LOCKING,
            kinds.DATES,
        }


def test_the_operator_sees_what_waits_and_what_failed_and_tries_it_again(returned):
    (message,) = messages(returned)
    browser = returned.signed_in("administrator")
    page = words(browser.get("/outbox/").text)
    assert "Nothing is sent" in page
    assert "Waiting (1)" in page
    with returned.house.db.writing() as db:
        kept = db.get_one(Message, message.id)
        kept.status, kept.why = states.FAILED, "The mail server did not take the address: 550 <script>alert(1)</script>"
        db.get_one(Person, returned.people["stranger"]).name = "Dr Gita <b>Rao</b>"
    page = browser.get("/outbox/").text
    assert "Failed (1)" in page
    assert "<script>alert" not in page
    assert browser.post(f"/outbox/{message.id}", data={"act": "again"}).status_code == 302
    assert messages(returned)[0].status == states.WAITING
    browser.post(f"/outbox/{message.id}", data={"act": "drop"})
    assert (messages(returned)[0].status, messages(returned)[0].why) == (
        states.DROPPED,
        "Fay Quinn took it out of the outbox.",
    )
    assert browser.post(f"/outbox/{message.id}", data={"act": "again"}).status_code == 409
    assert browser.post(f"/outbox/{message.id}", data={"act": "burn"}).status_code == 400
