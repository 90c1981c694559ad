"""The script that checks the audit without the product says what the product says."""

import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from mdt import migrations
from mdt.core import audit
from mdt.core.actor import Actor, system
from mdt.core.db import Database

SCRIPT = Path(__file__).parents[2] / "docs" / "audit" / "verify_audit.py"
SOMEBODY = Actor(person_id="7" * 32, name="Zoë Wiśniewski-Llŷr")


def read(file: Path) -> tuple[int, str]:
    """The script, run as its page says, with nothing of the product to import."""
    command = [sys.executable, "-I", str(SCRIPT), str(file)]
    ended = subprocess.run(command, check=False, capture_output=True, text=True, cwd=file.parent)
    return ended.returncode, ended.stdout + ended.stderr


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with five entries: letters beyond ASCII, a whole second, nested detail, nobody's patient."""
    database = tmp_path_factory.mktemp("audit") / "mdt.db"
    migrations.upgrade(f"sqlite:///{database}")
    db = Database(f"sqlite:///{database}")
    with db.writing() as session:
        whole = datetime(2026, 11, 29, 14, 3, 5, tzinfo=UTC)
        audit.record(session, system("test"), "team.made", "team:1", now=whole)
        audit.record(session, SOMEBODY, "case.seen", "case:1", patient_id="9" * 32, detail={"why": "‘ŵŷ’", "n": [2, 1]})
        audit.record(session, SOMEBODY, "case.seen", "case:2", detail={"z": {"b": None, "a": 1.5}, "a": True})
        audit.record(session, SOMEBODY, "case.seen", "case:3")
        audit.record(session, SOMEBODY, "case.seen", "case:4", now=whole.replace(microsecond=40))
    db.close()
    return database


@pytest.fixture
def file(written: Path, tmp_path: Path) -> Path:
    """A copy of it that a test may tamper with; the product has closed it, so all of it is in the one file."""
    return Path(shutil.copy(written, tmp_path / "mdt.db"))


def tamper(file: Path, statement: str) -> None:
    db = Database(f"sqlite:///{file}")
    with db.writing() as session:
        session.execute(text(statement))
    db.close()


def test_an_untouched_chain_holds_and_ends_where_the_product_says(file: Path) -> None:
    db = Database(f"sqlite:///{file}")
    with db.reading() as session:
        head = session.get(audit.AuditHead, 1)
        assert head is not None
        end = head.hash
    db.close()
    assert read(file) == (0, f"The audit holds: 5 entries, the last with hash {end}.\n")


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE audit_entry SET patient_id = NULL WHERE seq = 2", "Entry 2 was changed"),
        ("UPDATE audit_entry SET detail = '{\"a\": 1}' WHERE seq = 3", "Entry 3 was changed"),
        ("UPDATE audit_entry SET at = '2026-11-29 14:03:06' WHERE seq = 1", "Entry 1 was changed"),
        ("DELETE FROM audit_entry WHERE seq = 4", "Entry 4 is missing"),
        ("DELETE FROM audit_entry WHERE seq = 5", "once ended at entry 5"),
        ("UPDATE audit_entry SET previous = hash WHERE seq = 3", "Entry 3 does not follow"),
        ("DELETE FROM audit_head", "the row that says where the chain ends is gone"),
    ],
)
def test_what_was_tampered_with_is_named(file: Path, statement: str, said: str) -> None:
    tamper(file, statement)
    code, words = read(file)
    assert code == 1
    assert said in words


def test_what_is_no_database_gets_a_sentence(tmp_path: Path) -> None:
    nonsense = tmp_path / "nonsense.db"
    nonsense.write_bytes(b"not a database at all, not even nearly" * 40)
    assert read(nonsense)[0] == 2
    assert "cannot be read as the product's database" in read(nonsense)[1]
    assert read(tmp_path / "gone.db")[0] == 2
