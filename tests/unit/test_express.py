"""What is answered before Flask is what Flask would have said, and for no longer than Flask would have said it."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update
from werkzeug.test import Client, TestResponse

from mdt.core.actor import system
from mdt.core.clock import in_london, utc_now
from mdt.core.db import Database
from mdt.imaging.models import Pack, Series
from mdt.people import tokens
from mdt.people.models import Membership, Person
from mdt.people.sessions import LASTS, SignIn
from mdt.record.models import Link, Study
from mdt.web.express import Express
from tests.unit.provided import CT, ROOT, STUDY, THORAX, US, Provided, at, provided

PARTED = 'multipart/related; type="application/octet-stream"; transfer-syntax=*'
ALONE = "application/octet-stream; transfer-syntax=*"
HTJ2K = 'multipart/related; type="image/jphc"'
FRAME = f"{ROOT}{at(THORAX, 1)}/frames/1"


class Process:
    """One web process, and how often it did without Flask."""

    def __init__(self, held: Provided) -> None:
        self.held, self.app = held, held.seeded.app()
        lane: Any = self.app.wsgi_app
        assert isinstance(lane, Express)
        self.express, self.flask, self.slowly = lane, lane.inner, 0

        def counted(environ: Any, start_response: Any) -> Any:
            self.slowly += 1
            return self.flask(environ, start_response)

        lane.inner = counted
        with held.seeded.house.db.reading() as session:
            thorax = session.scalars(select(Series).where(Series.series_uid == THORAX)).one()
            version = session.scalars(select(Pack.version).where(Pack.series_id == thorax.id)).one()
        self.pack = f"/imaging/series/{thorax.id}/{version}/frames"
        self.tag = f'"{version}-frames"'

    def browser(self, who: str = "member", *, ago: timedelta = timedelta(0)) -> dict[str, str]:
        """The headers of a browser in which somebody signed in."""
        client, then = self.app.test_client(), utc_now() - ago
        with client.session_transaction() as cookie:
            SignIn(self.held.seeded.people[who], self.held.seeded.versions[who], issued=then, seen=then).write(cookie)
        name = self.app.config["SESSION_COOKIE_NAME"]
        found = client.get_cookie(name)
        assert found is not None
        return {"Cookie": f"{name}={found.value}"}

    def ask(self, path: str, headers: dict[str, str], method: str = "GET") -> TestResponse:
        return Client(self.express, use_cookies=False).open(path, method=method, headers=headers, buffered=True)

    def is_quick(self, path: str, headers: dict[str, str]) -> bool:
        before = self.slowly
        self.ask(path, headers)
        return self.slowly == before


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provided]:
    with provided(tmp_path_factory.mktemp("provided")) as made:
        yield made


@pytest.fixture
def process(held: Provided) -> Process:
    return Process(held)


def _said(answer: TestResponse) -> tuple[Any, ...]:
    """All of an answer but its moment and the boundary that chance chose."""
    boundary = re.search(r"boundary=(\S+)", answer.headers.get("Content-Type", ""))
    chosen = boundary[1] if boundary else "-"
    names = {name for name, _ in answer.headers if name != "Date"}
    headers = {name: ", ".join(answer.headers.getlist(name)).replace(chosen, "-") for name in names}
    return answer.status_code, headers, answer.data.replace(chosen.encode(), b"-")


@pytest.mark.parametrize(
    ("headers", "is_quick"),
    [
        ({}, True),
        ({"Range": "bytes=0-99"}, True),
        ({"Range": "bytes=100-"}, True),
        ({"Range": "bytes=5-999999999"}, True),
        ({"Range": "bytes=0-99", "If-Range": "{tag}"}, True),
        ({"Range": "bytes=0-99", "If-Range": '"other"'}, False),
        ({"If-Range": "{tag}"}, False),
        ({"Range": "bytes=-100"}, False),
        ({"Range": "bytes=0-9,20-29"}, False),
        ({"Range": "bytes=999999999-"}, False),
        ({"Range": "bytes=9-5"}, False),
        ({"Range": "pages=1-2"}, False),
        ({"If-None-Match": "{tag}"}, False),
        ({"If-None-Match": '"other"', "Range": "bytes=0-99"}, False),
        ({"If-Match": '"other"'}, False),
    ],
)
def test_a_pack_is_answered_as_flask_answers(process: Process, headers: dict[str, str], is_quick: bool) -> None:
    asked = process.browser() | {name: value.replace("{tag}", process.tag) for name, value in headers.items()}
    quick = process.ask(process.pack, asked)
    assert (process.slowly == 0) == is_quick
    flask = Client(process.flask, use_cookies=False).open(process.pack, headers=asked, buffered=True)
    assert _said(quick) == _said(flask)
    process.ask(process.pack, asked, "HEAD")
    assert process.slowly == (1 if is_quick else 2)  # others' methods are Flask's


@pytest.mark.parametrize(
    ("path", "accept", "more", "is_quick"),
    [
        (at(THORAX, 1), PARTED, {}, True),
        (at(THORAX, 1), ALONE, {}, True),
        (at(THORAX, 1), ALONE, {"Range": "bytes=10-99"}, True),
        (at(THORAX, 1), ALONE, {"Range": "bytes=99999999-"}, False),
        (at(THORAX, 1), PARTED, {"Range": "bytes=10-99"}, True),  # many parts have no ranges
        (at(THORAX, 1), None, {}, True),
        (at(THORAX, 1), HTJ2K, {}, True),
        (at(THORAX, 1), "image/jphc", {"Range": "bytes=4-40"}, True),
        (at(THORAX, 1), PARTED, {"Origin": "https://elsewhere.example"}, True),
        (at(THORAX, 1), "text/html", {}, False),
        (at(THORAX, 1), 'not"closed', {}, False),
        (at(US, 1), 'multipart/related; type="image/jpeg"', {}, True),
        (at(US, 1), "application/octet-stream", {}, False),  # must be decoded
        (at(CT, 3), PARTED, {}, False),  # big endian: must be turned round
        (at(CT, 4), PARTED, {}, True),
    ],
)
def test_a_frame_is_answered_as_flask_answers(
    process: Process, path: str, accept: str | None, more: dict[str, str], is_quick: bool
) -> None:
    asked = {"Authorization": f"Bearer {process.held.token}", **more, **({"Accept": accept} if accept else {})}
    frame = f"{ROOT}{path}/frames/1"
    flask = Client(process.flask, use_cookies=False).open(frame, headers=asked, buffered=True)
    quick = process.ask(frame, asked)
    assert (process.slowly == 0) == is_quick
    assert _said(quick) == _said(flask)


def test_the_first_frame_of_a_look_is_audited_and_the_others_are_that_look(process: Process) -> None:
    before, browser = len(process.held.audited("dicomweb.frames")), process.browser("presenter")
    process.ask(f"{ROOT}{at(THORAX)}/metadata", browser)  # as every viewer begins; the headers are then at hand
    assert [process.is_quick(FRAME, browser) for _ in range(3)] == [False, True, True]
    assert process.is_quick(f"{ROOT}{at(THORAX, 2)}/frames/1", browser)  # of the same series
    looks = process.held.audited("dicomweb.frames")[before:]
    assert [look.actor_id for look in looks] == [process.held.seeded.people["presenter"]]


def test_nobody_else_is_answered(process: Process) -> None:
    for headers in ({}, {"Cookie": "mdt=forged"}, process.browser("stranger"), process.browser(ago=LASTS * 2)):
        for path in (process.pack, FRAME):
            assert process.ask(path, headers).status_code in (401, 404)
    assert process.ask(FRAME, {"Authorization": f"Bearer {process.held.sending}"}).status_code == 403
    assert process.ask(FRAME, {"Authorization": "Bearer mdt_guessed"}).status_code == 401


def test_what_is_taken_back_is_gone_with_the_next_request(process: Process) -> None:
    """By another process, and with no audit entry: only the database itself knows."""
    browser, other = process.browser(), Database(process.held.seeded.house.db.url)

    def link(status: str) -> None:
        with other.writing() as session:
            study = session.scalar(select(Study.id).where(Study.study_uid == STUDY))
            session.execute(update(Link).where(Link.study_id == study).values(status=status))

    process.ask(FRAME, browser)
    try:
        for path in (process.pack, FRAME):
            assert process.is_quick(path, browser)
            for status in ("refused", "confirm", "never"):
                link(status)
                assert process.ask(path, browser).status_code == 404, status
                link("auto")
                assert process.is_quick(path, browser)
    finally:
        link("auto")
        other.close()


def _sign_out(held: Provided) -> Callable[[], None]:
    """Ends the member's sessions, and gives what begins them again."""

    def turn(by: int) -> None:
        with held.seeded.house.db.writing() as session:
            session.get_one(Person, held.seeded.people["member"]).session_version += by

    turn(1)
    return lambda: turn(-1)


