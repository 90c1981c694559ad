"""The outcome on its page: read, amended with a reason, completed after the meeting, and signed there."""

import json
import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from mdt.core import audit
from mdt.core.clock import in_london, utc_now
from mdt.live import actions as live
from mdt.meeting import policies
from mdt.meeting.models import Case, Meeting
from mdt.outcome import definition, messages, proforma
from mdt.outcome.actions import Binding, set_field
from mdt.outcome.proforma import FIRST
from tests.unit.pages import SETUP, seeded
from tests.unit.prepared import actor
from tests.unit.test_outcome import PLAN
from tests.unit.test_pages_stories import words


@pytest.fixture
def made(tmp_path):
    with seeded(tmp_path) as made:
        yield made


def address(made, case, rest=""):
    return f"/cases/{made.cases[case]}/outcome/{rest}"


def test_a_signed_outcome_says_what_was_decided_by_whom_and_who_acts(made):
    page = words(made.signed_in("observer").get(address(made, "signed")).text)
    assert "KOWALSKI, Maria" in page
    assert "What was decided" in page
    assert "Signed by system:test" in page
    assert re.search(r"Intent .*CR0460", page)
    assert "Beth Naylor" in page
    assert "DRAFT" not in page


def test_signing_keeps_who_was_there_and_who_was_missing_whatever_comes_later(made):
    case, meeting, patient = made.cases["maria"], made.meetings["today"], made.patients["maria"]
    roles = [
        {"name": "Radiologist", "count": 1, "specialties": ["radiologist"]},
        {"name": "Surgeon", "count": 1, "specialties": ["surgeon"]},
    ]
    now = utc_now()
    with made.house.db.writing() as db:
        db.get_one(Meeting, meeting).status, db.get_one(Case, case).status = "open", "live"
        policies.set_policy(
            db, by=SETUP, team_id=made.teams["lung"], starts=in_london(now).date(), roles=roles, blocks="nothing",
            records_views=False, clock_for_all=False, now=now,
        )  # fmt: skip
        there = live.arrive(db, by=actor(db, made, "presenter"), meeting_id=meeting, client="a", now=now)
        binding = Binding(meeting, case, patient, version=1)
        actions = [{"id": "aaaaaaaa-0001", "text": "Refer", "owner": "Beth", "due": str(now.date() + timedelta(3))}]
        for name, value in (PLAN | {"actions": actions, "tell_by": actions[0]["due"]}).items():
            typed = set_field(db, by=SETUP, binding=binding, revision=99, field=name, value=value, now=now)
        body = {"case": case, "patient": patient, "version": 1, "revision": typed.revision}
        messages.do(db, by=actor(db, made, "chair"), meeting_id=meeting, kind=messages.SIGN, body=body, now=now)
        live.leave(db, attendance_id=there, now=now)
        live.arrive(db, by=actor(db, made, "member"), meeting_id=meeting, client="b", now=now)
    page = words(made.signed_in("observer").get(address(made, "maria")).text)
    assert "Not quorate when the case was discussed" in page
    assert "Missing: Surgeon: Mr Chandra Patel not there" in page
    assert "There: Dr Dilys Hughes (Radiologist)." in page
    assert "Quorum" not in made.signed_in("observer").get(address(made, "signed")).text, "none was kept of that one"


def test_a_draft_says_so_and_what_is_missing(made):
    page = words(made.signed_in("member").get(address(made, "draft")).text)
    assert "DRAFT – not signed, not to be acted on" in page
    assert "Choose the decision." in page
    assert "What was decided" not in page


def test_a_case_without_an_outcome_says_so(made):
    assert "No outcome has been recorded" in made.signed_in("member").get(address(made, "maria")).text


def test_reading_an_outcome_is_audited_and_watching_it_is_not_audited_again(made):
    client = made.signed_in("member")
    client.get(address(made, "signed"))
    client.get(address(made, "signed", "now.json"))
    with made.house.db.reading() as db:
        read = db.scalars(select(audit.AuditEntry).where(audit.AuditEntry.action == "outcome.read")).all()
        assert [entry.patient_id for entry in read] == [made.patients["maria"]]


def test_the_chair_amends_with_a_reason_and_the_signed_version_stays_in_force(made):
    chair = made.signed_in("chair")
    bare = chair.post(address(made, "signed", "amend"), data={"version": "1", "reason": "  "})
    assert bare.status_code == 400
    assert "Give the reason for the amendment" in bare.text
    assert (
        chair.post(address(made, "signed", "amend"), data={"version": "1", "reason": "New histology."}).status_code
        == 302
    )
    page = words(made.signed_in("observer").get(address(made, "signed")).text)
    assert "DRAFT: version 2, an amendment" in page
    assert "New histology." in page
    assert "version 1, in force" in page
    again = chair.post(address(made, "signed", "amend"), data={"version": "1", "reason": "Once more."})
    assert again.status_code == 409


def send(client, made, act, **more):
    body = {"patient": made.patients["maria"], "version": 2} | more
    return client.post(address(made, "signed", f"{act}.json"), json=body)


def test_an_amendment_is_completed_and_signed_after_the_meeting(made):
    chair = made.signed_in("chair")
    chair.post(address(made, "signed", "amend"), data={"version": "1", "reason": "New histology."})
    assert chair.get(address(made, "signed", "complete")).status_code == 200
    typed = send(made.signed_in("coordinator"), made, "set", revision=0, field="rationale", value="Changed.").get_json()
    assert (typed["ok"], typed["outcome"]["revision"]) == (True, 1)
    assert send(chair, made, "sign", revision=0).status_code == 409
    signed = send(chair, made, "sign", revision=1).get_json()
    assert signed["outcome"]["signed"]["name"] == "Dr Amara Osei"
    page = words(chair.get(address(made, "signed")).text)
    assert "Version 2, amended because: New histology." in page
    assert "Version 1, signed by system:test" in page


def test_a_message_for_another_patient_saves_nothing(made):
    chair = made.signed_in("chair")
    body = {"patient": made.patients["maria"], "version": 1, "revision": 9, "field": "rationale", "value": "Maria's."}
    refused = chair.post(address(made, "draft", "set.json"), json=body)
    assert (refused.status_code, refused.get_json()["code"]) == (409, "stale")
    kept = chair.get(address(made, "draft", "now.json")).get_json()["outcome"]
    assert kept["form"]["rationale"] == "Not decided yet."
    more: tuple[object, ...] = ([], {"version": 1}, {"patient": made.patients["john"], "version": "1"})
    for nonsense in more:
        assert chair.post(address(made, "draft", "set.json"), json=nonsense).status_code == 400


def test_until_its_meeting_is_closed_an_outcome_is_typed_in_the_live_room(made):
    refused = made.signed_in("chair").get(address(made, "maria", "complete"), headers={"Accept": "text/html"})
    assert refused.status_code == 400
    assert "typed in the live room" in refused.text


@pytest.mark.parametrize("page", ["room", "desk"])
def test_the_form_comes_with_the_page_that_needs_it(made, page):
    there = {"room": f"/meetings/{made.meetings['today']}/room", "desk": address(made, "draft", "complete")}
    text = made.signed_in("chair").get(there[page]).text
    block = re.search(r'<script type="application/json" id="outcome-form">(.*?)</script>', text)
    assert block is not None
    assert json.loads(block[1]) == {
        "current": FIRST,
        "forms": {FIRST: json.loads(json.dumps(definition.as_json(proforma.compose(FIRST))))},
    }
