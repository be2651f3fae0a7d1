"""Keeps the order of what is about the same thing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Turns:
    """One at a time for each key, first come first served.

    Those that wait would wait for the row's lock otherwise, in the order that chance gives them, and hold a connection
    each meanwhile.
    """

    def __init__(self) -> None:
        self._locks: dict[str, asyncio.Lock] = {}
        self._users: dict[str, int] = {}

    @asynccontextmanager
    async def of(self, key: object) -> AsyncIterator[None]:
        """``key``: what is no text has no order."""
        if not isinstance(key, str):
            yield
            return
        self._users[key] = self._users.get(key, 0) + 1
        lock = self._locks.setdefault(key, asyncio.Lock())
        try:
            async with lock:
                yield
        finally:
            self._users[key] -= 1
            if not self._users[key]:
                del self._users[key], self._locks[key]
