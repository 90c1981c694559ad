"""What people do on the pages, told as short stories on a real database."""

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from sqlalchemy import func, select

from mdt.core import audit
from mdt.core.clock import utc_now
from mdt.imaging.models import Gather
from mdt.live.models import Event
from mdt.meeting.models import Case, Meeting
from mdt.meeting.triage import sorting
from mdt.outcome import standards
from mdt.people import actions as people
from mdt.record.models import Link, Patient
from tests.unit.pages import PASSWORD, SETUP, seeded
from tests.unit.prepared import actor
from tests.unit.test_pages_may import NEW_PATIENT
from tests.unit.test_triage import SAID

AS_A_PERSON = {"Accept": "text/html"}


@pytest.fixture
def made(tmp_path):
    with seeded(tmp_path) as made:
        yield made


def audited(made, action):
    with made.house.db.reading() as db:
        return db.scalars(select(audit.AuditEntry).where(audit.AuditEntry.action == action)).all()


def words(page: str) -> str:
    """The page's text as it is read, without its elements."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_a_patient_of_one_name_and_unknown_birthday_is_listed_and_shown_as_such(made):
    client, meeting = made.signed_in("coordinator"), made.meetings["today"]
    typed = {"nhs": "999 000 0069", "family": "SUHARTO", "given": "", "sex": "M", "verified": "yes"}
    where = f"/meetings/{meeting}/list/new-patient"
    assert "Enter the date of birth as day, month and year" in words(client.post(where, data=typed).text)
    both = typed | {"born-unknown": "yes", "born-day": "9", "born-month": "7", "born-year": "1975"}
    refused = client.post(where, data=both)
    assert refused.status_code == 400
    assert "or say that it is not known, not both" in words(refused.text)
    assert re.search(r'name="born-year"[^>]*value="1975"', refused.text)
    asked = client.post(where, data=typed | {"born-unknown": "yes"})
    assert "SUHARTO Born not known Sex Male" in words(client.get(asked.location).text)


def test_my_meetings_are_sorted_into_today_coming_and_past(made):
    page = words(made.signed_in("member").get("/meetings").text)
    today, coming, past = (page.index(f" {name} {name}: meetings") for name in ("Today", "Coming", "Past"))
    assert today < coming < past
    assert "Ready for 0 of 3 cases" in page[today:coming]
    assert "No cases yet" in page[coming:past]
    assert "Closed" in page[past:]


def test_what_is_far_ahead_and_still_empty_is_folded_away(made):
    far = utc_now() + timedelta(days=30)
    with made.house.db.writing() as db:
        made_ahead, listed = (Meeting(team_id=made.teams["lung"], starts_at=far + timedelta(days=n)) for n in range(2))
        db.add_all((made_ahead, listed))
        db.flush()
        db.add(
            Case(
                meeting_id=listed.id, patient_id=made.patients["maria"], position=1, clinical_question="Now what?",
                listed_at=utc_now(),
            )
        )  # fmt: skip
        ids = made_ahead.id, listed.id
    page = made.signed_in("member").get("/meetings").text
    coming = page[page.index('id="coming"') : page.index('id="past"')]
    open_, folded = coming.split("<details")
    assert "1 later meeting, until" in folded
    assert [(one in open_, one in folded) for one in ids] == [(False, True), (True, False)]


def test_past_meetings_are_leafed_through_and_none_is_lost_where_two_start_at_once(made):
    at = utc_now() - timedelta(days=400)
    with made.house.db.writing() as db:
        db.add_all(Meeting(team_id=made.teams["lung"], starts_at=at + timedelta(days=n // 2)) for n in range(30))
    client, address, seen = made.signed_in("member"), "/meetings", []
    while address:
        page = client.get(address).text
        past = page[page.index('id="past"') :]
        seen += re.findall(r'href="/meetings/([0-9a-f]{32})"', past)
        earlier = re.search(r'href="([^"]+)">Earlier meetings', past)
        address = unescape(earlier[1]) if earlier else ""
    with made.house.db.reading() as db:
        held = select(Meeting.id).where(Meeting.team_id == made.teams["lung"], Meeting.id != made.meetings["today"])
        held = held.where(Meeting.starts_at < utc_now())
        assert sorted(seen) == sorted(db.scalars(held))


def test_another_teams_chair_sees_none_of_them(made):
    page = words(made.signed_in("stranger").get("/meetings").text)
    assert "Lung MDT" not in page
    assert "No meeting of your teams is today." in page


def test_a_known_patient_is_confirmed_by_their_banner_and_listed_with_a_question(made):
    client, today = made.signed_in("coordinator"), made.meetings["today"]
    found = client.post(f"/meetings/{today}/list/", data={"nhs": " 999 000-0042 "})
    confirm = client.get(found.location)
    assert "WU, Li Born 09-Jul-1975" in words(confirm.text)
    assert "NHS No. 999 000 0042" in words(confirm.text)
    assert client.post(found.location, data={"clinical_question": " Operable? "}).status_code == 302
    agenda = client.get(f"/meetings/{today}/agenda.json").get_json()
    last = agenda["cases"][-1]
    assert last["patient"] == {
        "id": made.patients["new"], "family": "Wu", "given": "Li",
        "born": "1975-07-09", "sex": "F", "nhs": "9990000042",
    }  # fmt: skip
    assert (last["question"], last["position"], last["status"]) == ("Operable?", 4, "listed")
    with made.house.db.reading() as db:
        assert db.scalar(select(func.count()).where(Gather.patient_id == made.patients["new"])) == 1


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "An NHS number has 10 digits"),
        ("999000004", "An NHS number has 10 digits"),
        ("999 000 0043", "its last digit does not agree"),
    ],
)
def test_what_is_no_nhs_number_is_said_beside_the_field_and_kept(made, typed, sentence):
    answer = made.signed_in("coordinator").post(f"/meetings/{made.meetings['today']}/list/", data={"nhs": typed})
    assert answer.status_code == 400
    assert answer.text.count(sentence) == 2  # in the summary, and beside the field
    assert 'href="#nhs"' in answer.text
    assert f'value="{typed}"' in answer.text or not typed


def test_an_unknown_number_leads_to_adding_the_patient_and_then_to_the_question(made):
    client, today = made.signed_in("coordinator"), made.meetings["today"]
    unknown = client.post(f"/meetings/{today}/list/", data={"nhs": "999 000 0069"})
    assert "Add a verified patient" in unknown.text
    assert 'value="999 000 0069"' in unknown.text
    added = client.post(f"/meetings/{today}/list/new-patient", data=NEW_PATIENT)
    assert "ADEYEMI, Kemi" in client.get(added.location).text
    with made.house.db.reading() as db:
        patient = db.scalars(select(Patient).where(Patient.nhs_number == "9990000069")).one()
    assert audited(made, "patient.added")[-1].patient_id == patient.id


def test_a_form_with_mistakes_names_each_and_keeps_everything_typed(made):
    client, today = made.signed_in("coordinator"), made.meetings["today"]
    typed = NEW_PATIENT | {"family": " ", "born-month": "13", "sex": "X", "verified": ""}
    answer = client.post(f"/meetings/{today}/list/new-patient", data=typed)
    assert answer.status_code == 400
    for sentence in (
        "Enter the family name",
        "Enter the date of birth",
        "Select the sex",
        "Confirm that the NHS number",
    ):
        assert sentence in answer.text
    for kept in ("Kemi", "999 000 0069", "1975", "13"):
        assert f'value="{kept}"' in answer.text
    assert 'href="#born-day"' in answer.text
    with made.house.db.reading() as db:
        assert db.scalar(select(Patient).where(Patient.nhs_number == "9990000069")) is None


def test_the_number_of_somebody_else_is_not_given_to_another_person(made):
    typed = NEW_PATIENT | {"nhs": "999 000 0042"}
    answer = made.signed_in("coordinator").post(
        f"/meetings/{made.meetings['today']}/list/new-patient", data=typed
    )  # fmt: skip
    assert answer.status_code == 400
    assert "already belongs to a patient with other details" in answer.text
    assert not re.search(r"\bWu\b", answer.text)  # the word: a token of the page may hold the letters


def test_a_case_without_a_question_or_listed_twice_is_refused_in_words(made):
    client, today = made.signed_in("coordinator"), made.meetings["today"]
    without = client.post(f"/meetings/{today}/list/{made.patients['new']}", data={"clinical_question": "  "})
    assert without.status_code == 400
    assert "Enter the clinical question" in without.text
    twice = client.post(f"/meetings/{today}/list/{made.patients['maria']}", data={"clinical_question": "Again?"})
    assert twice.status_code == 400
    assert "already on the agenda" in twice.text
    assert ">Again?</textarea>" in twice.text


def order_of(made) -> list[str]:
    with made.house.db.reading() as db:
        wanted = select(Case.id).where(Case.meeting_id == made.meetings["today"]).order_by(Case.position)
        return list(db.scalars(wanted))


def test_cases_move_up_and_down_and_a_stale_form_moves_nothing(made):
    client, today = made.signed_in("coordinator"), made.meetings["today"]
    maria, john, nasty = order_of(made)

    def move(case: str, seen: list[str], **to: str):
        typed = {"case": case, **to, "expected": " ".join(seen)}
        return client.post(f"/meetings/{today}/order", data=typed)

    assert move(john, [maria, john, nasty], before=maria).status_code == 302
    assert order_of(made) == [john, maria, nasty]
    stale = move(nasty, [maria, john, nasty], before=john)
    assert stale.status_code == 409
    assert "Somebody changed the agenda since you opened it" in stale.text
    assert order_of(made) == [john, maria, nasty]
    assert move(john, [john, maria, nasty], after=maria).status_code == 302
    assert order_of(made) == [maria, john, nasty]
    assert move(maria, [maria, john, nasty], before="").status_code == 302  # to the end
    assert order_of(made) == [john, nasty, maria]
    for nonsense in ({"before": "nonsense"}, {"after": ""}, {}):
        assert move(john, [john, nasty, maria], **nonsense).status_code == 409
    assert move("nonsense", [john, nasty, maria], before=john).status_code == 409
    far = move(nasty, [john, nasty, maria], move="to", to="4")
    assert (far.status_code, "the place the case is to have, from 1 to 3" in far.text) == (409, True)
    assert move(nasty, [john, nasty, maria], move="to", to="1").location.endswith(f"#to-{nasty}")
    assert order_of(made) == [nasty, john, maria]


def test_a_case_on_a_standard_of_care_is_stepped_over(made):
    """It stands in a list of its own: one press moves a case past the next that is discussed."""
    client, today = made.signed_in("coordinator"), made.meetings["today"]
    maria, john, nasty = order_of(made)
    with made.house.db.writing() as db:
        by, now = actor(db, made, "chair"), utc_now()
        said: dict[str, Any] = {**SAID, "team_id": made.teams["lung"], "standard_id": None}
        version = standards.write(db, by=by, now=now, **said)
        sorting.sort(db, by=by, case_id=john, seen=0, stream="standard", standard_version_id=version.id, now=now)
    page = client.get(f"/meetings/{today}").text
    assert f'name="after" value="{nasty}" data-move="down"' in page
    assert f'name="before" value="{maria}" data-move="up"' in page
    assert f'value="{john}" data-move' not in page
    typed = {"case": maria, "after": nasty, "expected": f"{maria} {john} {nasty}"}
    assert client.post(f"/meetings/{today}/order", data=typed).status_code == 302
    assert order_of(made) == [john, nasty, maria]


def test_opening_the_meeting_is_kept_in_the_rooms_own_log(made):
    client, today = made.signed_in("coordinator"), made.meetings["today"]
    assert client.post(f"/meetings/{today}/open").status_code == 302
    with made.house.db.reading() as db:
        assert db.get_one(Meeting, today).status == "open"
        assert db.scalars(select(Event.kind).where(Event.meeting_id == today)).all() == ["meeting.open"]
    again = client.post(f"/meetings/{today}/open")
    assert again.status_code == 409
    assert "already open" in again.text


def test_the_case_page_tells_who_holds_what_and_what_is_missing(made):
    page = words(made.signed_in("observer").get(f"/cases/{made.cases['maria']}/").text)
    assert "KOWALSKI, Maria Born 14-Mar-1951" in page
    timeline = page.index("Completeness")
    newer, older = page.index("CT CHEST WITH CONTRAST", timeline), page.index("9 March 2026", timeline)
    assert newer < older
    assert "The Christie" in page[newer:older]
    assert "Complete" in page[newer:older]
    assert "4 of 6 INCOMPLETE" in page[older:]
    assert "instances 3 and 4 are missing" in page
    assert "No answer since" in page
    assert "This does not mean that there is no imaging." in page
    assert "IM000007.dcm : It is cut off in the middle." in page
    assert "1 study waits for a person’s decision" in page
    assert "XR CHEST" in page  # waits for a person
    assert "Same person: attach it" not in page  # whom an observer is not


def test_both_records_stand_side_by_side_with_the_difference_in_words(made):
    page = words(made.signed_in("member").get(f"/cases/{made.cases['maria']}/").text)
    assert "Date of birth 14-Mar-1951 15-Mar-1951 Differs" in page
    assert "Family name Kowalski KOWALSKI Agrees" in page
    assert "Given name Maria M Agrees" in page
    assert "NHS number 999 000 0018 999 000 0018 Agrees" in page
    assert "Sex Female Not given Not given" in page
    assert "T4471902 (TGH)" in page


def test_a_match_is_decided_with_a_reason_and_can_be_decided_again(made):
    client, link = made.signed_in("member"), made.links["maria"]
    path = f"/cases/{made.cases['maria']}/matches/{link}"
    without = client.post(path, data={"decision": "confirm", "reason": " "})
    assert without.status_code == 400
    assert "Enter the reason" in without.text
    assert f'href="#reason-{link}"' in without.text
    assert client.post(path, data={"decision": "maybe", "reason": "x"}).status_code == 400
    assert client.post(path, data={"decision": "confirm", "reason": "same address"}).status_code == 302
    page = words(client.get(f"/cases/{made.cases['maria']}/").text)
    assert "Confirmed by Mr Chandra Patel" in page
    assert "same address" in page
    assert client.post(path, data={"decision": "refuse", "reason": "the address is her sister's"}).status_code == 302
    with made.house.db.reading() as db:
        assert db.get_one(Link, link).status == "refused"
    assert len(audited(made, "match.confirmed")) == len(audited(made, "match.refused")) == 1


def test_somebody_elses_match_cannot_be_decided_through_this_case(made):
    path = f"/cases/{made.cases['maria']}/matches/{made.links['nasty']}"
    answer = made.signed_in("chair").post(path, data={"decision": "confirm", "reason": "x"}, headers=AS_A_PERSON)
    assert answer.status_code == 404


def test_what_arrives_is_told_to_the_script_without_naming_the_patient(made):
    answer = made.signed_in("member").get(f"/cases/{made.cases['john']}/arriving.json")
    told = answer.get_json()
    assert told["finished"] is False
    assert told["said"] == "2 of 5 trusts answered, 2 did not. Imaging is still arriving."
    by_trust = {trust["ods"]: trust for trust in told["trusts"]}
    assert (by_trust["RBV"]["received"], by_trust["RBV"]["expected"]) == (113, 240)
    assert (by_trust["RM3"]["status"], by_trust["RM3"]["phase"]) == ("refused", "associate")
    assert "Okafor" not in answer.text


def test_asking_again_begins_a_new_round(made):
    client, case = made.signed_in("member"), made.cases["maria"]
    assert client.post(f"/cases/{case}/ask-again").status_code == 302
    assert client.get(f"/cases/{case}/arriving.json").get_json()["said"] == "Every trust is about to be asked again."


def test_reading_a_patient_is_audited_with_who_and_whom(made):
    client = made.signed_in("observer")
    client.get(f"/cases/{made.cases['maria']}/")
    client.get(f"/meetings/{made.meetings['today']}")
    client.get(f"/meetings/{made.meetings['today']}/room")
    (case,) = audited(made, "case.read")
    assert (case.actor_id, case.patient_id) == (made.people["observer"], made.patients["maria"])
    for action in ("agenda.read", "room.entered"):
        (entry,) = audited(made, action)
        assert set(entry.detail["patients"]) == {made.patients[who] for who in ("maria", "john", "nasty")}
    with made.house.db.reading() as db:
        _, broken = audit.verify(db)
    assert broken is None


def test_the_rooms_agenda_is_one_look_until_somebody_else_is_on_it(made):
    client, address = made.signed_in("coordinator"), f"/meetings/{made.meetings['today']}"
    for _ in range(3):
        client.get(f"{address}/agenda.json")
    assert len(audited(made, "agenda.read")) == 1
    client.post(f"{address}/list/{made.patients['new']}", data={"clinical_question": "Operable?"})
    client.get(f"{address}/agenda.json")
    first, second = audited(made, "agenda.read")
    assert set(second.detail["patients"]) - set(first.detail["patients"]) == {made.patients["new"]}


def test_whoever_is_not_allowed_to_read_leaves_no_trace_of_having_read(made):
    made.signed_in("stranger").get(f"/cases/{made.cases['maria']}/")
    assert audited(made, "case.read") == []


def test_leaving_the_team_ends_the_open_session_at_the_next_click(made):
    client = made.signed_in("member")
    assert client.get("/meetings").status_code == 200
    with made.house.db.writing() as db:
        people.end_membership(
            db, by=SETUP, person_id=made.people["member"], team_id=made.teams["lung"],
            last_day=utc_now().date().replace(year=2025), now=utc_now(),
        )  # fmt: skip
    assert client.get("/meetings", headers=AS_A_PERSON).status_code == 302


def test_a_wrong_password_is_refused_in_words_and_keeps_the_email(made):
    client = made.signed_in("nobody")
    answer = client.post("/sign-in", data={"email": made.email("chair"), "password": PASSWORD + "!"})
    assert answer.status_code == 400
    assert "The e-mail address or the password is not right." in answer.text
    assert made.email("chair") in answer.text
    assert PASSWORD not in answer.text


def test_after_signing_in_one_is_where_one_wanted_to_go(made):
    client, path = made.signed_in("nobody"), f"/meetings/{made.meetings['today']}"
    sent = client.get(path, headers=AS_A_PERSON)
    assert sent.location == f"/sign-in?then={path}"
    typed = {"email": made.email("member"), "password": PASSWORD, "then": path}
    assert client.post("/sign-in", data=typed).location == path


def test_a_meeting_is_planned_in_london_time(made):
    client = made.signed_in("chair")
    typed = {
        "team": made.teams["lung"], "time": "09.30", "place": "Room 4",
        "starts-day": "1", "starts-month": "6", "starts-year": "2099",
    }  # fmt: skip
    planned = client.post("/meetings/plan/", data=typed)
    assert "Monday 1 June 2099 at 09:30" in client.get(planned.location).text
    with made.house.db.reading() as db:
        meeting = db.get_one(Meeting, planned.location.rsplit("/", 1)[1])
    assert meeting.starts_at.hour == 8  # UTC: it is summer
    wrong = client.post("/meetings/plan/", data=typed | {"starts-year": "2020", "time": "9:30"})
    assert "The meeting must start in the future" in wrong.text
