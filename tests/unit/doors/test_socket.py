"""A shut-down waits for the last word to each client."""

from __future__ import annotations

import asyncio
from typing import Any

from livekit.protocol import rtc
from starlette.applications import Starlette

from tests.unit.doors.guest import House, wrapped
from tureen.doors.livekit import livekit_routes
from tureen.doors.open_sockets import OpenSockets


class SlowClient:
    """Takes frames only while it is awake."""

    def __init__(self, house: House, sockets: OpenSockets) -> None:
        self.awake = asyncio.Event()
        self.awake.set()
        self.got: list[str | None] = []
        self._told_to_connect = False
        app = Starlette(routes=livekit_routes(house.door, sockets))
        query = f"join_request={wrapped(rtc.JoinRequest())}&access_token={house.token('ann')}"
        scope = {
            "type": "websocket", "path": "/rtc/v1", "query_string": query.encode(), "headers": [], "subprotocols": [],
        }  # fmt: skip
        self.served = asyncio.ensure_future(app(scope, self._receive, self._send))

    async def _receive(self) -> dict[str, Any]:
        if not self._told_to_connect:
            self._told_to_connect = True
            return {"type": "websocket.connect"}
        await asyncio.Event().wait()
        raise AssertionError

    async def _send(self, message: Any) -> None:
        await self.awake.wait()
        if message["type"] == "websocket.send":
            self.got.append(rtc.SignalResponse.FromString(message["bytes"]).WhichOneof("message"))
        else:
            self.got.append(message["type"])


async def turns() -> None:
    """Turns of the loop, in which all happens that is due."""
    for _ in range(100):
        await asyncio.sleep(0)


async def test_all_that_was_to_be_said_is_written_before_the_wait_ends() -> None:
    house, sockets = House(), OpenSockets()
    client = SlowClient(house, sockets)
    await turns()
    client.awake.clear()
    house.registry.close_all()
    drained = asyncio.ensure_future(sockets.wait_until_none())
    await turns()
    assert not drained.done()
    client.awake.set()
    await drained
    assert client.got[-2:] == ["leave", "websocket.close"]
    await client.served


async def test_nobody_is_waited_for_where_nobody_is() -> None:
    await OpenSockets().wait_until_none()


async def test_a_socket_that_is_given_up_is_waited_for_no_longer() -> None:
    house, sockets = House(), OpenSockets()
    client = SlowClient(house, sockets)
    await turns()
    assert "join" in client.got
    client.served.cancel()
    await sockets.wait_until_none()
    assert house.registry.participants == 0


async def test_one_who_comes_while_all_are_sent_away_is_sent_away_too() -> None:
    house, sockets = House(), OpenSockets()
    client = SlowClient(house, sockets)
    client.awake.clear()
    await turns()
    house.registry.close_all()
    client.awake.set()
    await sockets.wait_until_none()
    assert client.got == ["websocket.accept", "leave", "websocket.close"]
