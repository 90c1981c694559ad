"""The audit chain holds, and says where it does not."""

from pathlib import Path

import pytest
from sqlalchemy import text

from mdt import migrations
from mdt.core import audit
from mdt.core.actor import system
from mdt.core.db import Database


@pytest.fixture
def db(tmp_path: Path):
    url = f"sqlite:///{tmp_path}/mdt.db"
    migrations.upgrade(url)
    database = Database(url)
    yield database
    database.close()


def write_five(db: Database) -> None:
    for number in range(5):
        with db.writing() as session:
            audit.record(session, system("test"), "case.seen", f"case:{number}", detail={"why": "Wiśniewski’s, ‘é’"})


def verify(db: Database) -> tuple[int, audit.Broken | None]:
    with db.reading() as session:
        return audit.verify(session)


def test_an_untouched_chain_holds(db: Database) -> None:
    write_five(db)
    assert verify(db) == (5, None)


@pytest.mark.parametrize(
    ("tampering", "first_broken", "why"),
    [
        ("UPDATE audit_entry SET subject = 'case:9' WHERE seq = 3", 3, "content was changed"),
        ("UPDATE audit_entry SET actor = 'somebody else' WHERE seq = 1", 1, "content was changed"),
        ("DELETE FROM audit_entry WHERE seq = 2", 2, "is missing"),
        ("DELETE FROM audit_entry WHERE seq > 3", 4, "are gone"),
        ("UPDATE audit_entry SET previous = hash WHERE seq = 4", 4, "does not follow"),
        ("DELETE FROM audit_head", 6, "where the chain ends is gone"),
    ],
)
def test_tampering_is_named_at_its_entry(db: Database, tampering: str, first_broken: int, why: str) -> None:
    write_five(db)
    with db.writing() as session:
        session.execute(text(tampering))
    good, broken = verify(db)
    assert good == first_broken - 1
    assert broken is not None
    assert broken.seq == first_broken
    assert why in broken.why


def test_an_act_that_fails_leaves_no_entry(db: Database) -> None:
    with pytest.raises(RuntimeError), db.writing() as session:
        audit.record(session, system("test"), "case.seen", "case:1")
        raise RuntimeError("the act failed after it was audited")
    assert verify(db) == (0, None)
