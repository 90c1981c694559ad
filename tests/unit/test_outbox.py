"""Messages leave once, or twice at worst, and are never lost: against a real mail server that misbehaves."""

import threading
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from icalendar import Calendar
from sqlalchemy import delete, select, update

from mdt.config import Mail
from mdt.core.actor import system
from mdt.core.errors import Forbidden, Invalid, Stale
from mdt.meeting import actions as meetings
from mdt.meeting.series import actions as series
from mdt.outbox import actions, kinds, queries, states
from mdt.outbox.actions import Part
from mdt.outbox.models import Attempt, Message, SwitchedOff
from mdt.outbox.postman import Postman
from mdt.people import actions as people
from mdt.people.models import Person
from tests.peers import post
from tests.unit.region import NOW, Region, a_region

HERE = "https://mdt.example"


@dataclass
class Clock:
    now: datetime = field(default=NOW)

    def __call__(self) -> datetime:
        return self.now

    def goes_on(self, **by) -> None:
        self.now += timedelta(**by)


@dataclass
class House:
    region: Region
    clock: Clock = field(default_factory=Clock)

    def write(self, to="member", key="returned:1", kind=kinds.RETURNED, **more) -> str | None:
        with self.region.db.writing() as session:
            made = actions.write(
                session,
                kind=kind,
                to=self.region[to].person_id,
                key=key,
                subject="a referral came back",
                parts=[Part("The Lung MDT returned a referral of yours.", "/referrals/1/")],
                now=self.clock(),
                **more,
            )
            return made.id if made else None

    def postman(self, port: int, **more) -> Postman:
        usual: dict[str, Any] = {"tls": "none", "sender": "mdt@nhs.example", "patience": 20.0}
        mail = Mail("127.0.0.1", port, **(usual | more))
        return Postman(self.region.db, mail, HERE, self.clock)

    def of(self, message_id) -> Message:
        with self.region.db.reading() as session:
            found = session.get_one(Message, message_id)
            assert found.attempts is not None
            return found


@pytest.fixture(scope="module")
def region(tmp_path_factory):
    with a_region(tmp_path_factory.mktemp("region")) as region:
        yield region


@pytest.fixture
def house(region):
    yield House(region)
    with region.db.writing() as session:
        for table in (Attempt, Message, SwitchedOff):
            session.execute(delete(table))
        session.execute(update(Person).values(active=True))


@pytest.fixture
def server():
    with post.catching() as server:
        yield server


def test_a_message_is_sent_after_its_transaction_and_marked_before_and_after(house, server):
    with pytest.raises(RuntimeError), house.region.db.writing() as session:
        actions.write(
            session, kind=kinds.RETURNED, to=house.region["member"].person_id, key="no", subject="", parts=[], now=NOW
        )
        raise RuntimeError
    sent = house.write()
    assert house.postman(server.port).round() == 1
    (letter,) = server.kept
    assert letter["To"] == "Dr Member <member@nhs.example>"
    assert letter["From"] == "Cancer MDT <mdt@nhs.example>"
    assert letter["Subject"] == "Cancer MDT: a referral came back"
    assert letter["Message-ID"] == f"<{sent}@nhs.example>"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert f"returned a referral of yours.\n{HERE}/referrals/1/\n" in letter.get_content().replace("\r", "")
    message = house.of(sent)
    assert (message.status, message.ended_at) == (states.SENT, NOW)
    assert [(one.number, one.code, one.ended_at) for one in message.attempts] == [(1, 250, NOW)]
    assert house.postman(server.port).round() == 0


def test_the_same_thing_is_written_once_and_not_to_somebody_who_is_gone(house):
    assert house.write()
    assert house.write() is None
    with house.region.db.writing() as session:
        people.deactivate(session, by=system("test"), person_id=house.region["chair"].person_id, now=NOW)
    assert house.write(to="chair", key="returned:2") is None


def test_a_server_that_greylists_is_asked_again_after_a_minute(house, server):
    server.at_rcpt.append("451 4.7.1 Greylisted, come back")
    sent, postman = house.write(), house.postman(server.port)
    assert postman.round() == 0
    message = house.of(sent)
    assert message.status == states.WAITING
    assert message.why == "The mail server did not take the address: 451 4.7.1 Greylisted, come back"
    house.clock.goes_on(seconds=59)
    assert postman.round() == 0
    house.clock.goes_on(seconds=1)
    assert postman.round() == 1
    assert [one.code for one in house.of(sent).attempts] == [451, 250]


def test_an_address_that_does_not_exist_fails_in_words_and_holds_up_nobody(house, server):
    server.at_rcpt.append("550 5.1.1 No such mailbox")
    failed = house.write()
    house.clock.goes_on(seconds=1)
    sent = house.write(key="returned:2", to="chair")
    assert house.postman(server.port).round() == 1
    assert house.of(sent).status == states.SENT
    message = house.of(failed)
    assert (message.status, message.why) == (
        states.FAILED,
        "The mail server did not take the address: 550 5.1.1 No such mailbox",
    )
    with house.region.db.writing() as session:
        with pytest.raises(Forbidden):
            actions.try_again(session, by=house.region["chair"], message_id=failed, now=NOW)
        actions.try_again(session, by=system("test"), message_id=failed, now=NOW)
    assert house.postman(server.port).round() == 1
    with house.region.db.writing() as session, pytest.raises(Stale, match="no longer to be sent: sent"):
        actions.give_up(session, by=system("test"), message_id=failed, now=NOW)


