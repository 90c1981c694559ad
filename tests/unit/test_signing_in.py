"""Second factors, known browsers and open sessions: how somebody gets in, who is kept out, and what ends when."""

from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from sqlalchemy import select

from mdt.core.audit import AuditEntry
from mdt.core.clock import utc_now
from mdt.core.errors import NotFound
from mdt.people import actions as people
from mdt.people import open_sessions, second_factor, throttle
from mdt.people.announcements import SessionEnded
from mdt.people.models import OpenSession, Person, RecoveryCode, TotpKey, WrongPasswords
from mdt.people.queries import build_actor
from mdt.people.sessions import IDLE, SignIn
from mdt.people.signing_in import Attempt
from tests.unit.pages import PASSWORD, SETUP, Seeded, seeded

# RFC 6238, appendix B: SHA-1, the last six of its eight digits.
VECTORS = {59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037"}
RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # "12345678901234567890"


@pytest.fixture
def made(tmp_path):
    with seeded(tmp_path) as made:
        yield made


def browser(made: Seeded, address: str = "10.0.0.1", agent: str = "Mozilla/5.0 (Windows NT 10.0) Firefox/140.0"):
    """Somebody's own, in which nobody is signed in yet."""
    app = made.app()
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    client.environ_base |= {"REMOTE_ADDR": address, "HTTP_USER_AGENT": agent, "HTTP_ACCEPT": "text/html"}
    return client


def type_password(client, made: Seeded, who: str = "chair", password: str = PASSWORD):
    return client.post("/sign-in", data={"email": made.email(who), "password": password})


def is_in(client) -> bool:
    return client.get("/meetings").status_code == 200


def set_up_app(made: Seeded, who: str = "chair") -> tuple[pyotp.TOTP, list[str]]:
    """The app was set up some time ago, so that the code of now is still to come. With the codes on paper."""
    secret, then = second_factor.new_secret(), utc_now() - timedelta(minutes=10)
    with made.house.db.writing() as db:
        by = build_actor(db, db.get_one(Person, made.people[who]), then)
        key = made.house.settings.secret_key
        codes = second_factor.set_up(db, by=by, secret=secret, typed=pyotp.TOTP(secret).at(then), our_key=key, now=then)
    return pyotp.TOTP(secret), codes


@pytest.mark.parametrize(("moment", "code"), VECTORS.items())
def test_codes_are_those_of_the_standard(moment, code):
    now = datetime.fromtimestamp(moment, UTC)
    assert second_factor.step_of(RFC_SECRET, code, now) == moment // 30
    assert second_factor.step_of(RFC_SECRET, code, now + timedelta(minutes=2)) is None


def test_a_password_alone_signs_nobody_in_who_has_an_app(made):
    app, _ = set_up_app(made)
    client = browser(made)
    answer = type_password(client, made)
    assert answer.location.startswith("/sign-in/second")
    assert not is_in(client)
    assert "not right" in client.post("/sign-in/second", data={"code": "000000"}).get_data(as_text=True)
    assert not is_in(client)
    code = app.now()
    assert client.post("/sign-in/second", data={"code": f"{code[:3]} {code[3:]}"}).status_code == 302
    assert is_in(client)


def test_a_code_that_was_looked_at_over_a_shoulder_works_only_once(made):
    app, _ = set_up_app(made)
    code, first, second = app.now(), browser(made), browser(made)
    for client in (first, second):
        type_password(client, made)
        client.post("/sign-in/second", data={"code": code})
    assert is_in(first)
    assert not is_in(second)


def test_a_recovery_code_signs_in_once_and_is_not_kept_as_it_is(made):
    _, codes = set_up_app(made)
    assert len(set(codes)) == second_factor.RECOVERY_CODES
    first, second = browser(made), browser(made)
    for client in (first, second):
        type_password(client, made)
        client.post("/sign-in/second", data={"code": codes[0].upper().replace("-", " ")})
    assert is_in(first)
    assert not is_in(second)
    with made.house.db.reading() as db:
        assert second_factor.recovery_codes_left(db, made.people["chair"]) == second_factor.RECOVERY_CODES - 1
        assert codes[1] not in str(db.execute(select(RecoveryCode.hash)).all())


def test_the_apps_secret_is_not_readable_in_the_database(made):
    app, _ = set_up_app(made)
    with made.house.db.reading() as db:
        sealed = db.get_one(TotpKey, made.people["chair"]).sealed
    assert app.secret not in sealed
    assert second_factor.unseal(sealed, made.house.settings.secret_key) == app.secret


def test_whoever_guesses_codes_waits_longer_and_longer(made):
    app, _ = set_up_app(made)
    client = browser(made)
    type_password(client, made)
    for _ in range(throttle.CODE.free):
        client.post("/sign-in/second", data={"code": "000000"})
    assert "Wait" in client.post("/sign-in/second", data={"code": app.now()}).get_data(as_text=True)
    assert not is_in(client)
    assert throttle.wait_after(throttle.CODE, 500) == timedelta(minutes=5)


def test_an_attacker_makes_nobody_wait_on_the_browser_they_know_and_puts_nobody_out(made):
    """Every address of the hospital and the account itself are under attack; the consultant works on."""
    hers = browser(made)
    type_password(hers, made)
    assert is_in(hers)
    guess_at(made)  # from behind the same address
    assert "Wait" in type_password(browser(made), made).get_data(as_text=True)
    assert is_in(hers), "her open session goes on"
    hers.post("/sign-out")
    assert type_password(hers, made).status_code == 302, "and she signs in again on the browser that knows her"
    assert is_in(hers)


def guess_at(made: Seeded) -> None:
    """Five hundred wrong passwords for the chair's account."""
    with made.house.db.writing() as db:
        for key, _ in Attempt(made.email("chair"), "10.0.0.1").counted_under():
            db.merge(WrongPasswords(key=key, failures=500, last_at=utc_now()))


def test_a_browser_that_knows_one_person_helps_with_no_other_and_cannot_be_made_up(made):
    client = browser(made)
    type_password(client, made, "member")
    client.post("/sign-out")
    guess_at(made)
    assert "Wait" in type_password(client, made).get_data(as_text=True)
    forged = browser(made)
    forged.set_cookie("mdt-device", "eyJkZXZpY2UiOiJ4Iiwid2hvIjpbXX0.forged")
    assert "Wait" in type_password(forged, made).get_data(as_text=True)


def test_each_session_is_listed_and_ended_by_itself(made):
    told: list[SessionEnded] = []
    made.house.db.announcer.listen(SessionEnded, told.append)
    ward, office = browser(made, agent="Windows NT Edg/140"), browser(made, "10.0.0.2", "Macintosh Safari/600")
    for client in (ward, office):
        type_password(client, made)
    page = office.get("/account/").get_data(as_text=True)
    assert "Edge on Windows" in page
    assert "Safari on Mac" in page
    with made.house.db.reading() as db:
        ids = {held.browser: held.id for held in db.scalars(select(OpenSession))}
    office.post(f"/account/sessions/{ids['Edge on Windows']}/end")
    assert is_in(office)
    assert not is_in(ward)
    assert told == [SessionEnded(ids["Edge on Windows"])]
    assert "Edge" not in office.get("/account/").get_data(as_text=True)


def test_signing_in_again_on_a_browser_is_one_session_and_another_persons_is_another(made):
    client = browser(made)
    for who in ("chair", "chair", "member"):
        type_password(client, made, who)
    with made.house.db.reading() as db:
        held = sorted(db.scalars(select(OpenSession.person_id)))
    assert held == sorted([made.people["chair"], made.people["member"]])


def test_nobody_ends_or_sees_somebody_elses_session(made):
    hers, his = browser(made), browser(made, agent="Macintosh Safari/600")
    type_password(hers, made)
    type_password(his, made, "member")
    with made.house.db.reading() as db:
        (held,) = db.scalars(select(OpenSession).where(OpenSession.person_id == made.people["chair"])).all()
    assert "Firefox" not in his.get("/account/").get_data(as_text=True)
    assert his.post(f"/account/sessions/{held.id}/end").status_code == 404
    assert is_in(hers)


def test_signing_out_and_a_lost_second_factor_end_every_session(made):
    set_up_app(made, "member")
    with made.house.db.writing() as db:
        person_id, now = made.people["member"], utc_now()
        people.forget_second_factors(db, by=SETUP, person_id=person_id, now=now)
        assert not second_factor.is_asked_of(db, person_id)
    client = browser(made)
    type_password(client, made, "member")
    assert is_in(client)
    client.post("/sign-out")
    with made.house.db.reading() as db:
        by = build_actor(db, db.get_one(Person, person_id), now)
        assert open_sessions.of(db, by, utc_now()) == []


def signed_in_ago(made: Seeded, issued: timedelta, seen: timedelta):
    client, now = browser(made), utc_now()
    with client.session_transaction() as cookie:
        SignIn(made.people["chair"], made.versions["chair"], issued=now - issued, seen=now - seen).write(cookie)
    return client


def test_how_one_signs_in_is_changed_only_by_somebody_who_has_just_signed_in(made):
    """Not by whoever sits down at a workstation that somebody left."""
    stale, fresh = (signed_in_ago(made, timedelta(minutes=minutes), timedelta(0)) for minutes in (20, 5))
    for method, path in (("GET", "code/"), ("POST", "recovery/"), ("POST", "passkeys/options.json")):
        assert stale.open(f"/account/{path}", method=method).status_code == 403, path
    assert "sign in again" in stale.get("/account/").get_data(as_text=True)
    assert fresh.get("/account/code/").status_code == 200


def test_an_app_is_set_up_with_a_code_and_never_without(made):
    client = browser(made)
    type_password(client, made)
    client.get("/account/code/")
    with client.session_transaction() as cookie:
        secret = second_factor.unseal(cookie["offered"], made.house.settings.secret_key)
    assert client.post("/account/code/", data={"code": "000000"}).status_code == 400
    with made.house.db.reading() as db:
        assert not second_factor.has_app(db, made.people["chair"])
    page = client.post("/account/code/", data={"code": pyotp.TOTP(secret).now()}).get_data(as_text=True)
    assert page.count("<code>") == second_factor.RECOVERY_CODES
    with made.house.db.reading() as db:
        assert second_factor.has_app(db, made.people["chair"])
        acts = db.scalars(select(AuditEntry.action).where(AuditEntry.action.in_(("code.set-up", "sign-in"))))
        assert list(acts) == ["sign-in", "code.set-up"]


def test_looking_whether_a_session_still_lasts_does_not_make_it_last(made):
    client = signed_in_ago(made, timedelta(hours=2), IDLE - timedelta(minutes=3))
    for _ in range(2):
        assert 170 <= client.get("/session.json").get_json()["ends_in"] <= 180
    assert client.post("/session/stay.json").get_json()["ends_in"] > 3500
    assert client.get("/session.json").get_json()["ends_in"] > 3500


def test_nothing_makes_a_sign_in_last_longer_than_a_day_at_work(made):
    client = signed_in_ago(made, timedelta(hours=11, minutes=50), timedelta(0))
    assert client.post("/session/stay.json").get_json()["ends_in"] <= 600


def test_ending_what_is_not_there_says_so(made):
    with made.house.db.writing() as db, pytest.raises(NotFound):
        by = build_actor(db, db.get_one(Person, made.people["chair"]), utc_now())
        open_sessions.end(db, by=by, session_id="0" * 32, now=utc_now())
