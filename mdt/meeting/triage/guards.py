"""The database itself refuses to change or delete a version of a standard of care, a sorting, or a ratification."""

from typing import Any

from sqlalchemy import event, inspect
from sqlalchemy.engine import Connection

from mdt.core.db import Base

FIXED = {
    "standard_version": "a version of a standard of care never changes",
    "case_triage": "a sorting is never changed, only followed by another",
    "ratification": "a ratification never changes",
    "pathway_change": "what was changed in a pathway stays as it was noted",
}


def lay(connection: Connection) -> None:
    """Put the guards on those of the tables that are there, replacing those of an earlier version."""
    there = set(inspect(connection).get_table_names())
    for table, says in FIXED.items():
        if table not in there:
            continue
        for fires in ("UPDATE", "DELETE"):
            name = f"{table}_fixed_{fires.lower()}"
            for statement in _statements(connection.dialect.name, name, table, fires, says):
                connection.exec_driver_sql(statement)


def _statements(dialect: str, name: str, table: str, fires: str, says: str) -> list[str]:
    if dialect == "sqlite":
        return [
            f"DROP TRIGGER IF EXISTS {name}",
            f"CREATE TRIGGER {name} BEFORE {fires} ON {table} BEGIN SELECT RAISE(ABORT, '{says}'); END",
        ]
    return [
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ "
        f"BEGIN RAISE EXCEPTION '{says}'; END $$",
        f"DROP TRIGGER IF EXISTS {name} ON {table}",
        f"CREATE TRIGGER {name} BEFORE {fires} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
    ]


@event.listens_for(Base.metadata, "after_create")
def _lay_on_new_tables(_metadata: Any, connection: Connection, **_: Any) -> None:
    lay(connection)
