"""Transactions without I/O: a script yields statements and is sent their rows.

::

    def append(conversation: str, text: str) -> Script[int]:
        head = yield from one(RAISE_HEAD, conversation=conversation)
        yield from execute(INSERT_MESSAGE, conversation=conversation, seq=head.seq, text=text)
        return head.seq


    seq = await database.write(append, "CV_1", "hello")

A script may be run again from the start after a conflict, so it touches nothing but its arguments and the database.
What it raises rolls all of it back. Statements are constants of their module: engines compile each once.

SQLite runs one writing script at a time, PostgreSQL one about the same thing (see `Database.write`). There, those about
others may commit between two statements of one: a script that reads, decides and writes begins with what takes the
lock, an UPDATE or a SELECT ``with_for_update()`` (of which SQLite takes no notice). Two that insert the same key at a
time are told apart by the engine, which runs the second one again. Scripts share commits: one that checks before it
writes costs its neighbours nothing when it raises.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from typing import Any, Protocol, TypeAlias, TypeVar

from msgspec import Struct
from sqlalchemy import Executable, UpdateBase

T = TypeVar("T")

Value: TypeAlias = int | float | str | bytes | list[str] | list[int] | None
"""Of a bind parameter."""


class Row(Protocol):
    """A row; columns are read by name: ``row["seq"]``."""

    def __getitem__(self, column: str, /) -> Any:  # noqa: ANN401 - as the database says
        """The column's value: None, int, float, str or bytes."""


class PerDialect(Struct, frozen=True, eq=False):
    """A statement that cannot be said in one way: full-text search for example. Parameters are the same."""

    sqlite: Executable
    postgresql: Executable


class Together(Struct, frozen=True, eq=False):
    """Writes of one moment, in one round trip where there is one: none sees what another does, nor touches its rows.

    They share their parameters, by name. Their rows are of no interest.
    """

    parts: tuple[UpdateBase, ...]


Statement: TypeAlias = Executable | PerDialect | Together


class Query(Struct, frozen=True):
    """A statement with the values of its bind parameters."""

    statement: Statement
    parameters: Mapping[str, Value]


Script: TypeAlias = Generator[Query, Sequence[Row], T]


def execute(statement: Statement, /, **parameters: Value) -> Script[None]:
    """Runs it; rows are of no interest."""
    yield Query(statement, parameters)


def rows(statement: Statement, /, **parameters: Value) -> Script[Sequence[Row]]:
    """All rows."""
    return (yield Query(statement, parameters))


def first(statement: Statement, /, **parameters: Value) -> Script[Row | None]:
    """The first row, if there is one."""
    found = yield Query(statement, parameters)
    return found[0] if found else None


def one(statement: Statement, /, **parameters: Value) -> Script[Row]:
    """The first row of a statement that always gives one."""
    found = yield Query(statement, parameters)
    return found[0]
