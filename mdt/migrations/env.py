"""Alembic's hook: run the history against the configured database."""

from typing import Literal

from alembic import context
from sqlalchemy import create_engine, pool

from mdt.core import triggers
from mdt.core.db import UtcDateTime
from mdt.tables import METADATA


def plain_types(kind: str, value: object, _context: object) -> str | Literal[False]:
    """Migrations stand alone: they name no type of ours."""
    return "sa.DateTime()" if kind == "type" and isinstance(value, UtcDateTime) else False


url = context.config.get_main_option("sqlalchemy.url")
assert url

with create_engine(url, poolclass=pool.NullPool).connect() as connection:
    context.configure(connection=connection, target_metadata=METADATA, render_as_batch=True, render_item=plain_types)
    with context.begin_transaction():
        if connection.dialect.name == "postgresql":  # several machines may start at once; this one waits its turn
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(30202)")
        triggers.lift(connection)
        context.run_migrations()
        triggers.lay(connection)
