"""Drives scripts over a connection."""

from __future__ import annotations

from typing import Any, TypeVar, cast

from sqlalchemy.dialects.postgresql import asyncpg as asyncpg_dialect

from tureen.storage.compiled import Compiler
from tureen.storage.postgresql.connection import Connection
from tureen.storage.script import Query, Script, Value

T = TypeVar("T")


def new_compiler() -> Compiler:
    """For ``$1``, with casts, so that the server knows the type of a parameter that stands alone."""
    return Compiler(asyncpg_dialect.dialect())  # type: ignore[no-untyped-call]


async def fetch(query: Query, connection: Connection, compiler: Compiler) -> list[Any]:
    """The rows of one query. The driver keeps its prepared statement for the next time."""
    compiled = compiler.compile(query.statement)
    arguments = _as_sent(compiled.arguments(query.parameters))
    return cast("list[Any]", await connection.fetch(compiled.text, *arguments))


class Course:
    """What a script that is run has done so far."""

    __slots__ = ("has_written",)

    def __init__(self) -> None:
        self.has_written = False


async def run(script: Script[T], connection: Connection, compiler: Compiler, course: Course | None = None) -> T:
    """Runs it to its end. Raises what it raises, and what the driver raises."""
    rows: Any = None
    try:
        while True:
            query = script.send(rows)
            if course is not None and compiler.compile(query.statement).writes:
                course.has_written = True
            rows = await fetch(query, connection, compiler)
    except StopIteration as stop:
        return cast("T", stop.value)
    finally:
        script.close()


def _as_sent(arguments: tuple[Value, ...]) -> tuple[Value, ...]:
    """Lists as ``text[]`` wants them; everything else as it is."""
    if list not in map(type, arguments):
        return arguments
    return tuple([str(one) for one in each] if type(each) is list else each for each in arguments)
