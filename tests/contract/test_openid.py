"""Signing in by a trust's own provider and by NHS CIS2's manner, against a real OpenID Connect provider."""

from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from mdt.core.audit import AuditEntry
from mdt.core.clock import utc_now
from mdt.core.errors import Invalid, Misconfigured
from mdt.people import actions as people
from mdt.people import providers
from mdt.people.models import ExternalIdentity, OpenSession
from tests.peers import openid
from tests.unit.pages import SETUP, Seeded, seeded

pytestmark = pytest.mark.contract

CARD = "555012345678"
FILE = """
[[provider]]
key = "cis2"
name = "NHS smartcard"
issuer = "{issuer}"
client_id = "mdt"
secret_env = "MDT_CIS2_SECRET"
scopes = ["openid", "profile"]
acr = ["AAL3_ANY"]
subject = "nhsid_useruid"
roles_claim = "nhsid_nrbac_roles"
roles = ["S8000:G8000:R8000"]

[[provider]]
key = "salford"
name = "Salford’s own sign-in"
issuer = "{issuer}"
client_id = "mdt-salford"
secret_env = "MDT_SALFORD_SECRET"
trust = "RM3"
link_by_email = true
"""
SECRETS = {"MDT_CIS2_SECRET": "s1", "MDT_SALFORD_SECRET": "s2"}
CLINICIAN = [{"person_orgid": "1", "org_code": "RM3", "role_code": "S8000:G8000:R8000"}]


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with openid.running(tmp_path_factory.mktemp("openid") / "log") as address:
        yield address


@pytest.fixture
def made(tmp_path, issuer) -> Iterator[Seeded]:
    (tmp_path / "sign-in.toml").write_text(FILE.format(issuer=issuer))
    with seeded(tmp_path) as made:
        found = providers.load(tmp_path / "sign-in.toml", SECRETS)
        made.house = replace(made.house, providers=found)
        yield made


def browser(made: Seeded) -> FlaskClient:
    app = made.app()
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    client.environ_base["HTTP_ACCEPT"] = "text/html"
    return client


def link_card(made: Seeded, who: str = "chair") -> None:
    with made.house.db.writing() as db:
        cis2, person = made.house.providers["cis2"], made.people[who]
        providers.link(db, by=SETUP, provider=cis2, person_id=person, subject=CARD, now=utc_now())


def go(client: FlaskClient, key: str) -> str:
    answer = client.get(f"/sign-in/with/{key}/?then=/meetings")
    assert answer.status_code == 302, answer.get_data(as_text=True)
    return str(answer.location)


def come_back(client: FlaskClient, address: str):
    parts = urlsplit(address)
    return client.get(f"{parts.path}?{parts.query}")


def is_in(client: FlaskClient) -> bool:
    return client.get("/meetings").status_code == 200


def card(issuer: str, **changed: object) -> None:
    claims = {"nhsid_useruid": CARD, "acr": "AAL3_ANY", "nhsid_nrbac_roles": CLINICIAN, "name": "OSEI Amara (Dr)"}
    openid.knows(issuer, "card", **(claims | changed))


def test_a_smartcard_signs_in_whoever_it_was_linked_to(made, issuer):
    card(issuer)
    link_card(made)
    client = browser(made)
    assert "Sign in with NHS smartcard" in client.get("/sign-in").get_data(as_text=True)
    address = go(client, "cis2")
    asked = parse_qs(urlsplit(address).query)
    assert asked["acr_values"] == ["AAL3_ANY"]
    assert asked["code_challenge_method"] == ["S256"]
    assert come_back(client, openid.says_yes(address, "card")).location == "/meetings"
    assert is_in(client)
    with made.house.db.reading() as db:
        assert db.scalars(select(OpenSession.how)).all() == ["provider"]


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"acr": "AAL1_USERPASS"}, "did not ask you for enough"),
        ({"acr": None}, "did not ask you for enough"),
        ({"nhsid_nrbac_roles": [{"role_code": "S0010:G0020:R8010"}]}, "not one for this service"),
        ({"nhsid_nrbac_roles": "S8000:G8000:R8000"}, "not one for this service"),
        ({"nhsid_useruid": "555099999999"}, "nobody here is known"),
    ],
)
def test_a_card_that_proves_too_little_lets_nobody_in(made, issuer, changed, sentence):
    card(issuer, **changed)
    link_card(made)
    client = browser(made)
    answer = come_back(client, openid.says_yes(go(client, "cis2"), "card"))
    assert answer.status_code == 400
    assert sentence in answer.get_data(as_text=True)
    assert not is_in(client)
    with made.house.db.reading() as db:
        (refused,) = db.scalars(select(AuditEntry).where(AuditEntry.action == "sign-in.provider-refused"))
        assert CARD not in str(refused.detail)


