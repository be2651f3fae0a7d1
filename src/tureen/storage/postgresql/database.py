"""The engine as stores see it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from types import CodeType
from typing import Any, ParamSpec, TypeVar, cast

from tureen.storage.errors import StorageBusyError, StorageError, StorageRejectedError
from tureen.storage.postgresql.faults import CONFLICTS, FAULTS, as_storage_error
from tureen.storage.postgresql.pool import Pool, open_pool
from tureen.storage.postgresql.scripts import Connection, fetch, new_compiler, run
from tureen.storage.postgresql.turns import Turns
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

QUEUE_TIMEOUT_S = 10.0
"""How long a script waits for a connection of the pool."""


class PostgresqlDatabase:
    """Implements `storage.database.Database`."""

    def __init__(self, writes: Pool, reads: Pool, *, waiting: int = WAITING) -> None:
        self._writing = writes
        self._reading = reads
        self._waiting = waiting
        self._compiler = new_compiler()
        self._turns = Turns()
        self._running: dict[str, set[asyncio.Task[Any]]] = {"writes": set(), "reads": set()}
        self._closed = False
        self._longer: set[CodeType] = set()
        """Of reading scripts that turned out to have more than one query."""

    @classmethod
    async def connect(cls, url: str) -> PostgresqlDatabase:
        """``url``: ``postgresql://user:password@host:port/name``. Raises `StorageError`."""
        writes = await open_pool(url, WRITING_CONNECTIONS, read_only=False)
        try:
            reads = await open_pool(url, READING_CONNECTIONS, read_only=True)
        except StorageError:
            await writes.close()
            raise
        return cls(writes, reads)

    async def write(self, script: Callable[P, Script[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        """See `Database.write`."""
        about = args[0] if args else None
        return cast("T", await self._begin("writes", self._write(lambda: script(*args, **kwargs), about)))

    async def read(self, script: Callable[P, Script[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        """See `Database.read`."""
        return cast("T", await self._begin("reads", self._read(lambda: script(*args, **kwargs))))

    async def aclose(self) -> None:
        """Waits until all that was begun is written and read."""
        self._closed = True
        await asyncio.gather(*self._running["writes"], *self._running["reads"], return_exceptions=True)
        await self._writing.close()
        await self._reading.close()

    def _begin(self, kind: str, work: Coroutine[Any, Any, Any]) -> asyncio.Future[Any]:
        """Starts it on its own: who gives up waiting does not leave half a transaction."""
        running = self._running[kind]
        refusal: StorageError | None = None
        if self._closed:
            refusal = StorageError("The database is closed.")
        elif len(running) >= self._waiting:
            refusal = StorageBusyError(
                f"{len(running)} {kind} wait for the database already.", "Try again in a moment."
            )
        if refusal is not None:
            work.close()
            raise refusal
        task = asyncio.ensure_future(work)
        running.add(task)
        task.add_done_callback(running.discard)
        return asyncio.shield(task)

    async def _write(self, start: Callable[[], Script[T]], about: object) -> T:
        async with self._turns.of(about):
            for attempt in range(1, ATTEMPTS + 1):
                try:
                    return await self._transaction(self._writing, "BEGIN", start())
                except CONFLICTS as conflict:
                    failure = as_storage_error(conflict)
                    if attempt == ATTEMPTS:
                        raise failure from conflict
                    if isinstance(failure, StorageRejectedError) and attempt > 1:
                        # Another one's insert was seen by now: it is the script that is at fault.
                        raise failure from conflict
                except FAULTS as error:
                    raise as_storage_error(error) from error
                await asyncio.sleep(PAUSE_S * attempt * attempt)
        raise AssertionError("unreachable")

    async def _read(self, start: Callable[[], Script[T]]) -> T:
        script = start()
        code = getattr(script, "gi_code", None)
        try:
            if code not in self._longer:
                whole, result = await self._read_at_once(script)
                if whole:
                    return cast("T", result)
                self._longer.add(cast("CodeType", code))
                script = start()
            return await self._transaction(self._reading, "BEGIN ISOLATION LEVEL REPEATABLE READ", script)
        except FAULTS as error:
            raise as_storage_error(error) from error

    async def _read_at_once(self, script: Script[T]) -> tuple[bool, T | None]:
        """A script of one query needs no transaction, and so a third of the round trips. Otherwise False."""
        try:
            query = script.send(None)  # type: ignore[arg-type]
            async with self._reading.acquire(timeout=QUEUE_TIMEOUT_S) as connection:
                rows = await fetch(query, connection, self._compiler)
            script.send(rows)
        except StopIteration as stop:
            return True, stop.value
        finally:
            script.close()
        return False, None

    async def _transaction(self, pool: Pool, begin: str, script: Script[T]) -> T:
        async with pool.acquire(timeout=QUEUE_TIMEOUT_S) as connection:
            await connection.execute(begin)
            try:
                result = await run(script, connection, self._compiler)
            except BaseException:
                await _roll_back(connection)
                raise
            await connection.execute("COMMIT")
            return result


async def _roll_back(connection: Connection) -> None:
    # A connection that is gone has rolled back by itself.
    with suppress(*FAULTS):
        await connection.execute("ROLLBACK")
