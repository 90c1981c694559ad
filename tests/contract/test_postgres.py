"""The product on PostgreSQL: the same region, the same pages, the same words as on SQLite."""

import re
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from mdt import bootstrap
from mdt.backup import restoring, taking
from mdt.config import from_environment
from mdt.core import audit
from mdt.core.clock import utc_now
from mdt.core.errors import Invalid
from mdt.imaging.counts import count_again
from mdt.imaging.gathering.series import unpacked
from tests.peers import postgres
from tests.unit.pages import SETUP, Seeded, fill, seeded
from tests.unit.test_backup import content

NEVER_THE_SAME = re.compile(r"\b[0-9a-f]{32}\b|\b\d\d:\d\d\b|\b\d+ (?:seconds?|minutes?)\b")


def said(made: Seeded, who: str) -> dict[str, str]:
    """What every page about imaging says, without what each house makes anew."""
    client, today, maria = made.signed_in(who), made.meetings["today"], made.cases["maria"]
    pages = {
        "my meetings": "/meetings",
        "agenda": f"/meetings/{today}",
        "board": f"/meetings/{today}/imaging/",
        "case": f"/cases/{maria}/",
        "the room's list": f"/imaging/cases/{maria}.json",
        "outcome": f"/cases/{maria}/outcome/",
    }
    found = {}
    for name, path in pages.items():
        answer = client.get(path)
        assert answer.status_code == 200, (name, answer.text[:500])
        found[name] = " ".join(NEVER_THE_SAME.sub("", re.sub(r"<[^>]+>", " ", answer.text)).split())
    return found


def test_every_page_says_the_same_on_postgresql(tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    settings = {"MDT_DATA": str(tmp_path / "data")}
    with postgres.running(tmp_path / "here") as server, seeded(tmp_path / "sqlite") as on_sqlite:
        house = bootstrap.build(from_environment({**settings, "MDT_DATABASE_URL": server.url}))
        with closing(house.db):
            on_postgres = fill(house)
            assert said(on_postgres, "chair") == said(on_sqlite, "chair")
            with house.db.writing() as session:
                count_again(session, on_postgres.series.values())
                assert unpacked(session) == []
                good, broken = audit.verify(session)
            assert good
            assert broken is None


def test_a_backup_of_postgresql_comes_back_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    with postgres.running(tmp_path / "here") as server:
        with psycopg.connect(server.url.replace("+psycopg", ""), autocommit=True) as direct:
            direct.execute("CREATE DATABASE another")
        house = bootstrap.build(from_environment({"MDT_DATA": str(tmp_path / "a"), "MDT_DATABASE_URL": server.url}))
        fill(house)
        copy = taking.take(house, tmp_path / "backup", by=SETUP, now=utc_now())
        another = server.url.rpartition("/")[0] + "/another"
        there = from_environment({"MDT_DATA": str(tmp_path / "b"), "MDT_DATABASE_URL": another})
        with closing(house.db), closing(restoring.restore(there, copy, by=SETUP, now=utc_now()).db) as restored:
            assert content(restored) == content(house.db)
            with restored.reading() as session:
                assert audit.verify(session)[1] is None
        with pytest.raises(Invalid, match="is not empty"):
            restoring.restore(there, copy, by=SETUP, now=utc_now())
        with pytest.raises(Invalid, match="This backup is of postgresql"):
            restoring.restore(from_environment({"MDT_DATA": str(tmp_path / "c")}), copy, by=SETUP, now=utc_now())


@pytest.fixture(autouse=True)
def _reachable(tmp_path: Path) -> None:
    """The server runs as a user of its own, who must be able to walk to its folder."""
    for folder in (tmp_path, tmp_path.parent, tmp_path.parent.parent):
        folder.chmod(0o711)
