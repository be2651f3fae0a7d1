"""Drives scripts over a connection."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any, TypeVar, cast

import msgspec

from tureen.model.texts import NUL
from tureen.storage.compiled import Compiler
from tureen.storage.errors import StorageRejectedError
from tureen.storage.script import Script, Value
from tureen.storage.sqlite.faults import as_storage_error

T = TypeVar("T")


def run(start: Callable[[], Script[T]], cursor: sqlite3.Cursor, compiler: Compiler) -> T:
    """Runs a script within the transaction that is open. Raises what it raises, or `StorageError`."""
    script = start()
    rows: Any = None
    try:
        while True:
            query = script.send(rows)
            compiled = compiler.compile(query.statement)
            arguments = _as_stored(compiled.arguments(query.parameters))
            try:
                rows = cursor.execute(compiled.text, arguments).fetchall()
                for further in compiled.further:
                    cursor.execute(further.text, _as_stored(further.arguments(query.parameters)))
            except (sqlite3.Error, OverflowError, UnicodeError) as error:
                raise as_storage_error(error) from error
    except StopIteration as stop:
        return cast("T", stop.value)
    finally:
        script.close()


def _as_stored(arguments: tuple[Value, ...]) -> tuple[Value, ...]:
    """Lists as ``json_each`` reads them; everything else as it is.

    Raises `StorageRejectedError` for text with U+0000, which PostgreSQL does not take either: see `model.texts`.
    """
    lists = False
    for each in arguments:
        if isinstance(each, str):
            if NUL in each:
                raise _unstorable()
        elif isinstance(each, list):
            lists = True
            if any(isinstance(one, str) and NUL in one for one in each):
                raise _unstorable()
    if not lists:
        return arguments
    return tuple(msgspec.json.encode(each).decode() if type(each) is list else each for each in arguments)


def _unstorable() -> StorageRejectedError:
    return StorageRejectedError("The database refuses: a text holds U+0000.")