def test_what_was_cut_off_at_the_last_moment_comes_twice_with_one_name(house, server):
    server.at_data.append("cut after")
    sent, postman = house.write(), house.postman(server.port)
    assert postman.round() == 0
    assert house.of(sent).why == "The connection broke off before the mail server said whether it took the message."
    house.clock.goes_on(minutes=1)
    assert postman.round() == 1
    assert [letter["Message-ID"] for letter in server.kept] == [f"<{sent}@nhs.example>"] * 2
    assert len({letter["Date"] for letter in server.kept}) == 1


def test_one_message_cut_off_or_met_with_silence_leaves_the_next_a_line_of_its_own(house, server):
    server.at_data.extend(["cut", "slow", ""])
    for number in range(3):
        house.write(key=f"returned:{number}")
    assert house.postman(server.port, patience=0.5).round() == 1
    with house.region.db.reading() as session:
        stand = sorted(message.status for message in session.scalars(select(Message)))
    assert stand == [states.SENT, states.WAITING, states.WAITING]


def test_nothing_is_lost_while_the_server_is_away_and_it_is_not_hammered(house):
    port = post.free_port()
    first, second = house.write(), house.write(key="returned:2")
    postman = house.postman(port)
    assert postman.round() == 0
    assert postman.round() == 0
    said = [house.of(one).why for one in (first, second)]
    assert sorted(said) == ["", f"127.0.0.1, port {port}, cannot be reached: Connection refused."]
    with post.catching(port=port) as server:
        house.clock.goes_on(minutes=1)
        assert postman.round() == 2
        assert len(server.kept) == 2


def test_a_postman_who_dies_between_the_marks_is_followed_by_another(house, server, monkeypatch):
    sent, postman = house.write(), house.postman(server.port)
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(postman, "_note", _dies)
        postman.round()
    assert (house.of(sent).status, house.of(sent).attempts[0].ended_at) == (states.SENDING, None)
    assert house.postman(server.port).round() == 0
    house.clock.goes_on(minutes=11)
    assert house.postman(server.port).round() == 1
    assert [(one.number, one.code) for one in house.of(sent).attempts] == [(1, None), (2, 250)]
    assert len({letter["Message-ID"] for letter in server.kept}) == 1


def _dies(*_):
    raise KeyboardInterrupt


def test_without_a_mail_server_everything_waits_until_nobody_needs_it(house):
    kept, digest = house.write(), house.write(key="d", expires_at=NOW + timedelta(hours=20))
    postman = Postman(house.region.db, None, HERE, house.clock)
    assert postman.round() == 0
    house.clock.goes_on(hours=21)
    assert postman.round() == 0
    assert house.of(kept).status == states.WAITING
    assert (house.of(digest).status, house.of(digest).why) == (
        states.LATE,
        "It was of no use any more before it could be sent.",
    )


def test_somebody_who_left_meanwhile_is_not_written_to(house, server):
    sent = house.write()
    with house.region.db.writing() as session:
        people.deactivate(session, by=system("test"), person_id=house.region["member"].person_id, now=NOW)
    assert house.postman(server.port).round() == 0
    assert house.of(sent).status == states.DROPPED


def test_after_five_days_of_refusals_it_is_given_up(house, server):
    sent, postman = house.write(), house.postman(server.port)
    server.at_rcpt.extend(["452 4.2.2 Mailbox full"] * 9)
    for _ in range(9):
        postman.round()
        house.clock.goes_on(hours=20)
    message = house.of(sent)
    assert message.status == states.FAILED
    assert message.why.startswith("Given up after 7 attempts. The mail server did not take the address: 452")
    assert message.attempts[-1].began_at - message.attempts[0].began_at == timedelta(days=5)


def test_nothing_goes_out_in_clear_that_was_to_be_encrypted(house, server, tmp_path, monkeypatch):
    sent = house.write()
    house.postman(server.port, tls="starttls").round()
    assert house.of(sent).why.endswith("does not offer what MDT_SMTP_TLS and MDT_SMTP_USER ask for.")
    context, trusted = post.certificate(tmp_path)
    with post.catching(tls=context, login=True) as safe:
        house.clock.goes_on(minutes=1)
        house.postman(safe.port, tls="starttls", user=post.USER, password=post.PASSWORD).round()
        assert "has a certificate that does not hold" in house.of(sent).why
        monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
        house.clock.goes_on(minutes=5)
        house.postman(safe.port, tls="starttls", user=post.USER, password="a guess 17").round()
        assert house.of(sent).why.endswith("did not accept MDT_SMTP_USER and MDT_SMTP_PASSWORD.")
        house.clock.goes_on(minutes=15)
        assert house.postman(safe.port, tls="starttls", user=post.USER, password=post.PASSWORD).round() == 1
        assert len(safe.kept) == 1
    assert server.kept == []
    assert "a guess 17" not in repr(Mail("h", 1, "none", "a@b", "u", "a guess 17"))


