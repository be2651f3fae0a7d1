"""The engine as stores see it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import ParamSpec, TypeVar, cast

from sqlalchemy.dialects import sqlite as sqlite_dialect

from tureen.storage.compiled import Compiler
from tureen.storage.script import Script
from tureen.storage.sqlite import readers as reading
from tureen.storage.sqlite import writer as writing
from tureen.storage.sqlite.connection import open_reader, open_writer
from tureen.storage.sqlite.delivery import Damage, Delivery
from tureen.storage.sqlite.readers import Readers
from tureen.storage.sqlite.writer import Writer

P = ParamSpec("P")
T = TypeVar("T")

READERS = 3
"""One that works, and two for the time in which it is held up."""

WAITING = 8192
"""Most writes, and most reads, that may wait."""


class SqliteDatabase:
    """Implements `storage.database.Database`."""

    def __init__(self, path: Path, *, readers: int = READERS, waiting: int = WAITING) -> None:
        """Opens the file, or makes it; this looks through all of it. Raises `StorageError`."""
        compiler = Compiler(sqlite_dialect.dialect(paramstyle="qmark"))
        connection = open_writer(path)
        damage = Damage()
        self._writes = Delivery("writes", waiting, writing.GROUP, damage)
        self._reads = Delivery("reads", waiting, reading.GROUP, damage, spares=readers - 1)
        self._writer = Writer(connection, compiler, self._writes)
        self._readers = Readers([open_reader(path) for _ in range(readers)], compiler, self._reads)

    async def write(self, script: Callable[P, Script[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        """See `Database.write`."""
        return cast("T", await self._writes.submit(partial(script, *args, **kwargs)))

    async def read(self, script: Callable[P, Script[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        """See `Database.read`."""
        return cast("T", await self._reads.submit(partial(script, *args, **kwargs)))

    def close(self) -> None:
        """Blocks until all that was begun is written and read; those who wait for it hear of it later."""
        self._stop()
        self._join()

    async def aclose(self) -> None:
        """Waits until all that was begun is written and read."""
        self._stop()
        await asyncio.to_thread(self._join)

    def _stop(self) -> None:
        self._reads.close()
        self._writes.close()

    def _join(self) -> None:
        self._readers.join()
        self._writer.join()
