"""Drives scripts over a connection."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any, TypeVar, cast

import msgspec

from tureen.storage.compiled import Compiler
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
            arguments = compiled.arguments(query.parameters)
            if list in map(type, arguments):
                arguments = _as_stored(arguments)
            try:
                rows = cursor.execute(compiled.text, arguments).fetchall()
            except (sqlite3.Error, OverflowError, UnicodeError) as error:
                raise as_storage_error(error) from error
    except StopIteration as stop:
        return cast("T", stop.value)
    finally:
        script.close()


def _as_stored(arguments: tuple[Value, ...]) -> tuple[Value, ...]:
    """Lists as ``json_each`` reads them; everything else as it is."""
    return tuple(msgspec.json.encode(each).decode() if type(each) is list else each for each in arguments)
