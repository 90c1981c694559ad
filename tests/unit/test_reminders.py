"""What waits for whom, said once a day without naming a patient, and before a list closes."""

import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from mdt import worker
from mdt.core.errors import Forbidden, Invalid
from mdt.meeting import actions as meetings
from mdt.meeting import cut_off
from mdt.meeting.models import CutOffRule, Meeting
from mdt.outbox import actions as outbox
from mdt.outbox import kinds
from mdt.outbox.models import Message
from mdt.outcome import follow_through, team_proformas, to_do
from mdt.outcome.models import Action
from mdt.reminders import closing, daily, settings, waiting
from tests.unit.pages import seeded
from tests.unit.prepared import actor
from tests.unit.region import NOW, ROLES, a_region
from tests.unit.test_outbox_pages import names_a_patient
from tests.unit.test_outcome import sign, type_all, type_in

DAY = NOW.date()  # a Tuesday
OWNED = {
    "actions": [
        {"id": "00000000-0000-4000-8000-000000000001", "text": "Book CPET", "owner": "dr  member", "due": "2026-12-01"},
        {"id": "00000000-0000-4000-8000-000000000002", "text": "Refer", "owner": "The stoma team", "due": "2026-12-01"},
    ],
    "tell_who": "Dr Member",
}


def at(day: int, month: int = 12, hour: int = 9) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=UTC)


@pytest.fixture
def region(tmp_path):
    with a_region(tmp_path) as region:
        yield region


def decided(region, **plan):
    """A case of today, signed."""
    case = region.open_first_case()
    sign(region, case, type_all(region, case, **(OWNED | plan)).revision)
    return case


def close(region, case):
    with region.db.writing() as session:
        meetings.close_meeting(session, by=region["chair"], meeting_id=case.meeting_id, now=NOW)


def waits(region, who: str, now: datetime) -> list[tuple[str, str]]:
    with region.db.reading() as session:
        return [(one.kind, one.say) for one in waiting.of_person(session, region[who], now)]


def written(region) -> dict[str, list[str]]:
    """What each person was sent, by role."""
    people = {region[role].person_id: role for role in ROLES}
    with region.db.reading() as session:
        found: dict[str, list[str]] = {}
        for message in session.scalars(select(Message).order_by(Message.made_at)):
            found.setdefault(people[message.person_id], []).append(message.subject)
        return found


def test_a_patient_is_to_be_told_and_an_action_comes_near_and_goes_by(region):
    decided(region)
    assert waits(region, "member", at(25, 11)) == [
        (kinds.TELL, "You are to tell 1 patient what was decided, by 26 November 2026.")
    ]
    (tell,) = waits(region, "member", at(27, 11))
    assert tell[1].endswith("by 26 November 2026. For this one that day is past.")
    tell, due = waits(region, "member", at(30, 11))
    assert due == (kinds.DUE, "1 action of yours is due, on 1 December 2026.")
    tell, overdue = waits(region, "member", at(2))
    assert overdue == (kinds.OVERDUE, "1 action of yours is overdue, since 1 December 2026.")
    assert waits(region, "presenter", at(2)) == []
    assert waits(region, "observer", at(2)) == []
    assert waits(region, "coordinator", at(2)) == [
        (kinds.OVERDUE, "1 overdue action has an owner who is not of the team, whom nobody reminds.")
    ]
    with region.db.writing() as session:
        for action in session.scalars(select(Action).where(Action.kind == "")):
            follow_through.close_action(
                session, by=region["member"], action_id=action.id, status="done", note="", now=at(2)
            )
    assert [kind for kind, _ in waits(region, "member", at(3))] == [kinds.TELL]


def test_an_owner_is_who_they_are_and_only_where_nobody_said_so_what_they_are_called():
    chosen = to_do.Due("Dr Member", "a" * 32, "", DAY, "team", NOW)
    assert chosen.is_of("a" * 32, "Dr Member-Jones")
    assert not chosen.is_of("b" * 32, "Dr Member")
    assert to_do.Due(" dr  MEMBER", None, "", DAY, "team", NOW).is_of("b" * 32, "Dr Member")


def test_two_working_days_hold_even_where_somebody_promised_later(region):
    decided(region, tell_by="2026-12-10")
    assert waits(region, "member", at(24, 11)) == []
    assert waits(region, "member", at(25, 11))[0][1].endswith("by 26 November 2026.")


