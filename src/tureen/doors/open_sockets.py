"""How many sockets are served, for a shut-down that waits for the last word to each."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator


class OpenSockets:
    """Counts the sockets that are served, so that a shut-down can wait until each has had its last word."""

    def __init__(self) -> None:
        self._count = 0
        self._none = asyncio.Event()
        self._none.set()

    @property
    def count(self) -> int:
        """Now."""
        return self._count

    def handle_opened(self) -> None:
        """One more is served."""
        self._count += 1
        self._none.clear()

    def handle_closed(self) -> None:
        """One less is."""
        self._count -= 1
        if self._count == 0:
            self._none.set()

    @contextlib.contextmanager
    def one_more(self) -> Iterator[None]:
        """A socket is served while this lasts."""
        self.handle_opened()
        try:
            yield
        finally:
            self.handle_closed()

    async def wait_until_none(self) -> None:
        """Returns once every socket has been closed, with all that was to be written to it before."""
        await self._none.wait()
