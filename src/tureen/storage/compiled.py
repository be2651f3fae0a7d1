"""Statements as the text that an engine's driver wants."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler

from tureen.storage.script import PerDialect, Statement, Value


class IsOneOf(ColumnElement[bool]):
    """Whether a text column is among the values of a parameter, which is a list of any length."""

    inherit_cache = False

    def __init__(self, column: ColumnElement[Any], parameter: ColumnElement[Any]) -> None:
        """``parameter``: a ``bindparam``."""
        self.column = column
        self.parameter = parameter


@compiles(IsOneOf, "sqlite")
def _sqlite_is_one_of(element: IsOneOf, compiler: SQLCompiler, **kwargs: object) -> str:
    column, parameter = compiler.process(element.column, **kwargs), compiler.process(element.parameter, **kwargs)
    return f"{column} IN (SELECT value FROM json_each({parameter}))"  # noqa: S608 - both are compiled, not typed by anyone


@compiles(IsOneOf, "postgresql")
def _postgresql_is_one_of(element: IsOneOf, compiler: SQLCompiler, **kwargs: object) -> str:
    column, parameter = compiler.process(element.column, **kwargs), compiler.process(element.parameter, **kwargs)
    return f"{column} = ANY({parameter}::text[])"


class Compiled(Struct, frozen=True):
    """Text, the order of its parameters, and those that the statement brings itself."""

    text: str
    order: Sequence[str]
    """Names by position, for drivers that number them."""
    constants: Mapping[str, Any]


class Compiler:
    """Compiles each statement once. Statements are constants, so the cache is bounded by the program."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._cache: dict[int, tuple[Statement, Compiled]] = {}

    def compile(self, statement: Statement) -> Compiled:
        """For this dialect."""
        known = self._cache.get(id(statement))
        if known is not None:
            return known[1]
        chosen = statement
        if isinstance(statement, PerDialect):
            chosen = statement.sqlite if self._dialect.name == "sqlite" else statement.postgresql
        compiled: Any = chosen.compile(dialect=self._dialect)  # type: ignore[union-attr]
        # Parameters that the statement gives a value itself, LIMIT 1 for example.
        constants = {name: value for name, value in compiled.params.items() if value is not None}
        result = Compiled(str(compiled), tuple(compiled.positiontup or ()), constants)
        # The statement is kept, so that its id is not given to another one.
        self._cache[id(statement)] = (statement, result)
        return result


def as_json_list(value: Value) -> Value:
    """Lists as SQLite's ``json_each`` reads them; everything else as it is."""
    return json.dumps(value) if isinstance(value, list) else value
