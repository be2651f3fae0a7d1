"""Bytes on the signal socket, and in the join request, that are no messages or far too large."""

from __future__ import annotations

import base64
import contextlib
import gzip
import json
import random
import time

import pytest
from livekit.protocol import models, rtc
from websockets.exceptions import ConnectionClosed

from tests.hostile.raw_client import PROMPTLY_S, RawClient, frame, join_query, microphone, unharmed
from tests.hostile.upgrade import UPGRADE, ask
from tests.server import TureenServer

FRAME_BYTES = 2 * 1024 * 1024
TEXT_CHARACTERS = 64 * 1024
Reason = rtc.RequestResponse.Reason
Compression = rtc.WrappedJoinRequest.Compression

METADATA = rtc.SignalRequest(update_metadata=rtc.UpdateParticipantMetadata(metadata="m" * 100)).SerializeToString()
NOISE = random.Random(1).randbytes(1000)

NO_MESSAGES: dict[str, bytes | str] = {
    "noise": NOISE,
    "a response instead of a request": rtc.SignalResponse(pong=1, refresh_token="x" * 50).SerializeToString()[:-1],
    "cut short": METADATA[:-7],
    "length beyond the end": b"\x0a\xff\xff\xff\x7f",
    "length beyond every number": b"\x0a" + b"\xff" * 10 + b"\x01",
    "field number zero": b"\x00\x01",
    "wire type seven": b"\x0f",
    "group that does not end": b"\x0b" * 50,
    "groups nested deeply": b"\xa3\x06" * 100_000 + b"\xa4\x06" * 100_000,
    "text that is no UTF-8": b"\x0a\x04\x12\x02\xff\xfe",
    "JSON in a binary frame": b'{"ping": 1}',
    "word": "hello",
    "empty text": "",
    "JSON list": "[1]",
    "JSON of wrong types": '{"offer": 7}',
    "JSON number beyond every float": '{"ping": 1e999}',
    "JSON number of 60,000 digits": '{"ping": ' + "1" * 60_000 + "}",
    "JSON nested deeply": "[" * 60_000,
    "JSON objects nested deeply": '{"a":' * 10_000 + "1" + "}" * 10_000,
    "JSON of two requests in one": '{"ping": 1, "leave": {}}',
    "JSON cut short": '{"ping": ',
    "JSON lone surrogate": '{"addTrack": {"cid": "\\ud800"}}',
}

TOO_LARGE: dict[str, bytes | str] = {
    "one byte too many": bytes(FRAME_BYTES + 1),
    "sixteen times too much": bytes(16 * FRAME_BYTES),
    "text": " " * (FRAME_BYTES + 1),
}


@pytest.mark.parametrize("name", NO_MESSAGES)
async def test_what_is_no_message_ends_the_connection(server: TureenServer, name: str) -> None:
    async with unharmed(server) as room, RawClient.join(server, room, "mallory") as mallory:
        began = time.monotonic()
        await mallory.socket.send(NO_MESSAGES[name])
        assert await mallory.closed() == 1007
        assert time.monotonic() - began < PROMPTLY_S
        assert mallory.received[-1].request_response.reason == Reason.INVALID_REQUEST


@pytest.mark.parametrize("name", TOO_LARGE)
async def test_a_frame_beyond_the_limit_is_not_read(server: TureenServer, name: str) -> None:
    async with unharmed(server) as room, RawClient.join(server, room, "mallory") as mallory:
        with contextlib.suppress(ConnectionClosed):  # the server does not wait for the end of it
            await mallory.socket.send(TOO_LARGE[name])
        assert await mallory.closed() == 1009


