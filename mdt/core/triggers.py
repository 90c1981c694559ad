"""Triggers on tables, in the words of SQLite and of PostgreSQL.

A chapter says what its triggers do and registers them, and they are laid on new tables by themselves. Migrations lift
them all before tables are altered (SQLite cannot rename a table that another's trigger asks, and silently drops those
of a table it rebuilds) and lay them again afterwards.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import event, inspect
from sqlalchemy.engine import Connection

from mdt.core.db import Base


@dataclass(frozen=True)
class Trigger:
    """`fires` is e.g. "BEFORE DELETE" or "AFTER UPDATE OF a, b"; the bodies are what stands between BEGIN and END.

    `columns` must be on `table`, and `tables` be there, for it to be laid: an earlier version may not have them yet.
    """

    name: str
    table: str
    fires: str
    sqlite: str
    postgresql: str
    when: str = ""  # of SQLite; in PostgreSQL a WHEN clause may not ask another table, so there the body asks
    tables: tuple[str, ...] = ()
    columns: tuple[tuple[str, str], ...] = ()  # (table, column)


_MADE: list[Sequence[Trigger]] = []


def register(triggers: Sequence[Trigger]) -> None:
    """Triggers to be laid wherever their tables are."""
    _MADE.append(triggers)


def refusing(
    name: str,
    table: str,
    fires: str,
    says: str,
    *,
    rows: str = "TRUE",
    tables: Sequence[str] = (),
    columns: Sequence[tuple[str, str]] = (),
) -> Trigger:
    """One that refuses, with a sentence, to insert, update or delete (`fires`) the rows of which `rows` is true."""
    row = "OLD" if fires == "DELETE" else "NEW"
    return Trigger(
        name=name,
        table=table,
        fires=f"BEFORE {fires}",
        when=rows,
        sqlite=f"SELECT RAISE(ABORT, '{says}');",
        postgresql=f"IF {rows} THEN RAISE EXCEPTION '{says}'; END IF; RETURN {row};",
        tables=tuple(tables),
        columns=tuple(columns),
    )


def lay(connection: Connection) -> None:
    """Put every trigger on its table, replacing that of an earlier version."""
    there = _Tables(connection)
    for one in _all():
        if there.have(one):
            for statement in _statements(connection.dialect.name, one):
                connection.exec_driver_sql(statement)


def lift(connection: Connection) -> None:
    """Take all of them off."""
    there = _Tables(connection)
    for one in _all():
        if one.table in there.names:
            connection.exec_driver_sql(_drop(connection.dialect.name, one))


def _all() -> list[Trigger]:
    return [one for made in _MADE for one in made]


class _Tables:
    """What an inspection found, asked for once."""

    def __init__(self, connection: Connection) -> None:
        self._inspector = inspect(connection)
        self.names = set(self._inspector.get_table_names())

    def have(self, one: Trigger) -> bool:
        if not {one.table, *one.tables} <= self.names:
            return False
        return all(column in self._columns(table) for table, column in one.columns)

    def _columns(self, table: str) -> set[str]:
        return {column["name"] for column in self._inspector.get_columns(table)}


def _drop(dialect: str, one: Trigger) -> str:
    return f"DROP TRIGGER IF EXISTS {one.name}" + ("" if dialect == "sqlite" else f" ON {one.table}")


def _statements(dialect: str, one: Trigger) -> list[str]:
    if dialect == "sqlite":
        when = f" WHEN {one.when}" if one.when else ""
        create = f"CREATE TRIGGER {one.name} {one.fires} ON {one.table}{when} BEGIN {one.sqlite} END"
        return [_drop(dialect, one), create]
    return [
        f"CREATE OR REPLACE FUNCTION {one.name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {one.postgresql} END $$",
        _drop(dialect, one),
        f"CREATE TRIGGER {one.name} {one.fires} ON {one.table} FOR EACH ROW EXECUTE FUNCTION {one.name}()",
    ]


@event.listens_for(Base.metadata, "after_create")
def _lay_on_new_tables(_metadata: Any, connection: Connection, **_: Any) -> None:
    lay(connection)
