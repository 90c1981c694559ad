"""Whether a linked study is whole, kept on its link by the database itself, whatever program writes.

An agenda asks this of some thousand links at once, and to judge the series of each would grow with a region's record.
The rule is `completeness.Wholeness.complete`; these triggers ask it again whenever a series or a link comes or changes.
They are laid again after every migration, because rebuilding a table in SQLite silently drops its triggers.
"""

from typing import Any

from sqlalchemy import event, inspect
from sqlalchemy.engine import Connection

from mdt.core.db import Base

_WHOLE = (
    "COALESCE((SELECT MIN(CASE WHEN s.received > 0 AND s.received >= COALESCE(s.expected, 0) "
    "AND CAST(s.gaps AS VARCHAR) = '[]' THEN 1 ELSE 0 END) FROM series s WHERE s.study_id = {study}), 0) = 1"
)
_JUDGED = "received, expected, gaps, study_id"

# name, table, when it fires, of which rows the studies are judged again
_KEEPERS = (
    ("series_comes", "series", "INSERT", ("NEW",)),
    ("series_changes", "series", f"UPDATE OF {_JUDGED}", ("OLD", "NEW")),
    ("series_goes", "series", "DELETE", ("OLD",)),
    ("link_comes", "link", "INSERT", ("NEW",)),
)


def lay(connection: Connection) -> None:
    """Put the triggers on the tables, replacing those of an earlier version."""
    tables = inspect(connection)
    if not {"link", "series"} <= set(tables.get_table_names()):
        return
    if "whole" not in {column["name"] for column in tables.get_columns("link")}:
        return  # on the way through an earlier version
    write = _for_sqlite if connection.dialect.name == "sqlite" else _for_postgresql
    for name, table, fires, rows in _KEEPERS:
        for statement in write(name, table, fires, rows):
            connection.exec_driver_sql(statement)


def lift(connection: Connection) -> None:
    """Take the triggers off: before tables are altered, or for a bulk load that says itself what is whole."""
    there = set(inspect(connection).get_table_names())
    for name, table, *_ in _KEEPERS:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}")
        elif table in there:
            connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name} ON {table}")


def _judge(row: str) -> str:
    study, whole = f"{row}.study_id", _WHOLE.format(study=f"{row}.study_id")
    return f"UPDATE link SET whole = ({whole}) WHERE study_id = {study} AND whole <> ({whole});"  # noqa: S608 (names of ours)


def _for_sqlite(name: str, table: str, fires: str, rows: tuple[str, ...]) -> list[str]:
    return [
        f"DROP TRIGGER IF EXISTS {name}",
        f"CREATE TRIGGER {name} AFTER {fires} ON {table} BEGIN {' '.join(map(_judge, rows))} END",
    ]


def _for_postgresql(name: str, table: str, fires: str, rows: tuple[str, ...]) -> list[str]:
    """The study's row is held first: else two that change a series of it each would both judge without the other."""
    body = " ".join(f"PERFORM 1 FROM study WHERE id = {row}.study_id FOR NO KEY UPDATE; {_judge(row)}" for row in rows)
    return [
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} RETURN NULL; END $$",
        f"DROP TRIGGER IF EXISTS {name} ON {table}",
        f"CREATE TRIGGER {name} AFTER {fires} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
    ]


@event.listens_for(Base.metadata, "after_create")
def _lay_on_new_tables(_metadata: Any, connection: Connection, **_: Any) -> None:
    lay(connection)