def _switch_off(held: Provided) -> Callable[[], None]:
    def switch(on: bool) -> None:
        with held.seeded.house.db.writing() as session:
            session.get_one(Person, held.seeded.people["member"]).active = on

    switch(False)
    return lambda: switch(True)


@pytest.mark.parametrize("end", [_sign_out, _switch_off])
def test_who_is_signed_out_or_leaves_is_refused_from_then_on(
    process: Process, end: Callable[[Provided], Callable[[], None]]
) -> None:
    browser = process.browser()
    process.ask(FRAME, browser)
    assert process.is_quick(process.pack, browser)
    assert process.is_quick(FRAME, browser)
    undo = end(process.held)
    try:
        assert [process.ask(path, browser).status_code for path in (process.pack, FRAME)] == [401, 401]
    finally:
        undo()


def test_who_leaves_the_team_sees_no_more_of_its_patients_from_the_next_day(
    process: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser, held, now = process.browser("observer"), process.held, utc_now()
    assert process.is_quick(process.pack, browser)
    with held.seeded.house.db.writing() as session:
        theirs = Membership.person_id == held.seeded.people["observer"]
        session.execute(update(Membership).where(theirs).values(ends=in_london(now).date()))
    assert process.ask(process.pack, browser).status_code == 200
    tomorrow = now + timedelta(days=1)
    for place in ("mdt.web.memory", "mdt.web.express", "mdt.web.session"):
        monkeypatch.setattr(f"{place}.utc_now", lambda: tomorrow)
    fresh = process.browser("observer", ago=timedelta(days=-1))
    assert process.ask(process.pack, fresh).status_code == 404


def test_a_token_is_worth_nothing_once_revoked(process: Process) -> None:
    held, now = process.held, utc_now()
    with held.seeded.house.db.writing() as session:
        made = tokens.make_for_person(session, by=system("test"), email=held.seeded.email("member"), days=1, now=now)
    shown = {"Authorization": f"Bearer {made.secret}", "Accept": PARTED}
    assert [process.is_quick(FRAME, shown) for _ in range(2)] == [False, True]
    with held.seeded.house.db.writing() as session:
        tokens.revoke(session, by=system("test"), token_id=made.token.id, now=now)
    assert process.ask(FRAME, shown).status_code == 401


def test_a_file_that_is_gone_is_not_sent_from_an_open_one(process: Process) -> None:
    browser, place = process.browser(), process.held.seeded.house.store
    assert process.is_quick(process.pack, browser)
    series, version = process.pack.split("/")[3:5]
    kept = place.place_of_pack(series, version, "frames")
    assert kept is not None
    content = Path(kept).read_bytes()
    try:
        Path(kept).unlink()
        assert process.ask(process.pack, browser).status_code == 404
    finally:
        Path(kept).write_bytes(content)
