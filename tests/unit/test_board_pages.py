"""The imaging board, the lock and the other pages told as stories on a real database: they say one and the same."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import event, select

from mdt.core.clock import utc_now
from mdt.imaging.models import Gather, Series, TrustAnswer
from mdt.imaging.standing import answers
from mdt.meeting.models import Case, Meeting
from mdt.record.actions import add_patient
from mdt.record.models import Link
from mdt.web import board
from tests.unit import pages
from tests.unit.pages import SETUP, TRUSTS, seeded
from tests.unit.test_pages_stories import audited, words


@pytest.fixture
def made(tmp_path):
    with seeded(tmp_path) as made:
        yield made


def address(made, page: str = "") -> str:
    return f"/meetings/{made.meetings['today']}/imaging/{page}"


def row(page: str, case_id: str) -> str:
    """The words of one case's part of the board."""
    return words(page[page.index(f'id="case-{case_id}"') :].split("</tbody>", maxsplit=1)[0])


def test_the_board_says_of_every_case_how_every_trust_stands(made):
    page = made.signed_in("coordinator").get(address(made)).text
    maria, john = row(page, made.cases["maria"]), row(page, made.cases["john"])
    assert "KOWALSKI, Maria" in maria
    assert "INCOMPLETE" in maria
    assert "✓ Complete 1 study" in maria
    assert "◐ Partial" in maria
    assert "CT CHEST, 9 March 2026: Series 2 (CT, Lung 1.0): 4 of 6 received, instances 3 and 4 are missing." in maria
    at = r"(\d+ \w+ )?\d\d:\d\d"  # with its day when that was yesterday, as shortly after midnight
    assert re.search(rf"✕ No answer since {at}", maria)
    assert re.search(rf"Pennine Acute : no answer since {at}, no connection could be made\.", maria)
    assert "No answer does not mean that there is no imaging." in page
    assert "? Waiting for a person Decide whose XR CHEST, 30 June 2025 of Tameside and Glossop is" in maria
    assert "ARRIVING" in john
    assert "113 of 240" in john
    assert "… Asking" in john
    assert "○ Not asked" in john
    assert "0 of 3 cases ready; 1 still arriving; 1 incomplete" in words(page)
    assert "2 matches to decide" in words(page)


def test_what_a_trust_sends_is_told_with_its_pace(made):
    with made.house.db.writing() as db:
        sending = db.scalars(select(TrustAnswer).where(TrustAnswer.received == 113)).one()
        sending.moved, sending.received_bytes, sending.bytes_per_second = 113, 113 * 500_000, 2_400_000
        sending.last_arrived_at = utc_now()
    page = made.signed_in("member").get(address(made)).text
    assert "2.4 MB/s, 30 s left" in row(page, made.cases["john"])


def test_only_what_is_not_ready_is_shown_when_that_is_wanted(made):
    with made.house.db.writing() as db:
        for link in db.scalars(select(Link).where(Link.patient_id == made.patients["nasty"])):
            link.status = "refused"
        ask_all(db, made.patients["nasty"])
    client = made.signed_in("chair")
    everything, some = client.get(address(made)).text, client.get(address(made, "?show=not-ready")).text
    assert "NONE FOUND" in row(everything, made.cases["nasty"])
    assert f"case-{made.cases['nasty']}" not in some
    assert f"case-{made.cases['maria']}" in some
    assert "0 of 3 cases ready; no trust holds any for 1" in words(some)


def ask_all(db, patient_id: str) -> None:
    pages._gather(db, patient_id, utc_now(), dict.fromkeys(TRUSTS, ("answered", None, 0, 0)), finished=True)


