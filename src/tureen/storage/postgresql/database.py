"""The engine as stores see it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from types import CodeType
from typing import Any, ParamSpec, TypeVar, cast

from tureen.storage.errors import StorageError, StorageRejectedError
from tureen.storage.postgresql.connection import Connection
from tureen.storage.postgresql.faults import CONFLICTS, FAULTS, as_storage_error
from tureen.storage.postgresql.line import Line, Work
from tureen.storage.postgresql.scripts import fetch, new_compiler, run
from tureen.storage.postgresql.workers import Workers
from tureen.storage.script import Script

P = ParamSpec("P")
T = TypeVar("T")

WRITING_CONNECTIONS = 12
READING_CONNECTIONS = 6
WAITING = 8192
"""Most writes, and most reads, that may be under way."""

ATTEMPTS = 6
PAUSE_S = 0.005
"""Before the second attempt; longer before each further one."""


class PostgresqlDatabase:
    """Implements `storage.database.Database`."""

    def __init__(self, url: str, *, waiting: int = WAITING) -> None:
        """``url``: ``postgresql://user:password@host:port/name``. See `open`."""
        self._compiler = new_compiler()
        self._writes = Line("writes", waiting)
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

    async def _write(self, connection: Connection, work: Work) -> Any:  # noqa: ANN401 - as the script says
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return await self._transaction(connection, "BEGIN", work.start())
            except CONFLICTS as conflict:
                failure = as_storage_error(conflict)
                # Another one's insert is seen by the second attempt: then it is the script that is at fault.
                if attempt == ATTEMPTS or (isinstance(failure, StorageRejectedError) and attempt > 1):
                    raise failure from conflict
            await asyncio.sleep(PAUSE_S * attempt * attempt)
        raise AssertionError("the last attempt returns or raises")

    async def _read(self, connection: Connection, work: Work) -> Any:  # noqa: ANN401 - as the script says
        script = work.start()
        code: CodeType | None = getattr(script, "gi_code", None)
        if code not in self._longer:
            whole, result = await self._read_at_once(connection, script)
            if whole:
                return result
            self._longer.add(code)
            script = work.start()
        return await self._transaction(connection, "BEGIN ISOLATION LEVEL REPEATABLE READ", script)

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

    async def _transaction(self, connection: Connection, begin: str, script: Script[T]) -> T:
        await connection.execute(begin)
        try:
            result = await run(script, connection, self._compiler)
        except BaseException:
            # A connection that is gone has rolled back by itself.
            with suppress(*FAULTS):
                await connection.execute("ROLLBACK")
            raise
        await connection.execute("COMMIT")
        return result