def test_many_postmen_send_each_message_once(house, server):
    for number in range(12):
        house.write(key=f"returned:{number}")
    postmen = [threading.Thread(target=house.postman(server.port).round) for _ in range(4)]
    for one in postmen:
        one.start()
    for one in postmen:
        one.join()
    assert len(server.kept) == 12
    assert len({letter["Message-ID"] for letter in server.kept}) == 12


def test_what_cannot_become_an_email_fails_by_itself(house, server):
    with house.region.db.writing() as session:
        session.get_one(Person, house.region["chair"].person_id).name = "Łukasz Żółć-O’Brien, <b>\nBcc: all@nhs.example"
    broken, sent = house.write(key="a", to="chair"), house.write(key="b")
    assert house.postman(server.port).round() == 1
    assert house.of(broken).status == states.FAILED
    assert house.of(sent).status == states.SENT
    with house.region.db.writing() as session:
        session.get_one(Person, house.region["chair"].person_id).name = "Łukasz Żółć-O’Brien, <b>"
        actions.try_again(session, by=system("test"), message_id=broken, now=NOW)
    assert house.postman(server.port).round() == 1
    assert server.kept[-1]["To"].addresses[0].display_name == "Łukasz Żółć-O’Brien, <b>"


def test_people_switch_off_what_no_patient_waits_for(house):
    member = house.region["member"]
    with house.region.db.writing() as session:
        actions.choose(session, by=member, wanted=[kinds.DATES], now=NOW)
        assert queries.off(session, str(member.person_id)) == {kinds.DUE, kinds.CHECK, kinds.FOLLOW, kinds.LOCKING}
        with pytest.raises(Invalid, match="no such kind"):
            actions.choose(session, by=member, wanted=["weather"], now=NOW)
    assert house.write(key="1", kind=kinds.DUE) is None
    assert house.write(key="2", kind=kinds.OVERDUE)
    with house.region.db.writing() as session:
        actions.choose(session, by=member, wanted=[kinds.DUE, kinds.DATES], now=NOW)
    assert house.write(key="3", kind=kinds.DUE)
    with house.region.db.reading() as session:
        assert session.scalars(select(Attempt)).all() == []


def test_new_dates_come_with_entries_for_a_calendar_one_message_for_a_whole_series(house, server):
    region, everybody = house.region, {"chair", "coordinator", "member", "presenter"}  # not who only observes
    with region.db.writing() as session:
        begun = {"by": region["chair"], "team_id": region.team, "every_weeks": 2, "at": time(12, 30), "now": NOW}
        series.begin(session, starts=date(2027, 3, 16), place="Seminar room 2", planned_minutes=90, **begun)
        assert session.scalars(select(Message)).all() == []  # the first is farther ahead than meetings are made
        series.make_ahead(session, by=system("test"), now=NOW + timedelta(weeks=8))
        series.make_ahead(session, by=system("test"), now=NOW + timedelta(weeks=8))
    house.clock.goes_on(weeks=8)
    assert house.postman(server.port).round() == 4
    assert {letter["To"].addresses[0].username for letter in server.kept} == everybody
    letter = server.kept[0]
    assert letter["Subject"] == "Cancer MDT: 3 new dates of Lung MDT"
    assert "Lung MDT has 3 new dates, the first on Tuesday 16 March 2027 at 12:30." in letter.get_body().get_content()
    (sheet,) = letter.iter_attachments()
    assert sheet["Content-Type"].startswith('text/calendar; charset="utf-8"; method="PUBLISH"')
    entries: Any = Calendar.from_ical(sheet.get_content()).walk("VEVENT")
    assert [entry["dtstart"].dt for entry in entries] == [
        datetime(2027, 3, 16, 12, 30, tzinfo=UTC),
        datetime(2027, 3, 30, 11, 30, tzinfo=UTC),  # summer time has begun
        datetime(2027, 4, 13, 11, 30, tzinfo=UTC),
    ]
    assert entries[0]["dtend"].dt - entries[0]["dtstart"].dt == timedelta(minutes=90)
    assert (str(entries[0]["location"]), str(entries[0]["organizer"])) == ("Seminar room 2", "mailto:mdt@nhs.example")
    with region.db.writing() as session:
        meetings.plan(session, by=region["chair"], team_id=region.team, starts_at=NOW, now=house.clock())  # past
        late = house.clock() + timedelta(days=1)
        meetings.plan(session, by=region["chair"], team_id=region.team, starts_at=late, now=house.clock())
    assert house.postman(server.port).round() == 4
    assert server.kept[-1]["Subject"] == "Cancer MDT: 1 new date of Lung MDT"
