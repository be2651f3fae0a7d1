"""Statements as the text that an engine's driver wants."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Dialect, Executable, UpdateBase, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler

from tureen.storage.script import PerDialect, Statement, Together, Value


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

    __slots__ = ("_constants", "_in_order", "further", "order", "text", "writes")

    def __init__(self, text: str, order: Sequence[str], constants: Mapping[str, Any], *, writes: bool) -> None:
        """``order``: names by place, a name may stand twice. ``constants``: values that the statement brings itself.
        ``writes``: there may be something to be undone after it.
        """
        self.text = text
        self.writes = writes
        self.further: Sequence[Compiled] = ()
        """What is to be run after it, with the same parameters."""
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
        further: Sequence[Executable] = ()
        is_sqlite = self._dialect.name == "sqlite"
        if isinstance(statement, PerDialect):
            chosen = statement.sqlite if is_sqlite else statement.postgresql
        elif isinstance(statement, Together):
            chosen, *further = statement.parts if is_sqlite else (_at_once(statement),)
        result = self._compile(chosen)
        result.further = tuple(map(self._compile, further))
        # The statement is kept, so that its id is not given to another one.
        self._cache[id(statement)] = (statement, result)
        return result

    def _compile(self, statement: Any) -> Compiled:  # noqa: ANN401 - it is less than executables have, and more
        # Lists that are constants of the statement (``column.in_(("a", "b"))``) become places of their own.
        compiled = statement.compile(dialect=self._dialect, compile_kwargs={"render_postcompile": True})
        # Parameters that the statement gives a value itself, LIMIT 1 for example.
        required = {name for name, bound in compiled.binds.items() if bound.required}
        constants = {name: value for name, value in compiled.params.items() if name not in required}
        return Compiled(str(compiled), compiled.positiontup or (), constants, writes=not statement.is_select)


def _at_once(statement: Together) -> UpdateBase:
    """The last one, with the others as its common table expressions."""
    *others, last = statement.parts
    return last.add_cte(*(each.cte(f"part_{number}") for number, each in enumerate(others)))


def _picks(order: tuple[str, ...]) -> Callable[[Mapping[str, Any]], tuple[Any, ...]]:
    """Takes the values of these names out of a mapping; in C, as each statement of each script passes here."""
    if len(order) > 1:
        return itemgetter(*order)
    if order:
        (only,) = order
        return lambda values: (values[only],)
    return lambda values: ()  # noqa: ARG005 - as the others
