"""People sign in, guessers wait, memberships end: told on a real database."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

import mdt.tables  # noqa: F401  (every table, for create_all)
from mdt.core import audit
from mdt.core.actor import system
from mdt.core.db import Base, Database
from mdt.core.errors import Forbidden, Invalid
from mdt.people import actions, passwords, signing_in, throttle
from mdt.people.announcements import SessionsEnded
from mdt.people.models import Person, Team
from mdt.people.queries import actor_for
from mdt.trusts.models import Trust

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
PASSWORD = "three random words"
SETUP = system("test")


@pytest.fixture(scope="module")
def password_hash():
    return passwords.hashed(PASSWORD)


@pytest.fixture
def db(tmp_path):
    database = Database(f"sqlite:///{tmp_path / 'people.db'}")
    Base.metadata.create_all(database.engine)
    with database.writing() as session:
        session.add(Trust(ods="RMC", name="Bolton", live_from=date(2020, 1, 1)))
    yield database
    database.close()


@pytest.fixture
def ann(db, password_hash):
    with db.writing() as session:
        return _add(session, password_hash, email="Ann.Chair@nhs.example")


def _add(session: Session, password_hash: str, email: str, **more) -> Person:
    return actions.add_person(
        session, by=SETUP, email=email, name="Dr A", trust_ods="RMC", password_hash=password_hash, now=NOW, **more
    )


def _team(session: Session) -> Team:
    return actions.add_team(session, by=SETUP, name="Lung MDT", mdt_type="0801", host_ods="RMC", now=NOW)


def _try(db: Database, email: str, password: str, now: datetime = NOW, address: str = "10.0.0.1") -> signing_in.Answer:
    attempt = signing_in.Attempt(email, address)
    with db.reading() as session:
        kept = signing_in.hash_to_check(session, attempt, now)
    if isinstance(kept, signing_in.Answer):
        return kept
    checked = passwords.check(kept, password)
    with db.writing() as session:
        return signing_in.conclude(session, attempt, checked, now)


def test_the_right_password_signs_in_whatever_the_case_of_the_email(db, ann):
    person = _try(db, " ann.chair@NHS.example ", PASSWORD).person
    assert person is not None
    assert person.id == ann.id


def test_a_wrong_password_and_an_unknown_email_are_refused_in_the_same_words(db, ann):
    wrong, unknown = _try(db, ann.email, "not it at all"), _try(db, "nobody@nhs.example", PASSWORD)
    assert wrong.person is None
    assert unknown.person is None
    assert wrong.sentence == unknown.sentence
    with db.reading() as session:
        kept = session.scalars(select(audit.AuditEntry).where(audit.AuditEntry.action == "sign-in.failed")).all()
    assert [entry.subject for entry in kept] == [f"person:{ann.id}", "person:unknown"]
    assert "nobody@" not in str([entry.detail for entry in kept])


def test_nobodys_hash_costs_what_a_real_one_costs(password_hash):
    assert passwords.NOBODYS.split("$")[:4] == password_hash.split("$")[:4]
    assert passwords.check(passwords.NOBODYS, PASSWORD) == passwords.Checked(right=False)


def test_a_guesser_waits_even_with_the_right_password_and_not_for_long(db, ann):
    for _ in range(throttle.PAIR.free):
        _try(db, ann.email, "wrong wrong wrong")
    assert "Wait" in _try(db, ann.email, PASSWORD).sentence
    assert _try(db, ann.email, PASSWORD, now=NOW + timedelta(seconds=3)).person is not None


def test_the_consultant_signs_in_from_elsewhere_while_somebody_guesses(db, ann):
    for minute in range(12):
        _try(db, ann.email, "wrong wrong wrong", now=NOW + minute * timedelta(minutes=1), address="10.6.6.6")
    now = NOW + timedelta(minutes=11)
    assert "Wait" in _try(db, ann.email, PASSWORD, now=now, address="10.6.6.6").sentence
    assert _try(db, ann.email, PASSWORD, now=now, address="10.0.0.1").person is not None


def test_no_wait_is_longer_than_a_minute():
    for limit in (throttle.PAIR, throttle.EMAIL, throttle.ADDRESS):
        waits = [throttle.wait_after(limit, failures) for failures in range(2000)]
        assert waits == sorted(waits)
        assert waits[-1] == limit.longest <= timedelta(seconds=60)


def test_guesses_made_at_the_same_moment_do_not_slip_past_the_count(db, ann):
    attempt = signing_in.Attempt(ann.email, "10.0.0.9")
    with db.reading() as session:
        kept = [signing_in.hash_to_check(session, attempt, NOW) for _ in range(20)]
    assert all(isinstance(each, str) for each in kept)
    with db.writing() as session:
        for _ in range(19):
            signing_in.conclude(session, attempt, passwords.Checked(right=False), NOW)
        last = signing_in.conclude(session, attempt, passwords.Checked(right=True), NOW)
    assert last.person is None
    assert "Wait" in last.sentence


def test_roles_are_those_valid_today_by_the_calendar_in_london(db, ann):
    with db.writing() as session:
        team = _team(session)
        actions.add_membership(
            session, by=SETUP, person_id=ann.id, team_id=team.id, role="chair",
            starts=date(2026, 6, 2), ends=date(2026, 6, 3), now=NOW,
        )  # fmt: skip

    def roles(now: datetime) -> dict[str, str]:
        with db.reading() as session:
            actor = actor_for(session, ann.id, ann.session_version, now)
            assert actor is not None
            return actor.roles

    assert roles(datetime(2026, 6, 1, 22, 59, tzinfo=UTC)) == {}
    assert roles(datetime(2026, 6, 1, 23, 0, tzinfo=UTC)) == {team.id: "chair"}  # midnight, British Summer Time
    assert roles(datetime(2026, 6, 3, 22, 59, tzinfo=UTC)) == {team.id: "chair"}
    assert roles(datetime(2026, 6, 3, 23, 0, tzinfo=UTC)) == {}


def test_ending_a_membership_ends_open_sessions_and_says_so_after_commit(db, ann):
    told: list[SessionsEnded] = []
    db.announcer.listen(SessionsEnded, told.append)
    before = ann.session_version
    with db.writing() as session:
        team = _team(session)
        actions.add_membership(
            session, by=SETUP, person_id=ann.id, team_id=team.id, role="member", starts=date(2026, 1, 1), now=NOW
        )
    with db.writing() as session:
        actions.end_membership(
            session, by=SETUP, person_id=ann.id, team_id=team.id, last_day=date(2026, 11, 23), now=NOW
        )
        assert told == []
    assert told == [SessionsEnded(ann.id)]
    with db.reading() as session:
        assert actor_for(session, ann.id, before, NOW) is None
        now_held = actor_for(session, ann.id, before + 1, NOW)
        assert now_held is not None
        assert now_held.roles == {}


def test_somebody_deactivated_can_neither_go_on_nor_come_back(db, ann):
    with db.writing() as session:
        actions.deactivate(session, by=SETUP, person_id=ann.id, now=NOW)
    assert _try(db, ann.email, PASSWORD).person is None
    with db.reading() as session:
        assert actor_for(session, ann.id, ann.session_version + 1, NOW) is None


def test_only_administrators_add_people(db, ann, password_hash):
    with db.reading() as session:
        by = actor_for(session, ann.id, ann.session_version, NOW)
    assert by is not None
    with pytest.raises(Forbidden), db.writing() as session:
        actions.add_person(
            session, by=by, email="b@nhs.example", name="B", trust_ods="RMC", password_hash=password_hash, now=NOW
        )


@pytest.mark.parametrize("weak", ["short", "aaaaaaaaaaaaaaaa", "x" * 201])
def test_weak_passwords_are_refused_in_words(weak):
    with pytest.raises(Invalid, match="password"):
        passwords.hashed(weak)


@pytest.mark.parametrize("change", [{"email": "no at sign"}, {"email": "Ann.chair@nhs.example"}])
def test_people_need_an_email_of_their_own(db, ann, password_hash, change):
    with pytest.raises(Invalid), db.writing() as session:
        _add(session, password_hash, **change)
