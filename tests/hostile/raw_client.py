"""A participant without any SDK: `livekit-protocol` messages over a WebSocket, and anything else that a test writes."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Self
from urllib.parse import urlencode

from google.protobuf import json_format
from livekit.protocol import models, rtc
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.hostile.misfit_tokens import VIDEO, claims, signed
from tests.sdp_offers import Peer
from tests.server import TureenServer
from tests.unit.doors.guest import wrapped

WITHIN_S = 30.0
"""Deadline of whatever a test waits for."""
PROMPTLY_S = 1.0
"""Refusals take milliseconds; a busy machine may take longer."""


class RawClient:
    """One socket. Every message that was read is kept."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.received: list[rtc.SignalResponse] = []

    @classmethod
    @asynccontextmanager
    async def join(
        cls, server: TureenServer, room: str, identity: str, request: rtc.JoinRequest | None = None, **rights: Any
    ) -> AsyncIterator[Self]:
        """Joins; the socket is closed when the block ends."""
        uri = f"{server.ws_url}/rtc/v1?{urlencode(join_query(room, identity, request, **rights))}"
        # Without a bound on its queue it takes off the wire all that comes, also while the test does something else.
        connection = connect(
            uri, compression=None, max_size=None, max_queue=None, ping_interval=None, close_timeout=1.0
        )
        async with connection as socket:
            client = cls(socket)
            await client.hears("join")
            yield client

    async def send(self, **message: Any) -> None:
        """One request."""
        await self.socket.send(rtc.SignalRequest(**message).SerializeToString())

    async def hears(self, *kinds: str, within_s: float = WITHIN_S) -> rtc.SignalResponse:
        """The next message of one of these kinds; those before it are passed over. Fails when the socket closes."""
        try:
            async with asyncio.timeout(within_s):
                while True:
                    response = await self._next()
                    if response.WhichOneof("message") in kinds:
                        return response
        except (TimeoutError, ConnectionClosed) as error:
            heard = [it.WhichOneof("message") for it in self.received[-8:]]
            raise AssertionError(f"no {' or '.join(kinds)} within {within_s} s but {heard}, {error!r}") from None

    async def answered(self, within_s: float = WITHIN_S) -> rtc.RequestResponse:
        """The next ``request_response``."""
        return (await self.hears("request_response", within_s=within_s)).request_response

    async def closed(self, within_s: float = WITHIN_S) -> int:
        """The code with which the server closes the socket; what comes before is kept."""
        async with asyncio.timeout(within_s):
            try:
                while True:
                    await self._next()
            except ConnectionClosed as closed:
                return closed.rcvd.code if closed.rcvd else 1006

    async def pinged(self) -> list[rtc.SignalResponse]:
        """What comes before the answer to a ping: all that the server had to say so far."""
        timestamp = secrets.randbits(40)
        first = len(self.received)
        await self.send(ping_req=rtc.Ping(timestamp=timestamp))
        while (await self.hears("pong_resp")).pong_resp.last_ping_timestamp != timestamp:
            """An earlier one."""
        return self.received[first:-1]

    async def _next(self) -> rtc.SignalResponse:
        frame = await self.socket.recv()
        if isinstance(frame, str):
            response = json_format.Parse(frame, rtc.SignalResponse())
        else:
            response = rtc.SignalResponse.FromString(frame)
        self.received.append(response)
        return response


def join_query(room: str, identity: str, request: rtc.JoinRequest | None = None, **rights: Any) -> dict[str, str]:
    """What an upgrade brings along; ``rights``: claims under ``video``."""
    token = signed(claims(sub=identity, video={**VIDEO, "room": room, **rights}))
    return {"access_token": token, "join_request": wrapped(request or rtc.JoinRequest())}


def frame(first: int, payload: bytes) -> bytes:
    """A WebSocket frame (RFC 6455 section 5.2) with this first byte, masked by zeros."""
    size = len(payload)
    if size < 126:
        return bytes([first, 0x80 | size]) + bytes(4) + payload
    if size < 1 << 16:
        return bytes([first, 0x80 | 126]) + size.to_bytes(2, "big") + bytes(4) + payload
    return bytes([first, 0x80 | 127]) + size.to_bytes(8, "big") + bytes(4) + payload


def good_offer(offer_id: int = 1) -> rtc.SessionDescription:
    """As a browser's first one."""
    peer = Peer()
    peer.join()
    return rtc.SessionDescription(type="offer", sdp=peer.offer(), id=offer_id)


def microphone(cid: str = "microphone", **fields: Any) -> rtc.AddTrackRequest:
    """A track that may be added."""
    return rtc.AddTrackRequest(cid=cid, type=models.TrackType.AUDIO, source=models.TrackSource.MICROPHONE, **fields)


@asynccontextmanager
async def unharmed(server: TureenServer) -> AsyncIterator[str]:
    """A room for hostile guests. Whoever was in it before them notices nothing, and others can join after them."""
    room = f"hostile-{secrets.token_hex(6)}"
    async with RawClient.join(server, room, "witness", rtc.JoinRequest(publisher_offer=good_offer())) as witness:
        await witness.hears("answer")
        yield room
        await witness.pinged()
        newcomer = rtc.JoinRequest(publisher_offer=good_offer())
        async with RawClient.join(server, room, "newcomer", newcomer) as client:
            await client.hears("answer")
            while "newcomer" not in [it.identity for it in (await witness.hears("update")).update.participants]:
                """About somebody else."""
    check_no_defect(server)


def check_no_defect(server: TureenServer) -> None:
    """The server lives, and no exception came out at the top of it."""
    server.check_alive()
    # The WebSocket library tells of the client's mistake with a traceback of its own.
    tracebacks = [line for line in server.log.splitlines() if "Traceback" in line and "Invalid UTF-8" not in line]
    assert not tracebacks
