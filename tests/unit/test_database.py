"""Transactions, announcements, times and the schema's history."""

import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect
from sqlalchemy.exc import StatementError

from mdt import migrations
from mdt.core.actor import system
from mdt.core.announce import Announcer, after_commit
from mdt.core.audit import record, verify
from mdt.core.db import Database
from mdt.tables import METADATA


@dataclass(frozen=True)
class Happened:
    what: str


@pytest.fixture
def url(tmp_path: Path) -> str:
    url = f"sqlite:///{tmp_path}/mdt.db"
    migrations.upgrade(url)
    return url


def test_what_happened_is_told_only_after_commit(url: str) -> None:
    heard: list[Happened] = []
    announcer = Announcer()
    announcer.listen(Happened, heard.append)
    db = Database(url, announcer)
    with db.writing() as session:
        after_commit(session, Happened("signed"))
        assert heard == []
    assert heard == [Happened("signed")]
    with pytest.raises(RuntimeError), db.writing() as session:
        after_commit(session, Happened("rolled back"))
        raise RuntimeError
    assert heard == [Happened("signed")]
    db.close()


def test_two_processes_writing_at_once_make_one_gapless_chain(url: str) -> None:
    def write() -> None:
        db = Database(url)  # its own engine and lock, as another process would have
        for _ in range(20):
            with db.writing() as session:
                record(session, system("test"), "act", "thing:1")
        db.close()

    writers = [threading.Thread(target=write) for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    db = Database(url)
    with db.reading() as session:
        assert verify(session) == (80, None)
    db.close()


def test_a_moment_without_a_zone_is_refused(url: str) -> None:
    db = Database(url)
    with pytest.raises(StatementError, match="naive"), db.writing() as session:
        record(session, system("test"), "act", "thing:1", now=datetime(2026, 11, 24, 9, 0))
    moment = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
    with db.writing() as session:
        record(session, system("test"), "act", "thing:1", now=moment)
    with db.reading() as session:
        assert verify(session) == (1, None)
    db.close()


def test_the_history_ends_at_todays_tables_and_goes_back_to_nothing(url: str) -> None:
    db = Database(url)
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []
    migrations.downgrade(url, "base")
    assert set(inspect(db.engine).get_table_names()) <= {"alembic_version"}
    migrations.upgrade(url)
    db.close()
