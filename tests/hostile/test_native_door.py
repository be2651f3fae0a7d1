"""Malformed, forged and excessive input at the native door: typed errors or documented codes; others notice nothing."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import time
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

from tests.hostile.misfit_tokens import claims, misfit_tokens, signed
from tests.hostile.native_client import PATH, NativeClient, hello, neighbour, person
from tests.hostile.raw_client import PROMPTLY_S, frame
from tests.hostile.upgrade import UPGRADE, ask
from tests.server import HOST, TureenServer

FRAME_BYTES = 64 * 1024

NO_COMMANDS: dict[str, str] = {
    "empty": "",
    "word": "hello",
    "list": "[1]",
    "number": "7",
    "null": "null",
    "cut short": '{"type": "ping", "id": ',
    "no type and no id": "{}",
    "no id": '{"type": "ping"}',
    "empty id": '{"type": "ping", "id": ""}',
    "id of a wrong type": '{"type": "ping", "id": 7}',
    "id of forbidden letters": '{"type": "ping", "id": "a b"}',
    "id too long": '{"type": "ping", "id": "' + "a" * 65 + '"}',
    "two commands": '{"type": "ping", "id": "a"}{"type": "ping", "id": "b"}',
    "deep": "[" * 60_000,
    "deep objects": '{"a":' * 9_000 + "1" + "}" * 9_000,
    "number of 60,000 digits": '{"id": ' + "1" * 60_000 + "}",
    "lone surrogate": '{"type": "ping", "id": "\\ud800"}',
}

BAD_COMMANDS: dict[str, tuple[dict[str, Any], str]] = {
    "unknown type": ({"type": "no.such"}, "invalid"),
    "type of a wrong type": ({"type": 7}, "invalid"),
    "no type": ({}, "invalid"),
    "missing field": ({"type": "people.get"}, "invalid"),
    "wrong type": ({"type": "people.get", "users": "ann"}, "invalid"),
    "too many": ({"type": "people.get", "users": ["a"] * 201}, "invalid"),
    "none where one is needed": ({"type": "people.get", "users": []}, "invalid"),
    "text too long": ({"type": "message.send", "conversation": "c", "text": "x" * 8_001}, "invalid"),
    "name too long": ({"type": "contacts.add", "user": "u" * 129}, "invalid"),
    "number below its bound": ({"type": "mark.read", "conversation": "c", "seq": -1}, "invalid"),
    "number above its bound": ({"type": "mark.read", "conversation": "c", "seq": 2**60}, "invalid"),
    "number too large for any machine": ({"type": "mark.read", "conversation": "c", "seq": 10**400}, "invalid"),
    "fraction": ({"type": "mark.read", "conversation": "c", "seq": 1.5}, "invalid"),
    "deep value": (
        {"type": "state.set", "conversation": "c", "key": "k", "data": json.loads("[" * 40 + "]" * 40)},
        "invalid",
    ),
    "hello again": ({"type": "hello", "token": "", "device": "d", "version": 1}, "invalid"),
    "token of a wrong kind": ({"type": "token.refresh", "token": "x"}, "unauthenticated"),
    "token of nobody": ({"type": "token.refresh", "token": signed(claims(video=None))}, "forbidden"),
    "token of another person": ({"type": "token.refresh", "token": person("eve")}, "forbidden"),
}

TOO_LARGE = {"one byte too many": FRAME_BYTES + 1, "much too much": 16 * FRAME_BYTES}

AGAINST_THE_STANDARD: dict[str, tuple[bytes, int]] = {
    "compressed": (frame(0xC1, bytes(1000)), 1002),
    "unknown opcode": (frame(0x8F, b""), 1002),
    "continuation of nothing": (frame(0x80, b"x"), 1002),
    "not masked": (b"\x81\x01x", 1002),
    "ping in fragments": (frame(0x09, b""), 1002),
    "length beyond all memory": (b"\x81\xff\x7f" + b"\xff" * 7 + bytes(4), 1009),
    "text that is no UTF-8": (frame(0x81, b'{"id": "\xff"}'), 1007),
    "binary": (frame(0x82, b'{"type": "ping", "id": "a"}'), 1003),
    "empty binary": (frame(0x82, b""), 1003),
}

BAD_HELLOS: dict[str, tuple[dict[str, Any], str]] = {
    "no token": (hello(""), "unauthenticated"),
    "another version": (hello(person("mallory"), version=2), "unsupported_version"),
    "a subject that is too long": (hello(signed(claims(sub="u" * 129))), "forbidden"),
    "a token without any right": (hello(signed(claims(video=None))), "forbidden"),
    "an expired token": (hello(person("mallory", exp=int(time.time()) - 3600)), "token_expired"),
}

MALFORMED_HELLOS: dict[str, dict[str, Any]] = {
    "no device": {"type": "hello", "id": "h", "token": "", "version": 1},
    "device of forbidden letters": hello(person("mallory"), "a b"),
    "device too long": hello(person("mallory"), "d" * 65),
    "token too long": hello("t" * (16 * 1024 + 1)),
    "too many positions": hello(person("mallory"), positions=[{"conversation": "c", "epoch": "e", "seq": 1}] * 2_001)
    | {"token": ""},
    "another command first": {"type": "ping", "id": "p"},
}


@pytest.mark.parametrize("name", NO_COMMANDS)
async def test_what_cannot_be_answered_ends_the_connection(server: TureenServer, name: str) -> None:
    async with neighbour(server), NativeClient.enter(server, "mallory") as mallory:
        began = time.monotonic()
        await mallory.socket.send(NO_COMMANDS[name])
        assert await mallory.closed() == 4004
        assert time.monotonic() - began < PROMPTLY_S
        assert mallory.received[-1]["reason"] == "protocol"


@pytest.mark.parametrize("name", BAD_COMMANDS)
async def test_a_bad_command_is_answered_and_the_connection_goes_on(server: TureenServer, name: str) -> None:
    fields, code = BAD_COMMANDS[name]
    async with neighbour(server), NativeClient.enter(server, "mallory") as mallory:
        await mallory.say(id="bad", **fields)
        answer = await mallory.answered("bad")
        assert (answer["type"], answer["code"]) == ("failed", code)
        assert (await mallory.asks("ping"))["type"] == "done"


@pytest.mark.parametrize("name", TOO_LARGE)
async def test_a_frame_beyond_the_limit_is_not_read(server: TureenServer, name: str) -> None:
    async with neighbour(server), NativeClient.enter(server, "mallory") as mallory:
        with contextlib.suppress(ConnectionClosed):  # the server does not wait for the end of it
            await mallory.socket.send(" " * TOO_LARGE[name])
        assert await mallory.closed() == 1009


async def test_one_that_comes_before_hello_is_not_read_either(server: TureenServer) -> None:
    async with neighbour(server), NativeClient.knock(server) as mallory:
        with contextlib.suppress(ConnectionClosed):
            await mallory.socket.send("[" * 100_000)
        assert await mallory.closed() == 1009


async def test_the_largest_command_is_read_and_judged(server: TureenServer) -> None:
    async with neighbour(server), NativeClient.enter(server, "mallory") as mallory:
        text = json.dumps({"type": "ping", "id": "large"})
        await mallory.socket.send(text[:-1] + " " * (FRAME_BYTES - len(text)) + "}")
        assert (await mallory.answered("large"))["type"] == "done"


async def test_fragments_beyond_the_limit_are_not_gathered(server: TureenServer) -> None:
    async with neighbour(server), NativeClient.enter(server, "mallory") as mallory:
        mallory.socket.transport.write(frame(0x01, b" " * 60_000))
        mallory.socket.transport.write(frame(0x00, b" " * 60_000))
        assert await mallory.closed() == 1009


async def test_a_command_in_fragments_is_one_command(server: TureenServer) -> None:
    async with neighbour(server), NativeClient.enter(server, "mallory") as mallory:
        for first, part in ((0x01, b'{"type": "pi'), (0x00, b""), (0x89, b"?"), (0x80, b'ng", "id": "whole"}')):
            mallory.socket.transport.write(frame(first, part))
        assert (await mallory.answered("whole"))["type"] == "done"


@pytest.mark.parametrize("name", AGAINST_THE_STANDARD)
async def test_frames_against_the_standard_end_the_connection(server: TureenServer, name: str) -> None:
    raw, code = AGAINST_THE_STANDARD[name]
    async with neighbour(server), NativeClient.enter(server, "mallory") as mallory:
        mallory.socket.transport.write(raw)
        assert await mallory.closed() == code


async def test_compression_is_not_agreed_upon(server: TureenServer) -> None:
    answer = ask(server.port, PATH, {**UPGRADE, "Sec-WebSocket-Extensions": "permessage-deflate"}, {})
    assert answer.status == 101
    assert "sec-websocket-extensions" not in answer.headers


@pytest.mark.parametrize("name", BAD_HELLOS)
async def test_a_hello_that_is_refused_says_why(server: TureenServer, name: str) -> None:
    command, code = BAD_HELLOS[name]
    async with neighbour(server), NativeClient.knock(server) as mallory:
        await mallory.say(**command)
        assert await mallory.closed() == 4005
        assert [(it["type"], it["id"], it["code"]) for it in mallory.received] == [("failed", "hello", code)]


@pytest.mark.parametrize("name", MALFORMED_HELLOS)
async def test_a_hello_that_is_none_ends_the_connection(server: TureenServer, name: str) -> None:
    async with neighbour(server), NativeClient.knock(server) as mallory:
        await mallory.say(**MALFORMED_HELLOS[name])
        assert await mallory.closed() in (4004, 1009)


async def test_no_misfit_token_opens_the_door(server: TureenServer) -> None:
    """Each in the hello; tokens that only lack the right to join are refused as well."""
    async with neighbour(server):
        for name, token in misfit_tokens().items():
            async with NativeClient.knock(server) as mallory:
                await mallory.say(**hello(token))
                code = await mallory.closed()
                assert code in (4004, 4005, 1009), name
                assert mallory.received[-1].get("code", "invalid") in (
                    "unauthenticated", "token_expired", "forbidden", "invalid",
                ), name  # fmt: skip


async def test_the_token_may_stand_in_the_upgrade(server: TureenServer) -> None:
    async with NativeClient.knock(server, Authorization=f"Bearer {person('ann')}") as ann:
        await ann.say(**hello(""))
        assert (await ann.hears("welcome"))["me"]["id"] == "ann"


async def test_a_page_of_any_origin_may_connect(server: TureenServer) -> None:
    async with NativeClient.knock(server, Origin="https://elsewhere.example") as ann:
        await ann.say(**hello(person("ann")))
        await ann.hears("synced")


async def test_a_token_for_a_room_gives_the_chat_and_no_more(server: TureenServer) -> None:
    async with NativeClient.knock(server) as guest:
        await guest.say(**hello(signed(claims(sub="guest"))))
        await guest.hears("synced")
        for kind, fields in (
            ("people.search", {"query": "a"}),
            ("call.start", {"users": ["a"]}),
            ("contacts.list", {}),
        ):
            assert (await guest.asks(kind, **fields))["code"] == "forbidden"


async def test_a_flood_is_refused_with_a_time_and_ended_if_it_goes_on(server: TureenServer) -> None:
    async with neighbour(server), NativeClient.enter(server, "mallory") as mallory:
        with contextlib.suppress(ConnectionClosed):
            for number in range(5_000):
                await mallory.say(type="people.search", id=f"f{number}", query="a")
        assert await mallory.closed() == 4004
        limited = [it for it in mallory.received if it.get("code") == "rate_limited"]
        assert limited
        assert all(it["retryable"] and it["retry_after_ms"] > 0 for it in limited)


async def test_a_flood_of_nonsense_is_ended_too(server: TureenServer) -> None:
    async with neighbour(server), NativeClient.enter(server, "mallory") as mallory:
        with contextlib.suppress(ConnectionClosed):
            for number in range(1_000):
                await mallory.say(type="no.such", id=f"f{number}")
        assert await mallory.closed() == 4004


async def test_a_flood_of_connections_that_say_nothing_leaves_room_for_others(server: TureenServer) -> None:
    async with neighbour(server):
        silent = [socket.create_connection((HOST, server.port)) for _ in range(200)]
        try:
            for each in silent:
                each.sendall(UPGRADE_BYTES)
            async with NativeClient.enter(server, "ann") as ann:
                assert (await ann.asks("ping"))["type"] == "done"
        finally:
            for each in silent:
                each.close()


UPGRADE_BYTES = "\r\n".join(
    [f"GET {PATH} HTTP/1.1", "Host: localhost", *(f"{name}: {value}" for name, value in UPGRADE.items()), "", ""]
).encode()


@pytest.mark.parametrize("cuts", [(0,), (1,), (7,), (60,), (0, 1), (5, 100), (2, 3, 4, 5)])
async def test_what_comes_with_the_upgrade_is_not_lost(server: TureenServer, cuts: tuple[int, ...]) -> None:
    """A client need not wait for the answer: its first frame may come before, whole or in part."""
    raw = frame(0x81, json.dumps(hello(person("hasty"), f"d{sum(cuts)}")).encode())
    parts = [raw[start:end] for start, end in zip((0, *cuts), (*cuts, len(raw)), strict=True)]
    reader, writer = await asyncio.open_connection(HOST, server.port)
    try:
        writer.write(UPGRADE_BYTES + parts[0])
        for part in parts[1:]:
            await writer.drain()
            writer.write(part)
        async with asyncio.timeout(20):
            assert b"101 Switching Protocols" in await reader.readuntil(b"\r\n\r\n")
            assert b'"welcome"' in await reader.readuntil(b'"synced"}')
    finally:
        writer.close()


async def test_a_server_that_goes_away_tells_everyone_when_to_come_back(tmp_path: Path) -> None:
    with TureenServer.start(tmp_path) as mortal:
        async with NativeClient.enter(mortal, "ann") as ann, NativeClient.enter(mortal, "bob") as bob:
            mortal.ask_to_stop()
            assert (await ann.closed(), await bob.closed()) == (1012, 1012)
            assert {ann.received[-1]["reason"], bob.received[-1]["reason"]} == {"shutdown"}
        assert await asyncio.to_thread(mortal.wait) == 0
        assert "Traceback" not in mortal.log


async def test_who_says_no_hello_is_sent_away_in_time(server: TureenServer) -> None:
    async with neighbour(server), NativeClient.knock(server) as mallory:
        began = time.monotonic()
        assert await mallory.closed() == 4004
        assert 9 < time.monotonic() - began < 20
        assert mallory.received[-1]["reason"] == "protocol"


async def test_one_device_has_one_connection_and_keeps_its_session(server: TureenServer) -> None:
    async with NativeClient.enter(server, "ann", "twin") as first, NativeClient.knock(server) as second:
        await second.say(**hello(person("ann"), "twin"))
        welcome = await second.hears("welcome")
        assert welcome["resumed"]
        assert welcome["session"] == first.received[0]["session"]
        assert await first.closed() == 4001
        assert first.received[-1] == {
            "type": "goodbye", "reason": "replaced", "reconnect": False, "message": first.received[-1]["message"],
        }  # fmt: skip


async def test_a_drop_is_resumed_and_a_goodbye_is_not(server: TureenServer) -> None:
    async with NativeClient.enter(server, "ann", "dropped") as first:
        first.socket.transport.abort()
        await asyncio.wait_for(first.socket.wait_closed(), 10)
    async with NativeClient.knock(server) as second:
        await second.say(**hello(person("ann"), "dropped"))
        assert (await second.hears("welcome"))["resumed"]
        await second.hears("synced")
        await second.socket.close(1000)
    async with NativeClient.knock(server) as third:
        await third.say(**hello(person("ann"), "dropped"))
        assert "resumed" not in await third.hears("welcome")


async def test_a_fresh_token_of_the_same_person_is_taken(server: TureenServer) -> None:
    async with NativeClient.enter(server, "ann", "fresh") as ann:
        assert (await ann.asks("token.refresh", token=person("ann")))["type"] == "done"
