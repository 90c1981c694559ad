"""Trusts from a file: loaded, changed, proved, asked from their day on; each mistake in the file is named."""

from datetime import UTC, date, datetime

import pytest

import mdt.tables  # noqa: F401  (every table, for create_all)
from mdt.config import from_environment
from mdt.core import audit
from mdt.core.actor import Actor, system
from mdt.core.db import Base, Database
from mdt.core.errors import Forbidden, Invalid
from mdt.trusts.abilities import EVERY, declared
from mdt.trusts.actions import load_trusts, record_proof
from mdt.trusts.errors import Refused
from mdt.trusts.load import parse, read
from mdt.trusts.models import Source
from mdt.trusts.open import open_source
from mdt.trusts.prove import Proof
from mdt.trusts.queries import live_trusts, senders, sources, trusts

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
BY = system("test")
GOOD = """
[[trust]]
ods = "RMC"
name = "Bolton NHS Foundation Trust"
live_from = 2026-01-01

[[trust.source]]
kind = "dimse"
host = "pacs.example"
port = 104
ae = "BOLTON"
our_ae = "MDT"
retrieve = "move"
our_port = 11112

[[trust.source]]
kind = "dicomweb"
url = "https://pacs.example/dicom-web"
auth = { kind = "bearer", token_env = "BOLTON_TOKEN" }

[[trust]]
ods = "RBV"
name = "The Christie"
live_from = 2026-06-01
live_until = 2026-12-31

[[trust.source]]
kind = "folder"
path = "christie"
timeouts = { query = 5 }
"""


@pytest.fixture
def db(tmp_path):
    database = Database(f"sqlite:///{tmp_path / 'trusts.db'}")
    Base.metadata.create_all(database.engine)
    yield database
    database.close()


def load(db, text: str):
    with db.writing() as session:
        return load_trusts(session, parse(text), by=BY, now=NOW)


def test_a_file_is_loaded_once_and_then_nothing_changes(db):
    assert load(db, GOOD).added == ("RMC", "RBV")
    assert load(db, GOOD).same == ("RMC", "RBV")
    with db.reading() as session:
        assert [(one.ods, [s.kind for s in one.sources]) for one in trusts(session)] == [
            ("RBV", ["folder"]),
            ("RMC", ["dimse", "dicomweb"]),
        ]
        assert senders(session, on=NOW.date()) == {"BOLTON": "RMC"}
        assert audit.verify(session) == (2, None)


def test_a_changed_source_must_be_proved_again_and_the_others_need_not(db):
    load(db, GOOD)
    with db.writing() as session:
        for source in sources(session):
            proof = Proof(source.trust_ods, source.kind, True, None, "It answered.", 0.1)
            record_proof(session, source.id, proof, by=BY, now=NOW)
    assert load(db, GOOD.replace("port = 104", "port = 4242")).changed == ("RMC",)
    with db.reading() as session:
        assert {one.kind: one.proved_at for one in sources(session)} == {
            "dimse": None,
            "dicomweb": NOW,
            "folder": NOW,
        }


def test_a_source_taken_out_of_the_file_is_gone(db):
    load(db, GOOD)
    start = GOOD.index('[[trust.source]]\nkind = "dicomweb"')
    load(db, GOOD[:start] + GOOD[GOOD.index('[[trust]]\nods = "RBV"') :])
    with db.reading() as session:
        assert [one.kind for one in sources(session)] == ["folder", "dimse"]


def test_a_trust_is_asked_from_its_day_on_and_until_its_last(db):
    load(db, GOOD)
    with db.reading() as session:
        asked = {day: [one.ods for one in live_trusts(session, on=day)] for day in map(date.fromisoformat, DAYS)}
    assert [asked[date.fromisoformat(day)] for day in DAYS] == [[], ["RMC"], ["RBV", "RMC"], ["RMC"]]


DAYS = ("2025-12-31", "2026-01-01", "2026-12-31", "2027-01-01")


