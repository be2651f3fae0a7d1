"""Many clients in one process, as cheap as can be: raw sockets that count bytes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

from benches.native_door.served import HOST

UPGRADE = (
    b"GET /v1/connect HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)
PING, PONG = b"\x89\x00", b"\x8a\x80" + bytes(4)
OPENING_AT_ONCE = 200
WITHIN_S = 60.0


class Guest(asyncio.Protocol):
    """One connection: upgrade, hello, and from ``synced`` on it counts."""

    __slots__ = ("_head", "_hello", "bytes", "synced", "transport")

    def __init__(self, hello: bytes) -> None:
        self._hello = hello
        self._head: bytes | None = b""
        self.bytes = 0
        self.synced: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Upgrade and hello go out together."""
        if isinstance(transport, asyncio.Transport) or hasattr(transport, "write"):
            self.transport = transport  # type: ignore[assignment]
        self.write(UPGRADE)

    def write(self, raw: bytes) -> None:
        """Bytes as they are."""
        if self.transport is not None:
            self.transport.write(raw)

    def send(self, content: bytes) -> None:
        """A text frame, masked by zeros (RFC 6455 section 5.2)."""
        size = len(content)
        head = bytes([0x81, 0x80 | size]) if size < 126 else b"\x81\xfe" + size.to_bytes(2, "big")
        self.write(head + bytes(4) + content)

    def data_received(self, data: bytes) -> None:
        """Counts."""
        if self._head is None:
            self.bytes += len(data)
            if PING in data:
                self.write(PONG)
            return
        before, self._head = self._head, self._head + data
        if b"\r\n\r\n" not in before and b"\r\n\r\n" in self._head:
            self.send(self._hello)
        _, found, rest = self._head.partition(b'"synced"}')
        if found:
            self._head = None
            self.bytes = len(rest)
            if not self.synced.done():
                self.synced.set_result(None)

    def connection_lost(self, exc: Exception | None) -> None:
        """A connection that nobody awaits any more."""
        if not self.synced.done():
            self.synced.set_exception(exc or ConnectionError("closed before it was synced"))


class Crowd:
    """All guests of a server."""

    def __init__(self, port: int, hellos: Sequence[bytes]) -> None:
        self._port = port
        self._hellos = hellos
        self.guests: list[Guest] = []

    async def open(self, count: int) -> None:
        """So many more; returns when each is synced."""
        loop = asyncio.get_running_loop()
        turns = asyncio.Semaphore(OPENING_AT_ONCE)

        async def one(number: int) -> Guest:
            async with turns:
                _, guest = await loop.create_connection(lambda: Guest(self._hellos[number]), HOST, self._port)
                await guest.synced
                return guest

        first = len(self.guests)
        self.guests += await asyncio.gather(*(one(number) for number in range(first, first + count)))

    def drop(self) -> None:
        """All connections break at once."""
        for guest in self.guests:
            if guest.transport is not None:
                guest.transport.abort()
        self.guests = []

    async def until(self, received: int, guests: Sequence[Guest]) -> None:
        """Returns when each of these has received so many bytes. Raises `TimeoutError`."""
        deadline = time.monotonic() + WITHIN_S
        while any(guest.bytes < received for guest in guests):
            if time.monotonic() > deadline:
                raise TimeoutError
            await asyncio.sleep(0)
