"""Where events wait for whoever listens."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING

from tureen.client.errors import ClientError, TooSlowError

if TYPE_CHECKING:
    from tureen.protocol.events import AnyEvent

MAX_WAITING = 10_000


class Listener:
    """An asynchronous iterator of events. Ends when the client is closed, or raises why it ended."""

    def __init__(self) -> None:
        self._waiting: deque[AnyEvent] = deque()
        self._wake = asyncio.Event()
        self._ended = False
        self._error: ClientError | None = None

    def put(self, event: AnyEvent) -> None:
        """An event for the listener, which is given up if it keeps too many waiting."""
        if self._ended:
            return
        if len(self._waiting) >= MAX_WAITING:
            self._waiting.clear()
            self.end(TooSlowError(f"More than {MAX_WAITING} events were waiting.", "Read them as they come."))
            return
        self._waiting.append(event)
        self._wake.set()

    def end(self, error: ClientError | None = None) -> None:
        """Nothing more will come."""
        self._ended, self._error = True, error
        self._wake.set()

    def __aiter__(self) -> Listener:
        return self

    async def __anext__(self) -> AnyEvent:
        while not self._waiting:
            if self._ended:
                raise self._error or StopAsyncIteration
            self._wake.clear()
            await self._wake.wait()
        return self._waiting.popleft()