def test_only_an_administrator_looks_after_trusts(db):
    chair = Actor(person_id="p", name="A Chair", roles={"lung": "chair"})
    with db.writing() as session, pytest.raises(Forbidden):
        load_trusts(session, parse(GOOD), by=chair, now=NOW)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("port = 104", 'port = "104"'), ["RMC (line 2), source 1", "port", "'104'"]),
        (("port = 104", "port = 70000"), ["port", "70000"]),
        (("port = 104", "port = true"), ["port", "True"]),
        (('ae = "BOLTON"', 'ae = "A VERY LONG TITLE INDEED"'), ["ae", "16"]),
        (('host = "pacs.example"\n', ""), ["host", "missing"]),
        (('retrieve = "move"', 'retreive = "move"'), ["retreive", "retrieve"]),
        (('retrieve = "move"', 'retrieve = "push"'), ["retrieve", "push"]),
        (('kind = "dimse"', 'kind = "fax"'), ["kind", "fax"]),
        (('ods = "RMC"', 'ods = "Bolton"'), ["ods", "Bolton"]),
        (('ods = "RBV"', 'ods = "RMC"'), ["RMC", "twice"]),
        (("live_from = 2026-01-01", 'live_from = "soon"'), ["live_from", "soon"]),
        (("live_until = 2026-12-31", "live_until = 2026-01-31"), ["RBV (line 21)", "before"]),
        (("https://pacs.example/dicom-web", "ftp://pacs.example"), ["url", "ftp"]),
        (("https://pacs", "https://me:secret@pacs"), ["url", "password"]),
        (('token_env = "BOLTON_TOKEN"', 'token = "abc"'), ["secret", "token_env"]),
        (("port = 104", 'port = 104\nasked_by = ["nhs"]'), ["asked_by", "patient-id", "'nhs'"]),
        (("port = 104", "port = 104\nasked_by = []"), ["asked_by", "a list"]),
        (("port = 104", 'port = 104\nasked_by = "patient-id"'), ["asked_by", "a list"]),
        (("query = 5", "query = -5"), ["query", "-5"]),
        (("query = 5", "patience = 5"), ["patience"]),
        (("[[trust]]", "[[trust]"), ["TOML", "line 2"]),
    ],
)
def test_each_mistake_is_named(change, words):
    assert change[0] in GOOD
    with pytest.raises(Invalid) as caught:
        parse(GOOD.replace(change[0], change[1], 1))
    for word in words:
        assert word in str(caught.value)


def test_a_file_of_something_else_is_refused():
    with pytest.raises(Invalid, match="no \\[\\[trust\\]\\]"):
        parse("")
    with pytest.raises(Invalid, match='"trusts" is not known; perhaps "trust"'):
        parse("[[trusts]]")


def test_a_folder_is_meant_from_where_the_file_lies(tmp_path):
    (tmp_path / "region.toml").write_text(GOOD)
    entries = read(tmp_path / "region.toml")
    assert entries[1].sources[0].settings["path"] == str(tmp_path / "christie")
    with pytest.raises(Invalid, match="cannot be read"):
        read(tmp_path / "gone.toml")


def test_a_secret_that_is_not_there_is_named(tmp_path):
    settings = from_environment({"MDT_DATA": str(tmp_path)})
    (dimse, web) = (Source(kind=one.kind, settings=one.settings) for one in parse(GOOD)[0].sources)
    with pytest.raises(Refused, match="BOLTON_TOKEN"):
        open_source(web, settings, env={})
    for opened in (open_source(web, settings, env={"BOLTON_TOKEN": "t"}), open_source(dimse, settings)):
        opened.close()


def test_what_an_archive_can_be_asked_by_is_kept_and_everything_is_assumed():
    text = GOOD.replace("port = 104", 'port = 104\nasked_by = ["local-number", "patient-id"]')
    first, second = parse(text)[0].sources
    assert declared(first.settings) == ("patient-id", "local-number"), "surest first"
    assert declared(second.settings) == EVERY
