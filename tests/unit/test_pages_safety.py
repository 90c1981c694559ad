"""What no page may do: take a form that is not ours, run what a name says, let a browser keep a patient, tell a log."""

import html.parser
import json
import re

import pytest
import structlog
from structlog.testing import capture_logs

from mdt.core.db import Database
from mdt.tables import METADATA
from tests.unit.pages import NASTY, PASSWORD, TRUSTS, Seeded, seeded

AS_A_PERSON = {"Accept": "text/html"}


@pytest.fixture
def made(tmp_path):
    with seeded(tmp_path) as made:
        yield made


class Elements(html.parser.HTMLParser):
    """Every element of a page with its attributes, as a browser would read them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def token(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found, "the page has no form of ours"
    return found[1]


def pages_about_patients(made: Seeded) -> dict[str, str]:
    today, case, signed = made.meetings["today"], made.cases["nasty"], made.cases["signed"]
    return {
        "agenda": f"/meetings/{today}",
        "agenda.json": f"/meetings/{today}/agenda.json",
        "room": f"/meetings/{today}/room",
        "question": f"/meetings/{today}/list/{made.patients['nasty']}",
        "case": f"/cases/{case}/",
        "arriving": f"/cases/{case}/arriving.json",
        "outcome": f"/cases/{signed}/outcome/",
        "outcome of the nasty": f"/cases/{case}/outcome/",
        "outcome.json": f"/cases/{signed}/outcome/now.json",
        "imaging": f"/imaging/cases/{case}.json",
    }


def test_every_form_without_our_token_is_refused_and_changes_nothing(made):
    client, app = made.signed_in("coordinator", guarded=True), made.app()
    today, case = made.meetings["today"], made.cases["maria"]
    names = {"meeting_id": today, "case_id": case, "patient_id": made.patients["new"], "link_id": made.links["maria"]}
    names |= {"import_id": "0" * 32, "study": "1.2.3.1", "team_id": made.teams["lung"]}
    before = _contents(made.house.db)
    posts = [rule for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())]
    assert len(posts) > 8
    for rule in posts:
        path = re.sub(r"<(\w+)>", lambda found: names.get(found[1], "0" * 32), rule.rule)
        refused = 401 if path.startswith("/dicomweb/") else 400  # a sign-in writes nothing there, only a bearer token
        assert client.post(path, data={"reason": "x"}, headers=AS_A_PERSON).status_code == refused, path
        assert client.post(path, json={"reason": "x"}).status_code == refused, path
    assert _contents(made.house.db) == before


def test_a_form_from_before_signing_in_loses_nothing_that_was_typed(made):
    client = made.signed_in("coordinator", guarded=True)
    path = f"/meetings/{made.meetings['today']}/list/{made.patients['new']}"
    typed = {"clinical_question": "Is <this> resectable?", "csrf_token": "stale"}
    answer = client.post(path, data=typed, headers=AS_A_PERSON | {"Origin": "http://localhost"})
    assert answer.status_code == 400
    assert "nothing was saved" in answer.text
    kept = {a["name"]: a["value"] for tag, a in Elements(answer.text).found if tag == "input" and "name" in a}
    assert kept["clinical_question"] == typed["clinical_question"]
    sent_again = client.post(path, data={**typed, "csrf_token": token(answer.text)}, headers=AS_A_PERSON)
    assert sent_again.status_code == 302


def test_another_sites_form_is_not_offered_for_sending_again(made):
    client = made.signed_in("coordinator", guarded=True)
    path = f"/meetings/{made.meetings['today']}/list/{made.patients['new']}"
    for origin in ({"Origin": "https://elsewhere.example"}, {}):
        answer = client.post(path, data={"clinical_question": "their words"}, headers=AS_A_PERSON | origin)
        assert answer.status_code == 400
        assert "their words" not in answer.text


def test_signed_out_in_the_middle_of_a_form_keeps_what_was_typed(made):
    client = made.app().test_client()
    page = client.get("/sign-in").text
    path = f"/meetings/{made.meetings['today']}/list/{made.patients['new']}"
    typed = {"clinical_question": "A long question", "csrf_token": token(page)}
    answer = client.post(path, data=typed, headers=AS_A_PERSON | {"Origin": "http://localhost"})
    assert answer.status_code == 401
    assert "A long question" in answer.text


def test_the_cookie_cannot_be_read_by_scripts_and_is_secure_over_https(tmp_path):
    for address, secure in (("http://127.0.0.1:8000", False), ("https://mdt.example", True)):
        (tmp_path / str(secure)).mkdir()
        with seeded(tmp_path / str(secure), public_url=address) as made:
            app = made.app()
            answer = app.test_client().get("/sign-in", base_url=address)
            cookie = answer.headers["Set-Cookie"]
            assert "HttpOnly" in cookie
            assert "SameSite=Lax" in cookie
            assert ("Secure" in cookie) is secure
            assert "Expires" not in cookie  # it ends with the browser
            assert cookie.startswith("__Host-mdt=" if secure else "mdt=")
            assert ("Strict-Transport-Security" in answer.headers) is secure


def test_signing_in_begins_a_new_session_and_signing_out_ends_it(made):
    client = made.app().test_client()
    with client.session_transaction() as before:
        before["planted"] = "by somebody else"
    page = client.get("/sign-in").text
    client.post("/sign-in", data={"email": made.email("chair"), "password": PASSWORD, "csrf_token": token(page)})
    with client.session_transaction() as now:
        assert "planted" not in now
        assert now["person"] == made.people["chair"]
    page = client.get("/meetings").text
    with client.session_transaction() as now:
        copied = dict(now)
    answer = client.post("/sign-out", data={"csrf_token": token(page)})
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert client.get("/meetings", headers=AS_A_PERSON).status_code == 302
    with client.session_transaction() as thief:
        thief.update(copied)
    assert client.get("/meetings", headers=AS_A_PERSON).status_code == 302


def test_a_sign_in_left_alone_or_too_old_is_over(made):
    client = made.signed_in("chair")
    for key, seconds in (("seen", 3601), ("issued", 12 * 3600 + 1)):
        with client.session_transaction() as held:
            kept = dict(held)
            held[key] = held[key] - seconds
        assert client.get("/meetings", headers=AS_A_PERSON).status_code == 302, key
        with client.session_transaction() as held:
            held.update(kept)
        assert client.get("/meetings").status_code == 200


def test_a_script_asking_by_itself_does_not_keep_a_sign_in_alive(made):
    client = made.signed_in("chair")
    paths = {f"/cases/{made.cases['john']}/arriving.json": True, "/meetings": False}
    for path, same in paths.items():
        with client.session_transaction() as held:
            held["seen"] -= 600
            seen = held["seen"]
        assert client.get(path).status_code == 200
        with client.session_transaction() as held:
            assert (held["seen"] == seen) is same


def test_every_answer_says_what_a_browser_may_do_with_it(made):
    client = made.signed_in("chair")
    paths = ["/meetings", "/nothing-here", "/sign-in", *pages_about_patients(made).values()]
    for path in paths:
        headers = client.get(path).headers
        policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
        assert policy["default-src"] == "'none'"
        assert policy["script-src"] == "'self' 'wasm-unsafe-eval'"
        assert policy["frame-ancestors"] == "'none'"
        assert policy["worker-src"] == "'self' blob:"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["Cache-Control"] == "no-store", path


def test_no_page_has_a_script_or_a_style_of_its_own(made):
    client = made.signed_in("coordinator")
    for path in ["/meetings", "/sign-in", *pages_about_patients(made).values()]:
        if path.endswith(".json"):
            continue
        for tag, attributes in Elements(client.get(path).text).found:
            assert tag != "style"
            assert "style" not in attributes
            assert tag != "script" or attributes.get("src") or attributes.get("type") == "application/json", path
            assert not [name for name in attributes if name.startswith("on")]


@pytest.mark.parametrize(
    "name", ["agenda", "agenda.json", "room", "question", "case", "arriving", "outcome", "outcome of the nasty"]
)
def test_a_patient_whose_name_is_a_script_is_only_a_name(made, name):
    answer = made.signed_in("coordinator").get(pages_about_patients(made)[name])
    assert answer.status_code == 200
    if answer.is_json:
        # A script puts these parts into the page as they are.
        parts = json.loads(answer.text).get("parts", {})
        page = "".join(parts.values())
    else:
        page = answer.text
        assert "onerror=" not in page.lower().replace("&lt;img src=x onerror=", "")
    assert not [tag for tag, attributes in Elements(page).found if tag == "img" or "onerror" in attributes]


def test_a_nasty_question_comes_back_as_it_was_typed(made):
    client = made.signed_in("coordinator")
    path = f"/meetings/{made.meetings['today']}/list/"
    answer = client.post(path, data={"nhs": f'"><{NASTY[1:]}'})
    assert answer.status_code == 400
    assert not [tag for tag, _ in Elements(answer.text).found if tag == "img"]
    typed = next(a["value"] for tag, a in Elements(answer.text).found if tag == "input" and a.get("id") == "nhs")
    assert typed == f'"><{NASTY[1:]}'


def test_a_request_too_large_is_refused_in_words(made):
    client = made.signed_in("coordinator")
    path = f"/meetings/{made.meetings['today']}/list/{made.patients['new']}"
    answer = client.post(path, data={"clinical_question": "x" * 2_000_000}, headers=AS_A_PERSON)
    assert answer.status_code == 413
    assert "too large" in answer.text


def test_a_mishap_names_a_reference_that_the_log_holds_and_no_patient(made, monkeypatch):
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr("mdt.meeting.queries.meeting", fail)
    client = made.signed_in("coordinator")
    with capture_logs() as logs:
        answer = client.get(f"/meetings/{made.meetings['today']}", headers=AS_A_PERSON)
        as_script = client.get(f"/meetings/{made.meetings['today']}/agenda.json")
    assert answer.status_code == 500
    mishap = next(line for line in logs if line["event"] == "mishap")
    assert mishap["reference"] in answer.text
    assert "disk" not in answer.text
    assert as_script.get_json()["code"] == "try-again"


def test_the_request_log_holds_ids_and_no_names_numbers_or_queries(made):
    structlog.reset_defaults()
    client = made.signed_in("coordinator")
    with capture_logs() as logs:
        client.get(f"/cases/{made.cases['maria']}/?looking=Kowalski")
        client.post(f"/meetings/{made.meetings['today']}/list/", data={"nhs": "999 000 0042"})
        client.get("/patients/Kowalski")
        client.get("/sign-in?then=/Kowalski")
    written = json.dumps(logs, default=str)
    assert made.people["coordinator"] in written
    for secret in ("Kowalski", "Maria", "9990000042", "999 000 0042", "coordinator@", *TRUSTS.values()):
        assert secret not in written


@pytest.mark.parametrize("path", ["//evil.example", "/\\evil.example", "https://evil.example", "/\t/evil.example"])
def test_signing_in_never_leads_to_another_site(made, path):
    client = made.app().test_client()
    page = client.get("/sign-in", query_string={"then": path}).text
    typed = {"email": made.email("chair"), "password": PASSWORD, "csrf_token": token(page), "then": path}
    assert client.post("/sign-in", data=typed).location == "/"


def _contents(db: Database) -> dict[str, int]:
    """How many rows each table has."""
    with db.reading() as session:
        return {table.name: session.query(table).count() for table in METADATA.sorted_tables}
