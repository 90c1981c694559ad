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


def test_a_database_that_holds_imaging_knows_after_its_upgrade_how_much_of_each_series_is_there(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/mdt.db"
    migrations.upgrade(url, "0001")
    db = Database(url)
    with db.engine.begin() as connection:
        for statement in (
            "INSERT INTO trust (ods, name, live_from) VALUES ('RMC', 'Bolton', '2020-01-01')",
            "INSERT INTO study (id, study_uid, study_time, description, accession, modalities) "
            "VALUES ('s', '1.2', '', '', '', '[]'), ('whole', '1.3', '', '', '', '[]')",
            "INSERT INTO patient (id, nhs_number, nhs_status, family, given, birth_date, sex) "
            "VALUES ('p', '9434765919', '01', 'A', 'B', '1950-01-01', 'F')",
            "INSERT INTO link (id, patient_id, study_id, trust_ods, status, why, reason) "
            "VALUES ('l1', 'p', 's', 'RMC', 'auto', '', ''), ('l2', 'p', 'whole', 'RMC', 'auto', '', '')",
            "INSERT INTO series (id, study_id, series_uid, modality, description, body_part, gaps) "
            "VALUES ('all', 'whole', '1.3.1', 'CT', '', '', '[]')",
            *(
                "INSERT INTO series (id, study_id, series_uid, modality, description, body_part, gaps) "
                f"VALUES ('{name}', 's', '1.2.{name}', 'CT', '', '', '[]')"
                for name in ("full", "empty")
            ),
            *(
                "INSERT INTO instance (id, series_id, sop_uid, sop_class_uid, transfer_syntax_uid, frames, sha256, "
                "bytes, trust_ods, received_at, header) "
                f"VALUES ('{on}{n}', '{on}', '{on}.{n}', '', '', {n}, '', 100, 'RMC', '2026-11-24', '{{}}')"
                for on in ("full", "all")
                for n in range(3)
            ),
        ):
            connection.exec_driver_sql(statement)
    migrations.upgrade(url)
    with db.engine.connect() as connection:
        counts = connection.exec_driver_sql("SELECT id, received, frames, bytes FROM series ORDER BY id").all()
        whole = connection.exec_driver_sql("SELECT study_id, whole FROM link ORDER BY id").all()
    assert [tuple(one) for one in counts] == [("all", 3, 3, 300), ("empty", 0, 0, 0), ("full", 3, 3, 300)]
    assert [tuple(one) for one in whole] == [("s", 0), ("whole", 1)]
    db.close()
