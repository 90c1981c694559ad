"""`column IN (values)` as one parameter, however many the values are.

SQLAlchemy's own `in_` writes a parameter for each value: a driver then reads, and PostgreSQL plans, another statement
for every number of values. Here the text stays the same, so that it is compiled, prepared and planned once.
"""

import json
from collections.abc import Collection
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, String, bindparam
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import Boolean, TypeDecorator, TypeEngine


class _Texts(TypeDecorator[Collection[str]]):
    """Texts, as an array where the database has such a type, else as JSON."""

    impl = String
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(ARRAY(String()) if dialect.name == "postgresql" else String())

    def process_bind_param(self, value: Collection[str] | None, dialect: Dialect) -> Any:
        texts = list(value or ())
        return texts if dialect.name == "postgresql" else json.dumps(texts)


class _Among(FunctionElement[bool]):
    name = "among"
    type = Boolean()
    inherit_cache = True


@compiles(_Among)
def _for_sqlite(element: _Among, compiler: SQLCompiler, **how: Any) -> str:
    column, values = (compiler.process(clause, **how) for clause in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({values}))"  # noqa: S608 (made of compiled clauses)


@compiles(_Among, "postgresql")
def _for_postgresql(element: _Among, compiler: SQLCompiler, **how: Any) -> str:
    column, values = (compiler.process(clause, **how) for clause in element.clauses)
    return f"{column} = ANY({values})"


Column = InstrumentedAttribute[str] | InstrumentedAttribute[str | None] | ColumnElement[str]


def among(column: Column, values: Collection[str] | str) -> ColumnElement[bool]:
    """Whether a text column holds one of these values; of a name instead, what is bound by it at the time."""
    if isinstance(values, str):
        return _Among(column, bindparam(values, type_=_Texts()))
    return _Among(column, bindparam(None, list(values), type_=_Texts(), unique=True))
