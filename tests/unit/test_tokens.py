"""Bearer tokens: shown once, kept as a hash, ended by their day, by revoking, and with what their person may."""

from datetime import date, timedelta

import pytest
from click.testing import CliRunner, Result

from mdt.cli.tokens import token
from mdt.core.actor import system
from mdt.core.clock import utc_now
from mdt.core.errors import Forbidden, Invalid, NotFound
from mdt.people import actions, tokens
from mdt.people.models import AccessToken
from tests.unit.pages import seeded
from tests.unit.region import NOW, Region, a_region

BY = system("test")


@pytest.fixture
def region(tmp_path):
    with a_region(tmp_path) as region:
        yield region


def made(region: Region, name: str = "member", days: int = 30) -> tokens.Made:
    with region.db.writing() as session:
        return tokens.make_for_person(session, by=BY, email=f"{name}@nhs.example", days=days, now=NOW)


def held(region: Region, secret: str, after: timedelta = timedelta(0)) -> tokens.Grant | None:
    with region.db.reading() as session:
        return tokens.grant(session, secret, NOW + after)


def test_a_token_is_its_person_as_they_are_today(region):
    one, membership = made(region), {"person_id": region["member"].person_id, "team_id": region.team}
    with region.db.writing() as session:
        actions.add_membership(session, by=BY, role="member", starts=date(2020, 1, 1), now=NOW, **membership)
    grant = held(region, one.secret)
    assert grant is not None
    assert (grant.person, grant.scope, grant.trust_ods) == (region["member"], tokens.READ, None)
    with region.db.writing() as session:
        actions.end_membership(session, by=BY, last_day=NOW.date() - timedelta(days=1), now=NOW, **membership)
    grant = held(region, one.secret)
    assert grant is not None
    assert grant.person is not None
    assert grant.person.roles == {}


def test_only_its_hash_is_kept(region):
    one = made(region)
    with region.db.reading() as session:
        kept = session.get_one(AccessToken, one.token.id)
    assert one.secret not in repr(vars(kept))
    assert len(kept.hash) == 64
    assert made(region).secret != one.secret


def test_it_ends_on_its_day_when_revoked_and_with_its_person(region):
    one, other, third = made(region, days=2), made(region), made(region, "chair")
    assert held(region, one.secret, timedelta(days=2, seconds=-1)) is not None
    assert held(region, one.secret, timedelta(days=2)) is None
    with region.db.writing() as session:
        tokens.revoke(session, by=BY, token_id=other.token.id, now=NOW)
    assert held(region, other.secret) is None
    with region.db.writing() as session:
        actions.set_password(session, by=BY, person_id=region["member"].person_id, password_hash="-", now=NOW)
        actions.deactivate(session, by=BY, person_id=region["chair"].person_id, now=NOW)
    assert held(region, one.secret) is None
    assert held(region, third.secret) is None


@pytest.mark.parametrize("secret", ["", "mdt_", "mdt_" + "x" * 43, "Bearer", "mdt_\udcff"])
def test_what_was_never_given_holds_nothing(region, secret):
    assert held(region, secret) is None


def test_a_trusts_token_only_sends(region):
    with region.db.writing() as session:
        one = tokens.make_for_trust(session, by=BY, trust_ods="RMC", days=1, now=NOW)
    grant = held(region, one.secret)
    assert grant is not None
    assert (grant.person, grant.scope, grant.trust_ods) == (None, tokens.SEND, "RMC")


def test_who_may_and_for_how_long(region):
    with region.db.writing() as session, pytest.raises(Forbidden):
        tokens.make_for_person(session, by=region["chair"], email="chair@nhs.example", days=1, now=NOW)
    for days in (0, 400):
        with region.db.writing() as session, pytest.raises(Invalid, match="from 1 to 366 days"):
            tokens.make_for_person(session, by=BY, email="chair@nhs.example", days=days, now=NOW)
    with region.db.writing() as session, pytest.raises(NotFound, match="nobody@"):
        tokens.make_for_person(session, by=BY, email="nobody@nhs.example", days=1, now=NOW)
    with region.db.writing() as session, pytest.raises(NotFound, match="XXX"):
        tokens.make_for_trust(session, by=BY, trust_ods="XXX", days=1, now=NOW)
    with region.db.writing() as session, pytest.raises(NotFound):
        tokens.revoke(session, by=BY, token_id="0" * 32, now=NOW)


def test_its_last_use_is_noted_once_a_minute(region):
    one = made(region)
    grant = held(region, one.secret)
    assert grant is not None
    assert tokens.is_worth_noting(grant, NOW)
    with region.db.writing() as session:
        tokens.note_use(session, one.token.id, NOW)
    grant = held(region, one.secret)
    assert grant is not None
    assert not tokens.is_worth_noting(grant, NOW + timedelta(seconds=59))
    assert tokens.is_worth_noting(grant, NOW + timedelta(seconds=61))


def test_the_command_makes_lists_and_revokes(tmp_path, monkeypatch):
    with seeded(tmp_path) as house:
        monkeypatch.setenv("MDT_DATA", str(tmp_path))
        email = house.email("member")

        def run(*arguments: str) -> Result:
            return CliRunner().invoke(token, arguments)

        made = run("--person", email, "--scope", "dicomweb", "--days", "3")
        assert made.exit_code == 0, made.output
        secret = made.stdout.strip()
        assert secret.startswith("mdt_")
        with house.house.db.reading() as session:
            grant = tokens.grant(session, secret, utc_now())
        assert grant is not None
        listed = run("--list").stdout
        assert f"{grant.token_id}  dicomweb  {email}  until " in listed
        assert "never used" in listed
        assert secret not in listed
        assert run("--revoke", grant.token_id).exit_code == 0
        assert "revoked" in run("--list").stdout
        assert isinstance(run("--person", email, "--scope", "stow").exception, Invalid)
        assert run("--trust", "RMC", "--scope", "stow").exit_code == 0
        assert "trust RMC" in run("--list").stdout
        assert run("--list", "--person", email).exit_code == 2
