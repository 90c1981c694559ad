"""The database itself refuses to change what was signed, whatever program asks.

The triggers are laid again after every migration, because rebuilding a table in SQLite silently drops its triggers.
"""

from typing import Any

from sqlalchemy import event, inspect
from sqlalchemy.engine import Connection

from mdt.core.db import Base

SIGNED = "a signed outcome never changes"
KEPT = "an outcome is never deleted"
LATE = "a signed outcome takes no more actions"
FIXED = "an action of a signed outcome never changes, only its status"

_IS_SIGNED = "(SELECT status FROM outcome WHERE id = {row}.outcome_id) = 'signed'"
_FIXED_COLUMNS = "id, outcome_id, position, text, owner, due"

# name, table, when it fires, on which rows, what it says
_GUARDS = (
    ("outcome_signed", "outcome", "UPDATE", "OLD.status = 'signed'", SIGNED),
    ("outcome_kept", "outcome", "DELETE", "TRUE", KEPT),
    ("action_late", "action", "INSERT", _IS_SIGNED.format(row="NEW"), LATE),
    ("action_fixed", "action", f"UPDATE OF {_FIXED_COLUMNS}", _IS_SIGNED.format(row="OLD"), FIXED),
    ("action_kept", "action", "DELETE", _IS_SIGNED.format(row="OLD"), FIXED),
)


def lay(connection: Connection) -> None:
    """Put the guards on the tables, replacing those of an earlier version."""
    if not {"outcome", "action"} <= set(inspect(connection).get_table_names()):
        return
    write = _for_sqlite if connection.dialect.name == "sqlite" else _for_postgresql
    for name, table, fires, rows, says in _GUARDS:
        for statement in write(name, table, fires, rows, says):
            connection.exec_driver_sql(statement)


def lift(connection: Connection) -> None:
    """Take them off while tables are altered: SQLite cannot rename a table that another's trigger asks."""
    there = set(inspect(connection).get_table_names())
    for name, table, *_ in _GUARDS:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}")
        elif table in there:
            connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name} ON {table}")


def _for_sqlite(name: str, table: str, fires: str, rows: str, says: str) -> list[str]:
    return [
        f"DROP TRIGGER IF EXISTS {name}",
        f"CREATE TRIGGER {name} BEFORE {fires} ON {table} WHEN {rows} BEGIN SELECT RAISE(ABORT, '{says}'); END",
    ]


def _for_postgresql(name: str, table: str, fires: str, rows: str, says: str) -> list[str]:
    """The row's test lies inside the function: a WHEN clause here may not ask another table."""
    body = f"BEGIN IF {rows} THEN RAISE EXCEPTION '{says}'; END IF; RETURN {'OLD' if fires == 'DELETE' else 'NEW'}; END"
    return [
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$",
        f"DROP TRIGGER IF EXISTS {name} ON {table}",
        f"CREATE TRIGGER {name} BEFORE {fires} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
    ]


@event.listens_for(Base.metadata, "after_create")
def _lay_on_new_tables(_metadata: Any, connection: Connection, **_: Any) -> None:
    lay(connection)
