"""A copy taken while people work is one moment of it, whole; and nothing damaged is ever put back."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from mdt.backup import kept, restoring, taking
from mdt.bootstrap import House
from mdt.config import Settings, from_environment
from mdt.core import audit
from mdt.core.clock import utc_now
from mdt.core.db import Database
from mdt.core.errors import Invalid
from mdt.imaging.models import Instance, Pack
from mdt.meeting.models import Meeting
from mdt.people.models import Person
from mdt.tables import METADATA
from tests.unit.pages import SETUP, VERSION, Seeded, seeded
from tests.unit.referred import LETTER, add_referral

CHANGED = {"meeting", "person", "pack", "audit_entry", "audit_head"}  # on purpose, and what a backup writes itself


@pytest.fixture
def made(tmp_path) -> Iterator[Seeded]:
    with seeded(tmp_path / "here") as made:
        made.referral, made.paper = add_referral(made)
        yield made


def take(made: Seeded, folder: Path) -> Path:
    return taking.take(made.house, folder / "backup", by=SETUP, now=utc_now())


def put_back(copy: Path, folder: Path, **changes: Any) -> House:
    settings: Settings = replace(from_environment({"MDT_DATA": str(folder)}), **changes)
    return restoring.restore(settings, copy, by=SETUP, now=utc_now())


def content(db: Database) -> dict[str, list[Any]]:
    with db.reading() as session:
        return {
            name: sorted(map(repr, session.execute(select(table))))
            for name, table in METADATA.tables.items()
            if name not in CHANGED
        }


def an_object(folder: Path) -> Path:
    return next(folder.glob("objects/*/*"))


def test_a_copy_taken_while_others_write_is_one_moment_and_comes_back_whole(made, tmp_path):
    with made.house.db.writing() as session:
        about = {"series_id": made.series["maria"], "version": VERSION, "frames": 4, "bytes": 8}
        session.add(Pack(**about, built_at=utc_now()))
    done, written = threading.Event(), []

    def write() -> None:
        db = Database(made.house.settings.database_url)  # as another process would
        while not done.is_set():
            with db.writing() as session:
                written.append(audit.record(session, SETUP, "test.wrote", "test:1").seq)
        db.close()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        while not written:
            assert writer.is_alive()
        copy = take(made, tmp_path)
        behind = len(written)
        while len(written) == behind:  # and they go on writing afterwards
            assert writer.is_alive()
    finally:
        done.set()
        writer.join()
    house = put_back(copy, tmp_path / "there")
    with house.db.reading() as session:
        entries, broken = audit.verify(session)
        assert broken is None
        assert 0 < entries - 1 < written[-1]  # up to a moment in between, and that it was restored
        epochs = set(session.scalars(select(Meeting.epoch)))
        (letter,) = session.scalars(select(Instance.sha256).where(Instance.sha256 != "0" * 64))
        assert session.scalars(select(Pack)).all() == []
    assert content(house.db) == content(made.house.db)
    assert house.store.digest(letter) == letter
    ours = made.house.settings.secret_key
    assert kept.Head.read(copy).key == kept.fingerprint(ours) != kept.fingerprint(house.settings.secret_key)
    assert ours not in (copy / kept.HEAD).read_text()
    with made.house.db.reading() as session:
        assert not epochs & set(session.scalars(select(Meeting.epoch)))
    there = replace(made, house=house)
    paper = f"/referrals/{made.referral}/files/{made.paper}"
    assert there.signed_in("stranger").get(paper).status_code == 401  # everybody signs in again
    with house.db.reading() as session:
        there.versions = {who: session.get_one(Person, key).session_version for who, key in made.people.items()}
    assert there.signed_in("stranger").get(paper).data == LETTER
    house.db.close()


def test_taken_again_only_what_is_new_is_copied(made, tmp_path, monkeypatch):
    first = take(made, tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(taking, "_copy", lambda *_: pytest.fail("it was copied before"))
        second = take(made, tmp_path)
    assert kept.newest(tmp_path / "backup") == second
    assert list(kept.files(first)) == list(kept.files(second))
    assert len(list(kept.files(first))) == 2


def test_what_is_damaged_is_found_before_there_is_a_database_and_a_restore_is_begun_again(made, tmp_path):
    copy, there = take(made, tmp_path), tmp_path / "there"
    damaged = an_object(tmp_path / "backup" / "imaging")
    sound = damaged.read_bytes()
    damaged.write_bytes(sound[:-1] + b"?")
    with pytest.raises(Invalid, match=f"file {damaged.name} is damaged. The database was not restored"):
        put_back(copy, there)
    damaged.unlink()
    with pytest.raises(Invalid, match=f"lacks the file {damaged.name}"):
        put_back(copy, there)
    damaged.write_bytes(sound)
    database = copy / "database.sqlite"
    whole = database.read_bytes()
    database.write_bytes(whole[:5000] + bytes([whole[5000] ^ 1]) + whole[5001:])
    with pytest.raises(Invalid, match=r"database\.sqlite is damaged"):
        put_back(copy, there)
    database.write_bytes(whole)
    put_back(copy, there).db.close()
    with pytest.raises(Invalid, match="is not empty"):
        put_back(copy, there)


def test_a_copy_that_was_cut_short_is_none(made, tmp_path):
    copy = take(made, tmp_path)
    (copy / kept.HEAD).unlink()
    with pytest.raises(Invalid, match="holds no whole backup"):
        kept.newest(tmp_path / "backup")
    with pytest.raises(Invalid, match="holds no whole backup"):
        put_back(copy, tmp_path / "there")


def test_what_is_damaged_in_the_store_is_named_and_all_else_is_copied(made, tmp_path):
    said: list[str] = []
    bad = an_object(Path(str(made.house.store.folder)))
    bad.chmod(0o600)
    bad.write_bytes(b"not what it was")
    copy = taking.take(made.house, tmp_path / "backup", by=SETUP, now=utc_now(), tell=said.append)
    assert [one[:40] for one in said] == [f"DAMAGED {bad.name}"[:40]]
    head = kept.Head.read(copy)
    assert (head.files, head.lacking) == (1, 1)
    put_back(copy, tmp_path / "there").db.close()