def test_the_script_is_told_only_what_changed(made, monkeypatch):
    monkeypatch.setattr(board, "SHARED_FOR", 0)
    client = made.signed_in("member")
    first = client.get(address(made, "board.json"))
    assert first.get_json()["moving"] is True
    again = client.get(address(made, "board.json"), headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    with made.house.db.writing() as db:
        stopped = db.scalars(select(TrustAnswer).where(TrustAnswer.received == 113)).one()
        stopped.status, stopped.phase = "no-answer", "transfer"
    after = client.get(address(made, "board.json"), headers={"If-None-Match": first.headers["ETag"]})
    assert after.status_code == 200
    assert "it stopped while sending" in after.get_json()["table"]


def test_however_many_look_at_once_the_board_is_made_once(made, monkeypatch):
    monkeypatch.setattr(board, "SHARED_FOR", 60)
    app = made.app()
    clients = [made.signed_in(who) for who in ("chair", "member", "presenter")]
    for client in clients:
        client.application.extensions["mdt.boards"] = app.extensions.setdefault("mdt.boards", {})
    counts = [statements(made, lambda c=client: c.get(address(made, "board.json"))) for client in clients]
    assert counts[1] < counts[0] / 2
    observer = made.signed_in("observer")
    assert 'name="ask"' in clients[0].get(address(made, "board.json")).get_json()["table"]
    assert 'name="ask"' not in observer.get(address(made, "board.json")).get_json()["table"]


@pytest.mark.parametrize(
    "change",
    [
        lambda made, db: setattr(db.get_one(Link, made.links["maria"]), "status", "refused"),
        lambda made, db: setattr(db.get_one(Series, made.series["maria"]), "gaps", ["instance 2 is missing"]),
        lambda made, db: db.add(Gather(patient_id=made.patients["john"], asked_at=utc_now())),
        lambda made, db: setattr(db.get_one(Meeting, made.meetings["today"]), "status", "open"),
    ],
    ids=["a decision", "a gap found", "a round asked for", "the meeting opened"],
)
def test_where_nothing_moves_a_look_is_cheap_and_a_change_is_seen_at_the_next(made, monkeypatch, change):
    monkeypatch.setattr(board, "SHARED_FOR", 0)
    with made.house.db.writing() as db:
        for patient_id in (made.patients["john"], made.patients["nasty"]):
            ask_all(db, patient_id)
        for gather in db.scalars(select(Gather).where(Gather.finished_at.is_(None))):
            gather.finished_at = utc_now()
    client = made.signed_in("member")
    first = client.get(address(made, "board.json"))
    assert first.get_json()["moving"] is False
    tag = {"If-None-Match": first.headers["ETag"]}
    made_anew = statements(made, lambda: client.get(address(made, "?show=not-ready")))
    assert statements(made, lambda: client.get(address(made, "board.json"))) < made_anew
    assert client.get(address(made, "board.json"), headers=tag).status_code == 304
    with made.house.db.writing() as db:
        change(made, db)
    made_then = client.application.extensions["mdt.boards"].copy()
    client.get(address(made, "board.json"), headers=tag)
    assert client.application.extensions["mdt.boards"] != made_then


def test_looking_at_the_board_is_audited_once_for_a_script_that_asks_again(made):
    client = made.signed_in("observer")
    for _ in range(3):
        client.get(address(made, "board.json"))
    (entry,) = audited(made, "board.read")
    assert set(entry.detail["patients"]) == {made.patients[who] for who in ("maria", "john", "nasty")}


def test_one_trust_is_asked_again_for_one_case(made):
    client = made.signed_in("presenter")
    assert client.post(address(made, "ask"), data={"ask": f"{made.cases['maria']} RW6"}).status_code == 302
    with made.house.db.reading() as db:
        asked = db.scalars(select(Gather).where(Gather.started_at.is_(None))).one()
        assert (asked.patient_id, asked.trust_ods) == (made.patients["maria"], "RW6")
        now = answers.of_patients(db, [made.patients["maria"]])[made.patients["maria"]]
    assert [one.ods for one in now.answers if one.queued] == ["RW6"]
    assert len(now.answers) == len(TRUSTS)  # what the others answered still holds
    case = client.get(f"/cases/{made.cases['maria']}/").text
    assert "Pennine Acute will be asked again in a moment." in case
    page = client.get(address(made)).text
    assert "ARRIVING" in row(page, made.cases["maria"])
    nobody = {"ask": f"{made.cases['signed']} RW6"}  # of another meeting
    assert client.post(address(made, "ask"), data=nobody).status_code == 404
    assert client.post(address(made, "ask"), data={"ask": f"{made.cases['maria']} XXX"}).status_code == 404


def test_a_silence_is_counted_from_its_beginning(made):
    began = utc_now() - timedelta(hours=5)
    with made.house.db.writing() as db:
        for hours, status in ((6, "answered"), (5, "no-answer"), (4, "no-answer")):
            at = utc_now() - timedelta(hours=hours)
            gather = Gather(patient_id=made.patients["maria"], asked_at=at, started_at=at, finished_at=at)
            phase = None if status == "answered" else "connect"
            gather.answers.append(TrustAnswer(trust_ods="RW6", status=status, phase=phase, changed_at=at))
            db.add(gather)
    with made.house.db.reading() as db:
        pennine = answers.of_patients(db, [made.patients["maria"]])[made.patients["maria"]].of("RW6")
    assert pennine is not None
    assert abs(pennine.since - began) < timedelta(minutes=1)


def test_agenda_board_lock_and_case_page_say_one_and_the_same(made):
    client, today = made.signed_in("coordinator"), made.meetings["today"]
    board_, agenda = client.get(address(made)).text, client.get(f"/meetings/{today}").text
    lock = client.get(f"/meetings/{today}/lock").text
    said = re.search(r'data-part="said">([^<]+)<', board_)
    assert said is not None
    assert said[1] in agenda
    for name in ("maria", "john", "nasty"):
        case = client.get(f"/cases/{made.cases[name]}/").text
        on_agenda = words(agenda[agenda.index(f'id="case-{made.cases[name]}"') :].split("</tr>")[0])
        word = next(one for one in ("INCOMPLETE", "ARRIVING", "WAITING FOR A PERSON", "NOT ASKED") if one in on_agenda)
        assert word in row(board_, made.cases[name])
        assert word in next(row for row in lock.split("<tr") if f'id="case-{made.cases[name]}"' in row)
        matches = re.search(r"(\d+) match", on_agenda)
        assert case.count('<div class="mdt-match"') == int(matches[1] if matches else 0)
        silent = {len(re.findall("No answer from| refused", on_agenda)), case.count("This does not mean")}
        assert silent == {row(board_, made.cases[name]).count("✕")}


def lock_form(page: str) -> dict[str, list[str]]:
    return {"seen": re.findall(r'name="seen" value="([^"]+)"', page), "knowing": ["yes"]}


def test_a_list_is_locked_by_somebody_who_read_what_is_missing_and_that_is_kept(made):
    client, today = made.signed_in("coordinator"), made.meetings["today"]
    page = client.get(f"/meetings/{today}/lock").text
    assert "3 cases of 3 are not ready" in words(page)
    assert "still sending, 113 of 240 are here" in words(page)
    form = lock_form(page)
    unread = client.post(f"/meetings/{today}/lock", data={"seen": form["seen"]})
    assert unread.status_code == 400
    assert "Confirm that the meeting goes ahead knowing what is missing" in unread.text
    assert client.post(f"/meetings/{today}/lock", data=form).status_code == 302
    (entry,) = audited(made, "list.locked")
    assert entry.actor_id == made.people["coordinator"]
    assert "RW6 NO_ANSWER" in entry.detail["not_ready"][made.cases["maria"]]
    agenda = words(client.get(f"/meetings/{today}").text)
    assert "The list is locked since" in agenda
    assert "List a case" not in agenda
    late = client.post(f"/meetings/{today}/list/{made.patients['new']}", data={"clinical_question": "Operable?"})
    assert "The list of this meeting is locked" in late.text
    assert client.post(f"/meetings/{today}/lock", data=form).status_code == 400
    chair = made.signed_in("chair")
    assert chair.post(f"/meetings/{today}/unlock").status_code == 302
    assert len(audited(made, "list.unlocked")) == 1
    late = client.post(f"/meetings/{today}/list/{made.patients['new']}", data={"clinical_question": "Operable?"})
    assert late.status_code == 302


def test_what_went_missing_since_the_page_was_read_stops_the_lock(made):
    client, today = made.signed_in("chair"), made.meetings["today"]
    form = lock_form(client.get(f"/meetings/{today}/lock").text)
    with made.house.db.writing() as db:
        stopped = db.scalars(select(TrustAnswer).where(TrustAnswer.received == 113)).one()
        stopped.status, stopped.phase = "no-answer", "transfer"
    changed = client.post(f"/meetings/{today}/lock", data=form)
    assert changed.status_code == 409
    assert "The imaging of 1 case is not as it was when you looked." in changed.text
    with made.house.db.reading() as db:
        assert db.get_one(Meeting, today).locked_at is None
    assert client.post(f"/meetings/{today}/lock", data=lock_form(changed.text)).status_code == 302


def test_a_study_still_on_its_way_is_arriving_and_then_says_who_did_not_send_it(made):
    with made.house.db.writing() as db:
        gather = db.scalars(select(Gather).where(Gather.patient_id == made.patients["maria"])).one()
        gather.finished_at = None
    client, case = made.signed_in("member"), made.cases["maria"]
    short_one = client.get(f"/imaging/cases/{case}.json").get_json()["studies"][1]
    assert (short_one["state"], short_one["series"][0]["state"], short_one["blame"]) == ("arriving", "arriving", [])
    assert "INCOMPLETE" not in client.get(f"/cases/{case}/").text
    with made.house.db.writing() as db:
        gather = db.get_one(Gather, gather.id)
        gather.finished_at = utc_now()
        mft = db.scalars(
            select(TrustAnswer).where(TrustAnswer.gather_id == gather.id, TrustAnswer.trust_ods == "R0A")
        ).one()
        mft.status, mft.phase = "no-answer", "transfer"
    short_one = client.get(f"/imaging/cases/{case}.json").get_json()["studies"][1]
    assert (short_one["state"], short_one["series"][0]["state"]) == ("incomplete", "incomplete")
    (sentence,) = short_one["blame"]
    assert sentence.startswith("Manchester University did not send the rest: no answer since")
    assert sentence in client.get(f"/cases/{case}/").text


def test_the_prior_is_named_to_the_room_and_on_the_case_page(made):
    client, case = made.signed_in("member"), made.cases["maria"]
    newest, before = client.get(f"/imaging/cases/{case}.json").get_json()["studies"]
    reason = "CT chest, 8 months earlier, at Manchester University"
    assert newest["prior"] == {"study": before["study"], "reason": reason}
    assert before["prior"] is None
    assert f"Prior to hang beside it: {reason}" in client.get(f"/cases/{case}/").text


def statements(made, act) -> int:
    """How many SQL statements it takes."""
    seen: list[str] = []

    def count(connection, cursor, statement, *more):
        seen.append(statement)

    event.listen(made.house.db.engine, "before_cursor_execute", count)
    try:
        answer = act()
        assert answer.status_code == 200, answer.text
    finally:
        event.remove(made.house.db.engine, "before_cursor_execute", count)
    return len([one for one in seen if not one.startswith(("BEGIN", "COMMIT", "ROLLBACK"))])


def test_no_page_asks_more_of_the_database_for_forty_cases_than_for_five(made, monkeypatch):
    monkeypatch.setattr(board, "SHARED_FOR", 0)
    client, today = made.signed_in("coordinator"), made.meetings["today"]
    looks = [address(made), address(made, "board.json"), f"/meetings/{today}", f"/meetings/{today}/lock", "/meetings"]
    counts = []
    for cases in (5, 40):
        fill(made, cases)
        counts.append([statements(made, lambda look=look: client.get(look)) for look in looks])
    assert counts[0] == counts[1]


def fill(made, cases: int) -> None:
    """As many cases on today's list, each with imaging, a silent trust and a match that waits."""
    with made.house.db.writing() as db:
        listed = db.scalars(select(Case).where(Case.meeting_id == made.meetings["today"])).all()
        for position in range(len(listed) + 1, cases + 1):
            now, uid = utc_now(), f"1.2.9.{position}"
            patient = add_patient(
                db, by=SETUP, nhs=NUMBERS[position], family=f"Family{position}", given="Ann",
                birth_date=now.date().replace(year=1950), sex="F", now=now,
            )  # fmt: skip
            db.add(
                Case(
                    meeting_id=made.meetings["today"], patient_id=patient.id, position=position,
                    clinical_question="?", listed_at=now,
                )
            )  # fmt: skip
            given: dict[str, tuple[str, str | None, int, int]] = dict.fromkeys(TRUSTS, ("answered", None, 4, 4))
            given["RW6"] = ("no-answer", "connect", 0, 0)
            pages._gather(db, patient.id, now, given, finished=position % 2 == 0)
            whole = pages._study(db, f"{uid}.1", now.date(), "CT CHEST", ["CT"], {"RMC": 4, "RBV": 4})
            pages._series(db, whole, f"{uid}.1.1", now, expected=4, received=3)
            maybe = pages._study(db, f"{uid}.2", now.date(), "XR CHEST", ["DX"], {"RMP": 2})
            pages._link(db, patient.id, whole, "RMC", "auto")
            pages._link(db, patient.id, maybe, "RMP", "confirm")


def _numbers() -> dict[int, str]:
    """Valid NHS numbers of the range for tests, by position."""
    found: list[str] = []
    for n in range(99910000, 99920000):
        stem = f"{n:09}"[:9] if n >= 10**8 else f"9{n}"
        check = 11 - sum(int(digit) * (10 - place) for place, digit in enumerate(stem)) % 11
        if check != 10:
            found.append(f"{stem}{0 if check == 11 else check}")
        if len(found) > 60:
            break
    return dict(enumerate(found))


NUMBERS = _numbers()
