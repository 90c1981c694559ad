"""The database as a file: SQLite by its backup interface, PostgreSQL by pg_dump. Each sees one moment."""

import os
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from sqlalchemy import create_engine, inspect
from sqlalchemy.engine import URL, make_url
from sqlalchemy.pool import NullPool

from mdt.core.errors import Invalid, MdtError, Misconfigured

SQLITE, POSTGRESQL = "sqlite", "postgresql"
NAMES = {SQLITE: "database.sqlite", POSTGRESQL: "database.pgdump"}


def dialect(url: str) -> str:
    name = make_url(url).get_backend_name()
    if name not in NAMES:
        raise Misconfigured(f"Only SQLite and PostgreSQL can be backed up, not {name}.")
    return name


def dump(url: str, target: Path) -> None:
    """One moment of the database, whatever is written meanwhile."""
    if dialect(url) == POSTGRESQL:
        _run(["pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={target}"], make_url(url))
        return
    with closing(_opened(url)) as source, closing(sqlite3.connect(target)) as copy:
        source.backup(copy)  # in one step: under WAL it holds up no writer, and begins anew for none
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, with nothing beside it
        _require_whole(copy, target)


def load(url: str, source: Path) -> None:
    """Into a database that `require_empty` has looked at: all of it, or nothing."""
    if dialect(url) == POSTGRESQL:
        said = make_url(url)
        restore = ["pg_restore", "--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges"]
        _run([*restore, f"--dbname={said.database}", str(source)], said)
        return
    with closing(sqlite3.connect(source)) as copy, closing(_opened(url)) as target:
        _require_whole(copy, source)
        copy.backup(target)


def require_empty(url: str) -> None:
    """Nothing that is there is ever overwritten."""
    dialect(url)
    engine = create_engine(url, poolclass=NullPool, hide_parameters=True)
    if tables := inspect(engine).get_table_names():
        raise Invalid(
            f"The database of this installation is not empty ({len(tables)} tables). Restore into a new one: set "
            "MDT_DATA to an empty folder, or MDT_DATABASE_URL to an empty database."
        )


def _opened(url: str) -> sqlite3.Connection:
    return sqlite3.connect(str(make_url(url).database), timeout=60)


def _require_whole(copy: sqlite3.Connection, where: Path) -> None:
    (answer,) = copy.execute("PRAGMA integrity_check(1)").fetchone()
    if answer != "ok":
        raise MdtError(f"{where} is not sound: {answer}.")


def _run(command: list[str], url: URL) -> None:
    """The password goes by the environment: others on the machine see a command's arguments."""
    said = {"PGHOST": url.host, "PGPORT": url.port, "PGUSER": url.username, "PGPASSWORD": url.password}
    said |= {"PGDATABASE": url.database}
    env = os.environ | {name: str(value) for name, value in said.items() if value}
    try:
        done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise Misconfigured(
            f"{command[0]} is not installed here; it comes with PostgreSQL’s client programs."
        ) from None
    if done.returncode:
        raise MdtError(f"{command[0]} did not do it: {' '.join(done.stderr.split())[:500]}")