def test_a_trusts_own_people_are_known_by_a_verified_address_and_nobody_elses(made, issuer):
    for who, verified, welcome in (("chair", True, True), ("coordinator", False, False), ("member", True, False)):
        openid.knows(issuer, who, email=made.email(who), email_verified=verified)
        client = browser(made)
        come_back(client, openid.says_yes(go(client, "salford"), who))
        assert is_in(client) is welcome, who
    with made.house.db.reading() as db:
        (linked,) = db.scalars(select(ExternalIdentity))
        assert (linked.provider, linked.person_id) == ("salford", made.people["chair"])
    openid.knows(issuer, "chair", email="another@nhs.example", email_verified=True)
    client = browser(made)
    come_back(client, openid.says_yes(go(client, "salford"), "chair"))
    assert is_in(client), "once linked, it is the subject that counts, whatever their address is by now"


def test_what_comes_back_is_good_once_and_only_on_the_browser_that_began(made, issuer):
    card(issuer)
    link_card(made)
    hers, thieves = browser(made), browser(made)
    address = openid.says_yes(go(hers, "cis2"), "card")
    assert come_back(thieves, address).status_code == 400
    go(thieves, "cis2")
    assert "not begun on this browser" in come_back(thieves, address).get_data(as_text=True)
    assert not is_in(thieves)
    come_back(hers, address)
    assert is_in(hers)
    assert come_back(hers, address).status_code == 400
    assert come_back(thieves, "/sign-in/with/cis2/back?error=access_denied").status_code == 400


def test_a_provider_that_is_away_or_another_says_so(made, issuer):
    for wrong in ("http://127.0.0.1:1", f"{issuer}/elsewhere"):
        cis2 = replace(made.house.providers["cis2"], issuer=wrong)
        made.house = replace(made.house, providers={"cis2": cis2})
        answer = browser(made).get("/sign-in/with/cis2/")
        assert answer.status_code == 400
        assert "cannot be reached" in answer.get_data(as_text=True)


def test_somebody_deactivated_is_not_let_in_by_their_card(made, issuer):
    card(issuer)
    link_card(made)
    with made.house.db.writing() as db:
        people.deactivate(db, by=SETUP, person_id=made.people["chair"], now=utc_now())
    client = browser(made)
    come_back(client, openid.says_yes(go(client, "cis2"), "card"))
    assert not is_in(client)


def test_one_card_is_linked_to_one_person(made):
    link_card(made)
    with pytest.raises(Invalid, match="already"):
        link_card(made, "member")


@pytest.mark.parametrize(
    ("was", "now", "names"),
    [
        ('secret_env = "MDT_CIS2_SECRET"', 'secret_env = "MDT_OTHER"', "MDT_OTHER"),
        ('client_id = "mdt"\n', "", "client_id"),
        ('trust = "RM3"\n', "", "trust"),
        ('key = "salford"', 'key = "cis2"', "same key"),
        ('issuer = "{issuer}"', 'issuer = "http://id.example"', "https"),
    ],
)
def test_a_file_that_is_half_written_stops_the_product_from_starting(tmp_path, was, now, names):
    (tmp_path / "sign-in.toml").write_text(FILE.replace(was, now, 1).format(issuer="https://id.example"))
    with pytest.raises(Misconfigured, match=names):
        providers.load(tmp_path / "sign-in.toml", SECRETS)
