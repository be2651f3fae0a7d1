"""Connections that take work from a line."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeAlias

from tureen.storage.errors import StorageBusyError, StorageError
from tureen.storage.postgresql.connection import Connection, check_server, connect
from tureen.storage.postgresql.faults import FAULTS, own_failure
from tureen.storage.postgresql.line import Line, Work

Perform: TypeAlias = Callable[[Connection, Sequence[Work]], Awaitable[None]]
"""Gives each its outcome, or raises what is the outcome of all that have none yet."""

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
            while (group := await self._line.take()) is not None:
                try:
                    if due := _due(group):
                        if connection is None or connection.is_closed():
                            connection = await connect(self._url, read_only=self._read_only)
                        await self._perform(connection, due)
                except asyncio.CancelledError:
                    for work in group:
                        work.waiter.cancel()
                    raise
                except Exception as error:  # noqa: BLE001 - it is raised where the scripts are awaited
                    for work in group:
                        work.fail(own_failure(error))
                finally:
                    self._line.finish(group)
        finally:
            if connection is not None:
                await _close(connection)


def _due(group: Sequence[Work]) -> Sequence[Work]:
    """Without those that nobody waits for any more; they are told so."""
    oldest = asyncio.get_running_loop().time() - WAIT_S
    for work in group:
        if work.begun < oldest:
            waited = WAIT_S + oldest - work.begun
            work.fail(
                StorageBusyError(f"PostgreSQL has done nothing about this for {waited:.0f} s.", "Try again later.")
            )
    return [work for work in group if work.begun >= oldest]


async def _close(connection: Connection) -> None:
    try:
        await connection.close(timeout=1)
    except FAULTS:
        connection.terminate()
