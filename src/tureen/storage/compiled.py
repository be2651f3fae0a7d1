"""Statements as the text that an engine's driver wants."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Dialect, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler

from tureen.storage.script import PerDialect, Statement, Value


class IsOneOf(ColumnElement[bool]):
    """Whether a text column is among the values of a parameter, which is a list of any length."""

    inherit_cache = False

    def __init__(self, column: ColumnElement[Any], parameter: BindParameter[Any]) -> None:
        """``parameter``: its name counts, not its type."""
        self.column = column
        self.parameter: BindParameter[Any] = bindparam(parameter.key)


@compiles(IsOneOf, "sqlite")
def _sqlite_is_one_of(element: IsOneOf, compiler: SQLCompiler, **kwargs: object) -> str:
    column, parameter = compiler.process(element.column, **kwargs), compiler.process(element.parameter, **kwargs)
    return f"{column} IN (SELECT value FROM json_each({parameter}))"  # noqa: S608 - both are compiled, not typed by anyone


@compiles(IsOneOf, "postgresql")
def _postgresql_is_one_of(element: IsOneOf, compiler: SQLCompiler, **kwargs: object) -> str:
    column, parameter = compiler.process(element.column, **kwargs), compiler.process(element.parameter, **kwargs)
    return f"{column} = ANY({parameter}::text[])"


class Compiled:
    """Text with numbered places, and how a query's parameters come to stand in them."""

    __slots__ = ("_constants", "_in_order", "order", "text", "writes")

    def __init__(self, text: str, order: Sequence[str], constants: Mapping[str, Any], *, writes: bool) -> None:
        """``order``: names by place, a name may stand twice. ``constants``: values that the statement brings itself.
        ``writes``: there may be something to be undone after it.
        """
        self.text = text
        self.writes = writes
        self.order = tuple(order)
        self._constants = constants
        self._in_order = _picks(self.order)

    def arguments(self, parameters: Mapping[str, Value]) -> tuple[Value, ...]:
        """The values, by place. Raises `TypeError` where one is missing."""
        try:
            return self._in_order({**self._constants, **parameters} if self._constants else parameters)
        except KeyError as missing:
            raise TypeError(f"The statement needs the parameter {missing}: {self.text}") from None


class Compiler:
    """Compiles each statement once. Statements are constants, so the cache is bounded by the program."""

    def __init__(self, dialect: Dialect) -> None:
        """``dialect``: one with numbered places."""
        self._dialect = dialect
        self._cache: dict[int, tuple[Statement, Compiled]] = {}

    def compile(self, statement: Statement) -> Compiled:
        """For this dialect."""
        known = self._cache.get(id(statement))
        if known is not None:
            return known[1]
        chosen: Any = statement
        if isinstance(statement, PerDialect):
            chosen = statement.sqlite if self._dialect.name == "sqlite" else statement.postgresql
        # Lists that are constants of the statement (``column.in_(("a", "b"))``) become places of their own.
        compiled = chosen.compile(dialect=self._dialect, compile_kwargs={"render_postcompile": True})
        # Parameters that the statement gives a value itself, LIMIT 1 for example.
        required = {name for name, bound in compiled.binds.items() if bound.required}
        constants = {name: value for name, value in compiled.params.items() if name not in required}
        result = Compiled(str(compiled), compiled.positiontup or (), constants, writes=not chosen.is_select)
        # The statement is kept, so that its id is not given to another one.
        self._cache[id(statement)] = (statement, result)
        return result


def _picks(order: tuple[str, ...]) -> Callable[[Mapping[str, Any]], tuple[Any, ...]]:
    """Takes the values of these names out of a mapping; in C, as each statement of each script passes here."""
    if len(order) > 1:
        return itemgetter(*order)
    if order:
        (only,) = order
        return lambda values: (values[only],)
    return lambda values: ()  # noqa: ARG005 - as the others