def test_the_chair_is_asked_to_sign_and_somebody_else_to_check_what_past_meetings_left(region):
    with region.db.writing() as session:
        team_proformas.choose(
            session, by=region["chair"], team_id=region.team, starts=DAY, block="", needs_check=True, now=NOW
        )
    case = region.open_first_case()
    type_in(region, case, "rationale", "Fit.")
    assert waits(region, "chair", NOW) == []  # it is being discussed
    close(region, case)
    sign_it = (kinds.SIGN, "1 outcome of Lung MDT of 24 November 2026 waits to be signed.")
    check_it = (
        kinds.CHECK,
        "1 outcome of Lung MDT of 24 November 2026 waits to be checked by somebody who did not type it.",
    )
    assert waits(region, "chair", NOW) == [sign_it, check_it]
    assert waits(region, "member", NOW) == [check_it]
    assert waits(region, "coordinator", NOW) == []  # who typed it
    assert waits(region, "outsider", NOW) == []


def test_a_case_that_was_discussed_and_never_written_down_is_asked_after(region):
    close(region, region.open_first_case())
    said = "1 case of Lung MDT of 24 November 2026 was discussed and has no outcome."
    assert waits(region, "coordinator", NOW) == [(kinds.SIGN, said)]
    assert waits(region, "chair", NOW) == [(kinds.SIGN, said)]
    assert waits(region, "member", NOW) == []


def test_eight_weeks_later_the_coordinator_is_asked_and_as_many_as_the_page_lists(region):
    case = decided(region)
    follow = date(2027, 1, 19)
    for today, asked in ((follow - timedelta(days=1), 0), (follow, 1)):
        now = datetime(today.year, today.month, today.day, 0, 30, tzinfo=UTC)
        found = [kind for kind, _ in waits(region, "coordinator", now)].count(kinds.FOLLOW)
        with region.db.reading() as session:
            listed = to_do.to_follow(session, region["coordinator"], today, [region.team])
        assert (found, len(listed)) == (asked, asked)
    with region.db.writing() as session:
        follow_through.record(
            session, by=region["member"], case_id=case.id, kind="followed", day=follow, answer="done",
            now=datetime(2027, 1, 19, 9, tzinfo=UTC),
        )  # fmt: skip
    assert kinds.FOLLOW not in dict(waits(region, "coordinator", datetime(2027, 1, 20, 9, tzinfo=UTC)))


def test_everybody_for_whom_something_waits_gets_one_message_a_working_day_at_their_hour(region):
    case = decided(region)
    assert daily.round_of(region.db, at(2, hour=6)) == 0  # too early
    assert daily.round_of(region.db, at(2, hour=7)) == 2
    assert daily.round_of(region.db, at(2, hour=8)) == 0
    assert written(region) == {"member": ["2 things wait for you"], "coordinator": ["1 thing waits for you"]}
    assert daily.round_of(region.db, at(5, hour=9)) == 0  # a Saturday
    assert daily.round_of(region.db, datetime(2026, 12, 28, 9, tzinfo=UTC)) == 0  # Boxing Day, kept on Monday
    with region.db.writing() as session:
        settings.set_times(session, by=region["chair"], team_id=region.team, hour=11, warning_hours=4, now=at(2))
    assert daily.round_of(region.db, at(3, hour=10)) == 0
    assert daily.round_of(region.db, at(3, hour=11)) == 2
    close(region, case)
    with region.db.reading() as session:
        for message in session.scalars(select(Message)):
            assert message.expires_at == message.made_at + timedelta(hours=24)


def test_what_is_switched_off_is_not_sent_and_what_a_patient_waits_for_is(region):
    decided(region)
    with region.db.writing() as session:
        outbox.choose(session, by=region["member"], wanted=[], now=NOW)
    assert daily.round_of(region.db, at(30, 11)) == 1  # without the action that is due tomorrow
    with region.db.reading() as session:
        (message,) = session.scalars(select(Message))
        assert [part["say"][:15] for part in message.parts] == ["You are to tell"]


def test_a_team_sets_times_that_make_sense(region):
    with region.db.writing() as session:
        for hour, warning in ((24, 8), (7, 0), (7, 81)):
            with pytest.raises(Invalid):
                settings.set_times(
                    session, by=region["chair"], team_id=region.team, hour=hour, warning_hours=warning, now=NOW
                )
        with pytest.raises(Forbidden):
            settings.set_times(session, by=region["member"], team_id=region.team, hour=7, warning_hours=8, now=NOW)


