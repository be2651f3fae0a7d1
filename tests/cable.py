"""A cable between clients and the server's TCP port that a test can pull: signaling dies, media over UDP does not.

async with Cable.to(server.port) as cable:
    ...  # clients use cable.port
    cable.cut()
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Self

HOST = "127.0.0.1"
CHUNK = 65_536


class Cable:
    """Forwards each connection as it is; new ones work again right after a cut."""

    def __init__(self, far_port: int) -> None:
        """Use `to`."""
        self._far_port = far_port
        self._ends: set[asyncio.StreamWriter] = set()
        self._running: set[asyncio.Task[None]] = set()
        self.port = 0
        self.connections = 0
        """How many there have been."""

    @classmethod
    @asynccontextmanager
    async def to(cls, far_port: int) -> AsyncIterator[Self]:
        """A cable to a port on loopback, pulled out for good when the block ends."""
        cable = cls(far_port)
        listener = await asyncio.start_server(cable._plug_in, HOST, 0)
        cable.port = listener.sockets[0].getsockname()[1]
        try:
            yield cable
        finally:
            listener.close()
            cable.cut()
            await asyncio.gather(*cable._running, return_exceptions=True)

    def cut(self) -> None:
        """Resets all connections at both ends, without a word of goodbye."""
        for end in self._ends:
            end.transport.abort()

    async def _plug_in(self, near_in: asyncio.StreamReader, near_out: asyncio.StreamWriter) -> None:
        self.connections += 1
        far_in, far_out = await asyncio.open_connection(HOST, self._far_port)
        self._ends |= {near_out, far_out}
        self._running |= {asyncio.create_task(self._carry(*way)) for way in ((near_in, far_out), (far_in, near_out))}

    async def _carry(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while chunk := await source.read(CHUNK):
                sink.write(chunk)
                await sink.drain()
        sink.close()
        self._ends.discard(sink)
