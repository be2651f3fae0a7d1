"""A native door that does as a test says: on a real socket, without a server behind it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import msgspec
from websockets.asyncio.server import ServerConnection, serve

from tureen.protocol.codec import decode_command_untrusted, encode
from tureen.protocol.commands import AnyCommand, Hello
from tureen.protocol.events import Event
from tureen.protocol.replies import Reply, Welcome
from tureen.protocol.resources import Person


class Visit:
    """One connection of a client."""

    def __init__(self, socket: ServerConnection) -> None:
        self._socket = socket

    async def command(self) -> AnyCommand:
        return decode_command_untrusted(await self._socket.recv())

    async def say(self, *messages: Event | Reply) -> None:
        for message in messages:
            await self._socket.send(encode(message), text=True)

    async def say_raw(self, message: Any) -> None:
        await self._socket.send(msgspec.json.encode(message), text=True)

    async def welcome(self) -> Hello:
        hello = await self.command()
        assert isinstance(hello, Hello)
        await self.say(
            Welcome(
                id=hello.id,
                session="SE_1",
                me=Person(id="ada"),
                server_time=0,
                max_frame_bytes=65536,
                grace_ms=20_000,
            )
        )
        return hello

    async def drop(self) -> None:
        self._socket.transport.abort()
        await self._socket.wait_closed()


class ScriptedDoor:
    """Hands each connection to the test, in order."""

    def __init__(self) -> None:
        self.url = ""
        self._visits: asyncio.Queue[Visit] = asyncio.Queue()

    async def visit(self) -> Visit:
        async with asyncio.timeout(10):
            return await self._visits.get()

    async def take(self, socket: ServerConnection) -> None:
        self._visits.put_nowait(Visit(socket))
        await socket.wait_closed()


@contextlib.asynccontextmanager
async def scripted_door() -> AsyncIterator[ScriptedDoor]:
    door = ScriptedDoor()
    async with serve(door.take, "127.0.0.1", 0, compression=None) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        door.url = f"http://127.0.0.1:{port}"
        yield door