@pytest.fixture
def made(tmp_path):
    with seeded(tmp_path) as made:
        yield made


def test_before_a_list_closes_each_is_told_once_what_is_missing(made):
    with made.house.db.writing() as db:
        meeting = db.get_one(Meeting, made.meetings["today"])
        meeting.starts_at += timedelta(days=1)
        db.add(CutOffRule(team_id=meeting.team_id, starts=date(2020, 1, 1), working_hours=2, made_at=NOW))
        starts = meeting.starts_at
    closes = cut_off.before(starts, 2)
    warned = cut_off.before(closes, 8)
    assert closing.round_of(made.house.db, warned - timedelta(minutes=5)) == 0
    assert closing.round_of(made.house.db, warned) == 2
    assert closing.round_of(made.house.db, closes - timedelta(minutes=5)) == 0
    with made.house.db.reading() as db:
        told = {message.person_id: message for message in db.scalars(select(Message))}
    assert told.keys() == {made.people["coordinator"], made.people["presenter"]}
    said = {who: told[made.people[who]].parts[0] for who in ("coordinator", "presenter")}
    assert said["coordinator"]["say"].endswith("Not ready, of 3 cases: imaging (3), imaging reports (1), review (1).")
    assert said["presenter"]["say"].endswith("2 studies of 1 case are not looked through yet.")
    assert not any(names_a_patient(made, message) for message in told.values())
    for who, part in said.items():
        assert made.signed_in(who).get(part["path"]).status_code == 200


def test_a_locked_list_closes_no_more(made):
    with made.house.db.writing() as db:
        meeting = db.get_one(Meeting, made.meetings["today"])
        db.add(CutOffRule(team_id=meeting.team_id, starts=date(2020, 1, 1), working_hours=2, made_at=NOW))
        meeting.locked_at = meeting.starts_at - timedelta(days=3)
        starts = meeting.starts_at
    assert closing.round_of(made.house.db, cut_off.before(starts, 3)) == 0


def test_the_first_page_says_what_waits_and_every_link_leads_where_it_is_done(made):
    later = datetime.now(UTC) + timedelta(days=90)
    everybody = ("chair", "coordinator", "member", "presenter")
    with made.house.db.reading() as db:
        waits = {who: waiting.of_person(db, actor(db, made, who), later) for who in everybody}
    assert {one.kind for one in waits["coordinator"]} == {kinds.OVERDUE, kinds.FOLLOW}
    for who in everybody:
        browser = made.signed_in(who)
        assert [one.path for one in waits[who] if browser.get(one.path).status_code != 200] == []
    page = made.signed_in("chair").get("/meetings").text
    assert "Waiting for you" in page
    assert "1 outcome of Lung MDT" in page
    assert "Waiting for you" not in made.signed_in("stranger").get("/meetings").text


def test_the_page_of_a_team_keeps_what_was_typed(made):
    chair, address = made.signed_in("chair"), f"/teams/{made.teams['lung']}/reminders/"
    page = chair.post(address, data={"hour": "noon", "warning": "8"})
    assert page.status_code == 400
    assert 'value="noon"' in page.text
    assert "Enter the hour as a whole number from 0 to 23." in page.text
    assert "from 1 to 80" in chair.post(address, data={"hour": "7", "warning": "0"}).text
    assert "The times are saved." in chair.post(address, data={"hour": "0", "warning": "8"}, follow_redirects=True).text
    assert 'name="hour" type="text" value="0"' in chair.get(address).text


def test_the_worker_reminds_and_sends_and_goes_on_after_a_mishap(made, monkeypatch):
    sent, stopping = [], threading.Event()

    def goes_wrong_once(db, now):
        sent.append("asked")
        if len(sent) == 1:
            raise OSError("the disk is full")

    class Postman:
        def round(self, stop):
            assert not stop()
            stopping.set()

    monkeypatch.setattr(worker, "POST_SECONDS", 0.01)
    monkeypatch.setattr(worker, "REMIND_SECONDS", 0.0)
    monkeypatch.setattr(worker.daily, "round_of", goes_wrong_once)
    monkeypatch.setattr(type(made.house), "postman", lambda _: Postman())
    posting = threading.Thread(target=worker._post, args=(made.house, stopping), daemon=True)
    posting.start()
    posting.join(60)
    assert stopping.is_set()
    assert len(sent) == 2
