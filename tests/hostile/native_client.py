"""A device at the native door without any SDK: JSON over a WebSocket, and anything else that a test writes."""

from __future__ import annotations

import asyncio
import itertools
import json
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Self

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.hostile.misfit_tokens import claims, signed
from tests.hostile.raw_client import WITHIN_S, check_no_defect
from tests.server import TureenServer

PATH = "/v1/connect"


class NativeClient:
    """One socket. Every message that was read is kept."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.received: list[dict[str, Any]] = []
        self._ids = itertools.count(1)

    @classmethod
    @asynccontextmanager
    async def knock(cls, server: TureenServer, **headers: str) -> AsyncIterator[Self]:
        """Connects and says nothing; the socket is closed when the block ends."""
        connection = connect(
            f"{server.ws_url}{PATH}", compression=None, max_size=None, max_queue=None, ping_interval=None,
            close_timeout=1.0, additional_headers=headers,
        )  # fmt: skip
        async with connection as socket:
            yield cls(socket)

    @classmethod
    @asynccontextmanager
    async def enter(cls, server: TureenServer, user: str, device: str = "one") -> AsyncIterator[Self]:
        """Connects, says hello, and is synced."""
        async with cls.knock(server) as client:
            await client.say(**hello(person(user), device))
            await client.hears("synced")
            yield client

    async def say(self, **message: Any) -> None:
        """One message."""
        await self.socket.send(json.dumps(message))

    async def asks(self, kind: str, **fields: Any) -> dict[str, Any]:
        """A command and its reply."""
        command_id = f"q{next(self._ids)}"
        await self.say(type=kind, id=command_id, **fields)
        return await self.answered(command_id)

    async def answered(self, command_id: str) -> dict[str, Any]:
        """The reply with this id."""
        async with asyncio.timeout(WITHIN_S):
            while True:
                message = await self.next()
                if message.get("id") == command_id:
                    return message

    async def answered_or_closed(self, command_id: str) -> dict[str, Any] | int:
        """The reply with this id, or the code with which the server closes the socket instead."""
        try:
            return await self.answered(command_id)
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else 1006

    def find(self, command_id: str) -> dict[str, Any] | None:
        """The reply with this id, if it was read before."""
        return next((message for message in self.received if message.get("id") == command_id), None)

    async def hears(self, kind: str) -> dict[str, Any]:
        """The next message of this type. Fails when the socket closes."""
        try:
            async with asyncio.timeout(WITHIN_S):
                while True:
                    message = await self.next()
                    if message["type"] == kind:
                        return message
        except (TimeoutError, ConnectionClosed) as error:
            raise AssertionError(f"no {kind} but {self.received[-5:]}, {error!r}") from None

    async def closed(self) -> int:
        """The code with which the server closes the socket; what comes before is kept."""
        async with asyncio.timeout(WITHIN_S):
            try:
                while True:
                    await self.next()
            except ConnectionClosed as closed:
                return closed.rcvd.code if closed.rcvd else 1006

    async def next(self) -> dict[str, Any]:
        """Whatever comes."""
        frame = await self.socket.recv()
        assert isinstance(frame, str)
        message: dict[str, Any] = json.loads(frame)
        self.received.append(message)
        return message


def person(user: str, **changes: Any) -> str:
    """A token that lets its bearer connect."""
    return signed(claims(**{"sub": user, "people": {"connect": True}, "video": None, **changes}))


def hello(token: str, device: str = "one", **changes: Any) -> dict[str, Any]:
    """The first command."""
    return {"type": "hello", "id": "hello", "token": token, "device": device, "version": 1, **changes}


@asynccontextmanager
async def neighbour(server: TureenServer) -> AsyncIterator[None]:
    """A well-behaved device that is there before, meanwhile and after, and notices nothing; others can still come."""
    async with NativeClient.enter(server, f"neighbour-{secrets.token_hex(4)}") as client:
        yield
        assert (await client.asks("ping"))["type"] == "done"
        assert [message["type"] for message in client.received] == ["welcome", "synced", "done"]
        async with NativeClient.enter(server, f"newcomer-{secrets.token_hex(4)}") as newcomer:
            assert (await newcomer.asks("ping"))["type"] == "done"
    check_no_defect(server)