async def test_fragments_beyond_the_limit_are_not_gathered(server: TureenServer) -> None:
    async with unharmed(server) as room, RawClient.join(server, room, "mallory") as mallory:
        mallory.socket.transport.write(frame(0x02, bytes(60_000)))
        for _ in range(FRAME_BYTES // 60_000 + 1):
            mallory.socket.transport.write(frame(0x00, bytes(60_000)))
        assert await mallory.closed() == 1009


async def test_the_largest_frame_is_read_and_judged(server: TureenServer) -> None:
    async with unharmed(server) as room, RawClient.join(server, room, "mallory") as mallory:
        request = rtc.SignalRequest(update_metadata=rtc.UpdateParticipantMetadata())
        request.update_metadata.metadata = "m" * (FRAME_BYTES - 20)
        await mallory.socket.send(request.SerializeToString())
        assert (await mallory.answered()).reason == Reason.NOT_ALLOWED


@pytest.mark.parametrize(
    "text",
    [
        '{"trackSetting": {"trackSids": [' + ",".join(['""'] * 600_000) + "]}}",
        '{"subscriptionPermission": {"trackPermissions": [' + ",".join(["{}"] * 600_000) + "]}}",
    ],
    ids=["track sids", "permissions"],
)
async def test_large_json_is_not_even_parsed(server: TureenServer, text: str) -> None:
    async with unharmed(server) as room, RawClient.join(server, room, "mallory") as mallory:
        assert TEXT_CHARACTERS < len(text) < FRAME_BYTES
        began = time.monotonic()
        await mallory.socket.send(text)
        assert await mallory.closed() == 1007
        assert time.monotonic() - began < PROMPTLY_S


async def test_large_messages_use_the_rate_up(server: TureenServer) -> None:
    async with unharmed(server) as room, RawClient.join(server, room, "mallory") as mallory:
        text = json.dumps({"trackSetting": {"trackSids": [""] * 12_000}})
        for _ in range(50):
            await mallory.socket.send(text)
        assert await mallory.closed() == 1008


AGAINST_THE_STANDARD: dict[str, tuple[bytes, int]] = {
    "compressed": (frame(0xC2, gzip.compress(bytes(1000))), 1002),
    "reserved bit": (frame(0xA2, b""), 1002),
    "unknown opcode": (frame(0x8F, b""), 1002),
    "continuation of nothing": (frame(0x80, b"x"), 1002),
    "not masked": (b"\x82\x01x", 1002),
    "ping in fragments": (frame(0x09, b""), 1002),
    "ping too long": (frame(0x89, bytes(126)), 1002),
    "length with a sign": (b"\x82\xff" + b"\xff" * 8 + bytes(4), 1009),
    "length beyond all memory": (b"\x82\xff\x7f" + b"\xff" * 7 + bytes(4), 1009),
    "text that is no UTF-8": (frame(0x81, b"\xff\xfe"), 1007),
}


@pytest.mark.parametrize("name", AGAINST_THE_STANDARD)
async def test_frames_against_the_standard_end_the_connection(server: TureenServer, name: str) -> None:
    """RFC 6455 section 5. Compressed ones are against it where compression was not agreed upon."""
    raw, code = AGAINST_THE_STANDARD[name]
    async with unharmed(server) as room, RawClient.join(server, room, "mallory") as mallory:
        mallory.socket.transport.write(raw)
        assert await mallory.closed() == code


async def test_compression_is_not_agreed_upon(server: TureenServer) -> None:
    """Nothing inflates that was never deflated."""
    answer = ask(
        server.port,
        "/rtc/v1",
        {**UPGRADE, "Sec-WebSocket-Extensions": "permessage-deflate; client_max_window_bits"},
        join_query("hostile", "mallory"),
    )
    assert answer.status == 101
    assert "sec-websocket-extensions" not in answer.headers


def wrapper(body: bytes, compression: int = Compression.NONE) -> str:
    raw = rtc.WrappedJoinRequest(join_request=body).SerializeToString() + bytes([8, compression])
    return base64.urlsafe_b64encode(raw).decode()


BOMB = gzip.compress(bytes(30 * 1024 * 1024))
BAD_JOINS = {
    "missing": "",
    "not base64": "%%%",
    "one letter": "A",
    "noise": base64.urlsafe_b64encode(NOISE).decode(),
    "noise within": wrapper(NOISE),
    "noise as gzip": wrapper(NOISE, Compression.GZIP),
    "unknown compression": wrapper(b"", 77),
    "gzip bomb": wrapper(BOMB, Compression.GZIP),
    "a byte more than a megabyte": wrapper(gzip.compress(bytes(1024 * 1024 + 1)), Compression.GZIP),
    "gzip cut short": wrapper(gzip.compress(bytes(5000))[:-9], Compression.GZIP),
    "gzip with a wrong checksum": wrapper(gzip.compress(bytes(5000))[:-8] + bytes(8), Compression.GZIP),
    "groups nested deeply": wrapper(gzip.compress(b"\xa3\x06" * 100_000), Compression.GZIP),
    "a thousand tracks": wrapper(
        rtc.JoinRequest(add_track_requests=[microphone(f"{n}") for n in range(1000)]).SerializeToString()
    ),
    "half a million tracks": wrapper(
        gzip.compress(rtc.JoinRequest(add_track_requests=[rtc.AddTrackRequest()] * 500_000).SerializeToString()),
        Compression.GZIP,
    ),
}


@pytest.mark.parametrize("path", ["/rtc/v1", "/rtc/v1/validate"])
@pytest.mark.parametrize("name", BAD_JOINS)
async def test_a_bad_join_request_is_400_before_the_upgrade(server: TureenServer, name: str, path: str) -> None:
    async with unharmed(server) as room:
        query = {**join_query(room, "mallory"), "join_request": BAD_JOINS[name]}
        began = time.monotonic()
        answer = ask(server.port, path, UPGRADE if path == "/rtc/v1" else {}, query)
        assert time.monotonic() - began < PROMPTLY_S
        assert answer.status == 400
        assert b"oin" in answer.body, "it says what is wrong"


async def test_a_join_with_too_much_about_oneself_is_400(server: TureenServer) -> None:
    async with unharmed(server) as room:
        for request in (
            rtc.JoinRequest(metadata="m" * 600_000),
            rtc.JoinRequest(participant_attributes={f"{number:0>9}": "v" * 9 for number in range(4_000)}),
            rtc.JoinRequest(participant_attributes={"k": "v" * 70_000}),
        ):
            query = join_query(room, "mallory", request, canUpdateOwnMetadata=True)
            assert ask(server.port, "/rtc/v1", UPGRADE, query).status == 400


async def test_a_strange_client_info_is_taken_as_it_is(server: TureenServer) -> None:
    """Fields of the future and absurd numbers are no reason to refuse somebody."""
    info = models.ClientInfo(version="v" * 5000, protocol=2**31 - 1, client_protocol=-1, os="\0\r\n")
    async with (
        unharmed(server) as room,
        RawClient.join(server, room, "mallory", rtc.JoinRequest(client_info=info)) as mallory,
    ):
        await mallory.pinged()
