"""The native door's sockets over real ones of the loopback address: slow readers, silent peers, the last word."""

from __future__ import annotations

import asyncio
import json
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.hostile.native_client import hello, person
from tests.hostile.raw_client import frame
from tests.server import KEY, SECRET
from tests.unit.doors.fakes import FakeEntropy
from tests.unit.signaling.wires import posted
from tureen.auth.secret import Secret
from tureen.doors.loop_clock import LoopClock
from tureen.doors.native import (
    Dispatcher,
    Knowledge,
    NativeDoor,
    NativeDoorSettings,
    encode_frame,
    native_routes,
)
from tureen.doors.native.routes import PATH
from tureen.doors.open_sockets import OpenSockets
from tureen.model.ids import UserId
from tureen.protocol.events import GoodbyeReason
from tureen.server.addresses import Listener
from tureen.server.certificates import lan_certificate
from tureen.server.http_server import Certificate, HttpServer, bind
from tureen.signaling import SessionLimits, SessionRegistry

ANN, BOB = UserId("ann"), UserId("bob")
WITHIN_S = 20.0


class Hall:
    """A door that is open."""

    def __init__(self, port: int, sessions: SessionRegistry, door: NativeDoor, sockets: OpenSockets) -> None:
        self.port = port
        self.sessions = sessions
        self.door = door
        self.sockets = sockets

    @asynccontextmanager
    async def enter(self, user: str, ssl_context: ssl.SSLContext | None = None) -> AsyncIterator[ClientConnection]:
        scheme = "ws" if ssl_context is None else "wss"
        uri = f"{scheme}://127.0.0.1:{self.port}{PATH}"
        async with connect(uri, compression=None, max_size=None, max_queue=None, ssl=ssl_context) as client:
            await client.send(json.dumps(hello(person(user))))
            while json.loads(await client.recv())["type"] != "synced":
                """The welcome."""
            yield client


@asynccontextmanager
async def hall(certificate: Certificate | None = None, **limits: Any) -> AsyncIterator[Hall]:
    clock = LoopClock(asyncio.get_running_loop())
    settings = NativeDoorSettings(keys={KEY: Secret(SECRET)}, sessions=SessionLimits(**limits))
    sessions = SessionRegistry(clock, FakeEntropy(), encode_frame, settings.sessions)
    door, sockets = NativeDoor(sessions, Dispatcher([]), Knowledge(), clock, settings), OpenSockets()
    bound = bind([Listener(address="127.0.0.1", tls=certificate is not None)], 0)
    server = HttpServer(Starlette(routes=native_routes(door, sockets)), bound, certificate, 2**20)
    with bound[0].socket:
        await server.start()
        try:
            yield Hall(bound[0].socket.getsockname()[1], sessions, door, sockets)
        finally:
            door.say_goodbye()
            await sockets.wait_until_none()
            await door.stop()
            await server.stop(at_once=True)


@asynccontextmanager
async def deaf(port: int, user: str, ssl_context: ssl.SSLContext | None = None) -> AsyncIterator[asyncio.StreamReader]:
    """A client that says hello, reads until it is synced, and then no more until the test does."""
    raw = socket.socket()
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
    raw.connect(("127.0.0.1", port))
    reader, writer = await asyncio.open_connection(
        sock=raw, limit=8192, ssl=ssl_context, server_hostname="deaf" if ssl_context else None
    )
    lines = [
        f"GET {PATH} HTTP/1.1",
        "Host: a",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
    ]
    writer.write("\r\n".join([*lines, "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==", "", ""]).encode())
    await reader.readuntil(b"\r\n\r\n")
    writer.write(frame(0x81, json.dumps(hello(person(user))).encode()))
    await reader.readuntil(b'"synced"}')
    try:
        yield reader
    finally:
        writer.transport.abort()


def context() -> ssl.SSLContext:
    trusting = ssl.create_default_context()
    trusting.check_hostname = False
    trusting.verify_mode = ssl.CERT_NONE
    return trusting


@pytest.mark.parametrize("tls", [False, True])
async def test_one_who_does_not_read_is_given_up_and_nobody_else_misses_anything(tls: bool, tmp_path: Path) -> None:
    certificate = None
    if tls:
        certificate = Certificate(chain=lan_certificate(tmp_path, ["127.0.0.1"], "here", datetime.now(UTC)))
    trusting = context() if tls else None
    limit = 256 * 1024
    async with (
        hall(certificate, queue_bytes=limit) as place,
        place.enter("bob", trusting) as bob,
        deaf(place.port, "ann", trusting) as reader,
    ):
        sent = 0
        # Until the system holds no more for the one who is deaf, and then as much again as may wait.
        while place.sessions.devices(ANN):
            for _ in range(20):
                sent += 1
                place.sessions.send_to_users([ANN, BOB], posted(sent, text="x" * 4_000))
            assert sent < 20_000
            await asyncio.sleep(0)
        assert place.sessions.devices(BOB)
        got = [json.loads(await bob.recv())["seq"] for _ in range(sent)]
        assert got == list(range(1, sent + 1))
        # Who listens again after all within the patience is told, or finds the connection gone.
        heard = await reader.read(2**20)
        assert heard.startswith(b"\x81")
        assert place.sessions.goodbyes[GoodbyeReason.RESYNC] == 1


async def test_a_slow_reader_gets_everything_in_order() -> None:
    async with hall(queue_bytes=8 * 2**20) as place, deaf(place.port, "ann") as reader:
        count = 1000
        for seq in range(1, count + 1):
            place.sessions.send_to_users([ANN], posted(seq, text="x" * 4_000))
        assert place.sessions.devices(ANN)
        seen: list[int] = []
        async with asyncio.timeout(WITHIN_S):
            while len(seen) < count:
                head = await reader.readexactly(4)
                assert head[:2] == b"\x81\x7e"
                seen.append(json.loads(await reader.readexactly(int.from_bytes(head[2:], "big")))["seq"])
        assert seen == list(range(1, count + 1))


async def test_a_silent_peer_is_pinged_and_given_up_and_one_that_answers_is_not() -> None:
    async with hall() as place, place.enter("bob") as bob, deaf(place.port, "ann") as reader:
        for _ in range(6):
            for each in list(place.door._sockets):
                each.sweep()
            # A round trip, so that the pong is there as well.
            await bob.send(json.dumps({"type": "ping", "id": "p"}))
            await bob.recv()
        assert (await reader.read(100)).startswith(b"\x89\x00")
        assert place.sessions.devices(BOB)
        assert not place.sessions.devices(ANN)


async def test_who_has_not_said_hello_is_not_waited_for_when_the_server_stops() -> None:
    async with hall() as place, connect(f"ws://127.0.0.1:{place.port}{PATH}", compression=None) as silent:
        assert place.sockets.count == 1
        place.door.say_goodbye()
        await asyncio.wait_for(place.sockets.wait_until_none(), WITHIN_S)
        async with connect(f"ws://127.0.0.1:{place.port}{PATH}", compression=None) as late:
            for client in (silent, late):
                with pytest.raises(ConnectionClosed) as closed:
                    await client.recv()
                assert closed.value.rcvd is not None
                assert closed.value.rcvd.code == 1012


async def test_the_last_word_is_said_before_the_server_stops() -> None:
    async with hall() as place, place.enter("ann") as ann:
        assert place.sockets.count == 1
        place.sessions.close_all()
        await place.sockets.wait_until_none()
        assert json.loads(await ann.recv())["reason"] == "shutdown"
        with pytest.raises(ConnectionClosed) as closed:
            await ann.recv()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1012
