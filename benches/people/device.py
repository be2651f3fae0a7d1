"""A person's device, as cheap as can be: a raw socket whose frames are decoded as far as a benchmark looks at them."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Sequence
from typing import Any, cast

import msgspec
from msgspec import Struct

from benches.native_door.crowd import PING, PONG, UPGRADE
from tests.server import HOST
from tureen.protocol.commands import Command, Hello, Position
from tureen.protocol.limits import VERSION

OPENING_AT_ONCE = 200
WITHIN_S = 60.0
_TEXT = 0x81
_PING_FRAME = PING[0]


class Call(Struct):
    """Of a call."""

    id: str
    state: str


class Posted(Struct):
    """A message."""

    text: str = ""


class Happening(Struct):
    """What happened in a conversation."""

    kind: str
    message: Posted | None = None


class Conversation(Struct):
    """As somebody's list shows it."""

    id: str


class Heard(Struct):
    """A reply or an event."""

    type: str
    id: str = ""
    conversation: str | Conversation = ""
    seq: int = 0
    event: Happening | None = None
    call: Call | None = None
    leg: str | None = None
    data: str = ""
    """Of a signal."""
    resumed: bool = False
    message: str = ""
    """Of a refusal."""
    retry_after_ms: int | None = None


class RefusedError(Exception):
    """The server refused a command."""

    def __init__(self, heard: Heard) -> None:
        super().__init__(heard.message)
        self.retry_after_s = (heard.retry_after_ms or 0) / 1000


_DECODER = msgspec.json.Decoder(Heard)
_ENCODER = msgspec.json.Encoder()
_numbers = itertools.count(1)


class Frames:
    """Finds whole frames in what a server sends (RFC 6455 section 5.2), which is not masked."""

    __slots__ = ("_rest",)

    def __init__(self) -> None:
        self._rest = b""

    def take(self, data: bytes) -> list[tuple[int, bytes]]:
        """First byte and content of each."""
        data = self._rest + data if self._rest else data
        found: list[tuple[int, bytes]] = []
        at, end = 0, len(data)
        while end - at >= 2:
            begin, size = at + 2, data[at + 1]
            if size == 126:
                begin, size = at + 4, int.from_bytes(data[at + 2 : at + 4], "big")
            elif size == 127:
                begin, size = at + 10, int.from_bytes(data[at + 2 : at + 10], "big")
            if begin + size > end:
                break
            found.append((data[at], data[begin : begin + size]))
            at = begin + size
        self._rest = data[at:]
        return found


def frame(content: bytes) -> bytes:
    """A text frame of a client, masked by zeros."""
    size = len(content)
    if size < 126:
        return bytes((_TEXT, 0x80 | size)) + bytes(4) + content
    return bytes((_TEXT, 0x80 | 126)) + size.to_bytes(2, "big") + bytes(4) + content


def hello(token: str, device: str = "bench", positions: Sequence[Position] = ()) -> bytes:
    """What a device says first."""
    return frame(
        _ENCODER.encode(Hello(id="hello", token=token, device=device, version=VERSION, positions=list(positions)))
    )


class Device(asyncio.Protocol):
    """One connection."""

    __slots__ = ("_asked", "_frames", "_head", "_hello", "heard", "resumed", "synced", "transport")

    def __init__(self, greeting: bytes, heard: Callable[[Heard], None]) -> None:
        """``heard`` hears of all events, and of replies that nobody awaits."""
        self._hello = greeting
        self._head: bytes | None = b""
        self._frames = Frames()
        self._asked: dict[str, asyncio.Future[Heard]] = {}
        self.heard = heard
        self.resumed = False
        self.synced: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.transport: asyncio.Transport | None = None

    # --- what a device does -----------------------------------------------------------------------------------

    def number(self) -> str:
        """A fresh id of a command: none is used twice by one device, however often it connects."""
        return f"c{next(_numbers)}"

    def send(self, command: Command) -> None:
        """Nobody awaits the reply."""
        self.write(frame(_ENCODER.encode(command)))

    async def ask(self, command: Command) -> Heard:
        """The reply. Raises `RefusedError`, `TimeoutError` or `ConnectionError`."""
        waiter: asyncio.Future[Heard] = asyncio.get_running_loop().create_future()
        self._asked[command.id] = waiter
        self.send(command)
        async with asyncio.timeout(WITHIN_S):
            return await waiter

    def write(self, raw: bytes) -> None:
        """Bytes as they are."""
        if self.transport is not None:
            self.transport.write(raw)

    def drop(self) -> None:
        """The connection breaks."""
        if self.transport is not None:
            self.transport.abort()

    # --- asyncio.Protocol -------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The upgrade goes out."""
        self.transport = cast("asyncio.Transport", transport)  # uvloop's is one, but does not say so
        self.write(UPGRADE)

    def data_received(self, data: bytes) -> None:
        """Hello after the upgrade, and everything else."""
        if self._head is not None:
            head, found, data = (self._head + data).partition(b"\r\n\r\n")
            if not found:
                self._head = head
                return
            self._head = None
            self.write(self._hello)
        for first, content in self._frames.take(data):
            if first == _TEXT:
                self._hear(_DECODER.decode(content))
            elif first == _PING_FRAME:
                self.write(PONG)

    def connection_lost(self, exc: Exception | None) -> None:
        """Whoever waits hears of it."""
        lost = exc or ConnectionError("The connection is gone.")
        waiters: list[asyncio.Future[Any]] = [self.synced, *self._asked.values()]
        for waiter in waiters:
            if not waiter.done():
                waiter.set_exception(lost)
                waiter.exception()  # whoever does not wait need not know
        self._asked.clear()

    # --- parts ------------------------------------------------------------------------------------------------

    def _hear(self, heard: Heard) -> None:
        waiter: asyncio.Future[Any] | None = self._asked.pop(heard.id, None) if heard.id else None
        if heard.type == "failed":
            refused = RefusedError(heard)
            if waiter is None and heard.id == "hello":
                waiter = self.synced
            if waiter is None:
                raise refused
            if not waiter.done():
                waiter.set_exception(refused)
        elif waiter is not None:
            if not waiter.done():
                waiter.set_result(heard)
        elif heard.type == "synced":
            if not self.synced.done():
                self.synced.set_result(None)
        else:
            self.resumed = self.resumed or heard.resumed
            self.heard(heard)


async def connect(port: int, greeting: bytes, heard: Callable[[Heard], None]) -> Device:
    """A device that is synced. Raises `RefusedError` or `OSError`."""
    loop = asyncio.get_running_loop()
    _, device = await loop.create_connection(lambda: Device(greeting, heard), HOST, port)
    try:
        async with asyncio.timeout(WITHIN_S):
            await device.synced
    except BaseException:
        device.drop()
        raise
    return device


async def connect_all(port: int, greetings: Sequence[bytes], heard: Sequence[Callable[[Heard], None]]) -> list[Device]:
    """Many, some at a time."""
    turns = asyncio.Semaphore(OPENING_AT_ONCE)

    async def one(greeting: bytes, hears: Callable[[Heard], None]) -> Device:
        async with turns:
            return await connect(port, greeting, hears)

    return await asyncio.gather(*(one(*each) for each in zip(greetings, heard, strict=True)))
