"""The engine as stores see it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from types import CodeType
from typing import Any, ParamSpec, TypeVar, cast

from tureen.storage.errors import StorageError
from tureen.storage.postgresql.connection import Connection
from tureen.storage.postgresql.line import Line, Work
from tureen.storage.postgresql.scripts import fetch, new_compiler
from tureen.storage.postgresql.workers import Workers
from tureen.storage.postgresql.writer import GROUP, transaction, write
from tureen.storage.script import Script

P = ParamSpec("P")
T = TypeVar("T")

WRITING_CONNECTIONS = 12
READING_CONNECTIONS = 6
WAITING = 8192
"""Most writes, and most reads, that may be under way."""


class PostgresqlDatabase:
    """Implements `storage.database.Database`."""

    def __init__(self, url: str, *, waiting: int = WAITING) -> None:
        """``url``: ``postgresql://user:password@host:port/name``. See `open`."""
        self._compiler = new_compiler()
        self._writes = Line("writes", waiting, GROUP)
        self._reads = Line("reads", waiting)
        self._writers = Workers(url, self._writes, self._write, read_only=False)
        self._readers = Workers(url, self._reads, self._read, read_only=True)
        self._longer: set[CodeType | None] = set()
        """Of reading scripts that turned out to have more than one query."""

    async def open(self) -> None:
        """Connects. Raises `StorageError`."""
        await self._writers.start(WRITING_CONNECTIONS)
        try:
            await self._readers.start(READING_CONNECTIONS)
        except StorageError:
            await self._writers.close()
            raise

    async def write(self, script: Callable[P, Script[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        """See `Database.write`."""
        about = args[0] if args and isinstance(args[0], str) else None
        return cast("T", await self._writes.put(partial(script, *args, **kwargs), about))

    async def read(self, script: Callable[P, Script[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        """See `Database.read`."""
        return cast("T", await self._reads.put(partial(script, *args, **kwargs)))

    async def aclose(self) -> None:
        """Waits until all that was begun is written and read."""
        await asyncio.gather(self._writers.close(), self._readers.close())

    async def _write(self, connection: Connection, group: Sequence[Work]) -> None:
        await write(connection, group, self._compiler)

    async def _read(self, connection: Connection, group: Sequence[Work]) -> None:
        for work in group:
            work.succeed(await self._read_one(connection, work))

    async def _read_one(self, connection: Connection, work: Work) -> Any:  # noqa: ANN401 - as the script says
        script = work.start()
        code: CodeType | None = getattr(script, "gi_code", None)
        if code not in self._longer:
            whole, result = await self._read_at_once(connection, script)
            if whole:
                return result
            self._longer.add(code)
            script = work.start()
        return await transaction(connection, "BEGIN ISOLATION LEVEL REPEATABLE READ", script, self._compiler)

    async def _read_at_once(self, connection: Connection, script: Script[T]) -> tuple[bool, T | None]:
        """A script of one query needs no transaction, and so a third of the round trips. Otherwise False."""
        try:
            query = script.send(None)  # type: ignore[arg-type]
            script.send(await fetch(query, connection, self._compiler))
        except StopIteration as stop:
            return True, stop.value
        finally:
            script.close()
        return False, None
