"""Connections that take work from a line."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

from tureen.storage.errors import StorageBusyError, StorageError
from tureen.storage.postgresql.connection import Connection, check_server, connect
from tureen.storage.postgresql.faults import FAULTS, as_storage_error
from tureen.storage.postgresql.line import Line, Work

Perform: TypeAlias = Callable[[Connection, Work], Awaitable[Any]]

WAIT_S = 10.0
"""What has waited longer for a connection is refused: whoever asked has given up."""


class Workers:
    """A task for each connection, which is made when there is work for it, and made anew when it is lost."""

    def __init__(self, url: str, line: Line, perform: Perform, *, read_only: bool) -> None:
        self._url = url
        self._line = line
        self._perform = perform
        self._read_only = read_only
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self, count: int) -> None:
        """Connects once, to see that it can, and what the server is. Raises `StorageError`."""
        first = await connect(self._url, read_only=self._read_only)
        try:
            await check_server(first)
        except StorageError:
            await _close(first)
            raise
        connections = [*(None for _ in range(count - 1)), first]
        self._tasks = [asyncio.create_task(self._work(connection)) for connection in connections]

    async def close(self) -> None:
        """Waits for what was begun."""
        await self._line.close()
        await asyncio.gather(*self._tasks)

    async def _work(self, connection: Connection | None) -> None:
        try:
            while (work := await self._line.take()) is not None:
                try:
                    if connection is None or connection.is_closed():
                        connection = await connect(self._url, read_only=self._read_only)
                    result = await self._run(connection, work)
                except FAULTS as error:
                    self._fail(work, as_storage_error(error))
                except asyncio.CancelledError:
                    work.waiter.cancel()
                    raise
                except Exception as error:  # noqa: BLE001 - it is raised where the script is awaited
                    self._fail(work, error)
                else:
                    if not work.waiter.done():
                        work.waiter.set_result(result)
                finally:
                    self._line.finish(work)
        finally:
            if connection is not None:
                await _close(connection)

    async def _run(self, connection: Connection, work: Work) -> Any:  # noqa: ANN401 - as the script says
        waited = work.waiter.get_loop().time() - work.begun
        if waited > WAIT_S:
            raise StorageBusyError(f"PostgreSQL has done nothing about this for {waited:.0f} s.", "Try again later.")
        return await self._perform(connection, work)

    @staticmethod
    def _fail(work: Work, error: Exception) -> None:
        if not work.waiter.done():
            work.waiter.set_exception(error)


async def _close(connection: Connection) -> None:
    try:
        await connection.close(timeout=1)
    except FAULTS:
        connection.terminate()
