"""Engine, sessions and column types. SQLite in WAL mode by default, PostgreSQL when grown; the same code."""

import threading
import uuid
from collections.abc import Hashable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, DateTime, Engine, MetaData, String, create_engine, event
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from sqlalchemy.types import TypeDecorator

from mdt.core.announce import Announcer
from mdt.core.watch import Watch

_NAMING = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, stored as UTC. A naive one is refused: nobody knows when it was."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime cannot be stored")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


class Base(DeclarativeBase):
    """Parent of every table."""

    metadata = MetaData(naming_convention=_NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: UtcDateTime(),
        dict[str, Any]: JSON(),
        list[Any]: JSON(),
        list[str]: JSON(),
    }


def new_id() -> str:
    """A fresh identifier nobody can guess: 32 hexadecimal digits."""
    return uuid.uuid4().hex


def id_column() -> Mapped[str]:
    """The primary key most tables use."""
    return mapped_column(String(32), primary_key=True, default=new_id)


class Database:
    """Opens transactions. `writing` is for actions, `reading` for pages that change nothing."""

    def __init__(self, url: str, announcer: Announcer | None = None) -> None:
        self.url = url
        self.announcer = announcer or Announcer()
        self.engine = _engine(url)
        self._watch = Watch(self.engine)
        self._is_sqlite = self.engine.dialect.name == "sqlite"
        # One writer at a time in SQLite: waiting here is cooperative under gevent, waiting in SQLite is not.
        self._one_writer = threading.Lock() if self._is_sqlite else None

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """One transaction: commit at the end, roll back on any error, announce after commit.

        Do no network or long file work inside it, and do not nest it.
        """
        with self._one_writer or nullcontext(), Session(self.engine, expire_on_commit=False) as session:
            session.connection(execution_options={"sqlite_begin": "IMMEDIATE"})
            try:
                yield session
                session.commit()
            except BaseException:
                session.rollback()
                raise
        self.announcer.deliver(session)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A consistent view that is never written back. What was loaded stays readable afterwards."""
        with Session(self.engine, expire_on_commit=False) as session:
            yield session  # closing the session rolls back, and unlike `rollback()` does not expire what was read

    def version(self) -> Hashable:
        """What differs whenever anything was committed since, by whatever process: what was read holds till then.

        Ask for it before reading what is to be remembered under it.
        """
        return self._watch.version()

    def close(self) -> None:
        self._watch.close()
        self.engine.dispose()


def _engine(url: str) -> Engine:
    if make_url(url).get_backend_name() != "sqlite":
        return create_engine(url, pool_pre_ping=True, hide_parameters=True)
    engine = create_engine(
        url,
        connect_args={"timeout": 30, "check_same_thread": False},
        hide_parameters=True,  # an error must not carry names into a log
    )

    @event.listens_for(engine, "connect")
    def _set_up(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves, below
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=30000"):
            connection.execute(f"PRAGMA {pragma}")
        connection.create_function("folded", 1, _folded, deterministic=True)  # SQLite's lower() knows ASCII only

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        mode = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
        connection.exec_driver_sql(f"BEGIN {mode}")

    return engine


def _folded(text: Any) -> Any:
    """Without case, in every alphabet, as PostgreSQL's lower()."""
    return text.lower() if isinstance(text, str) else text
