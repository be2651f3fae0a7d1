"""Every command of the contract, wrong in every field: a documented answer, and the two beside it go on talking."""

from __future__ import annotations

import contextlib
import json
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from itertools import islice
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

from tests.hostile.chat_of_two import chat_of_two
from tests.hostile.documented import CLOSE_CODES, check_answer
from tests.hostile.native_client import NativeClient, hello, person
from tests.hostile.raw_client import frame
from tests.hostile.spoilt_commands import COMMANDS, NO_JSON, TEXTS, Spoilt, example, spoilt
from tests.server import TureenServer

IN_A_ROW = 100
"""Fewer than the refusals that end a connection."""

FRAMES: dict[str, tuple[int, bytes]] = {
    "binary": (0x82, b'{"type": "%s", "id": "b"}'),
    "no UTF-8": (0x81, b'{"type": "%s", "id": "b", "x": "\xff\xfe"}'),
    "half a character": (0x81, b'{"type": "%s", "id": "b", "x": "\xe2\x82"}'),
    "overlong character": (0x81, b'{"type": "%s", "id": "b", "x": "\xc0\xaf"}'),
    "encoded surrogate": (0x81, b'{"type": "%s", "id": "b", "x": "\xed\xa0\x80"}'),
    "100,000 deep": (0x81, b'{"type": "%s", "id": "b", "x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"),
    "30,000 deep": (0x81, b'{"type": "%s", "id": "b", "x": ' + b"[" * 30_000 + b"]" * 30_000 + b"}"),
    "30,000 deep and cut short": (0x81, b'{"type": "%s", "id": "b", "x": ' + b'{"":' * 15_000),
    "500 deep": (0x81, b'{"type": "%s", "id": "b", "x": ' + b"[" * 500 + b"]" * 500 + b"}"),
}


@pytest.fixture(scope="session")
def server(patient_server: TureenServer) -> TureenServer:
    return patient_server


@asynccontextmanager
async def mallory_at_home(server: TureenServer) -> AsyncIterator[tuple[NativeClient, dict[str, Any]]]:
    """One who has all that commands are about, so that what is wrong about a field is all that is wrong."""
    tail = secrets.token_hex(4)
    async with NativeClient.enter(server, f"mallory-{tail}") as mallory:
        async with NativeClient.enter(server, f"friend-{tail}"):
            """They are known from now on."""
        group = (await mallory.asks("conversation.create", title="spoilt", users=[f"friend-{tail}"]))["conversation"]
        message = await mallory.asks("message.send", conversation=group["id"], text="food")
        call = await mallory.asks("call.start", users=[f"friend-{tail}"])
        yield (
            mallory,
            {
                "conversation": group["id"],
                "message": message["message"],
                "call": call["call"]["id"],
                "epoch": group["epoch"],
                "user": f"friend-{tail}",
                "users": [f"friend-{tail}"],
                "version": 1,
            },
        )


async def ask_all(client: NativeClient, commands: Iterator[Spoilt]) -> None:
    """Each is answered as the reference says, on one connection."""
    while some := list(islice(commands, IN_A_ROW)):
        for each in some:
            await client.socket.send(each.frame)
        answers = {}
        for each in some:
            try:
                answers[each.id] = client.find(each.id) or await client.answered(each.id)
            except (TimeoutError, ConnectionClosed) as error:
                raise AssertionError(f"{each.what}: no answer, {error!r}") from None
            check_answer(answers[each.id])
            if each.refused:
                assert answers[each.id].get("code") in ("invalid", "too_large"), (each.what, answers[each.id])
        assert (await client.asks("ping"))["type"] == "done"


@pytest.mark.parametrize("name", COMMANDS)
async def test_a_command_wrong_in_one_field_is_answered(server: TureenServer, name: str) -> None:
    async with chat_of_two(server), mallory_at_home(server) as (mallory, known):
        await ask_all(mallory, spoilt(COMMANDS[name], known))


@pytest.mark.parametrize("name", ["hello", "ping", "message.send", "call.signal"])
async def test_what_is_no_json_or_no_text_is_answered_or_ends_the_connection(server: TureenServer, name: str) -> None:
    async with chat_of_two(server):
        for what, (opcode, content) in FRAMES.items():
            async with NativeClient.enter(server, f"mallory-{secrets.token_hex(4)}") as mallory:
                with contextlib.suppress(ConnectionError):  # it may be refused before all was sent
                    mallory.socket.transport.write(frame(opcode, content.replace(b"%s", name.encode())))
                await answered_or_closed(mallory, what)
        good = json.dumps(example(COMMANDS[name], {}, "b"))
        for what, value in NO_JSON.items():
            async with NativeClient.enter(server, f"mallory-{secrets.token_hex(4)}") as mallory:
                await mallory.socket.send(f'{good[:-1]}, "x": {value}}}')
                await answered_or_closed(mallory, what)


async def answered_or_closed(client: NativeClient, what: str) -> None:
    """With an error, or for a reason, that the reference knows."""
    answer = await client.answered_or_closed("b")
    if isinstance(answer, int):
        assert answer in CLOSE_CODES, what
    else:
        assert answer.get("code") == "invalid", (what, answer)
        check_answer(answer)


async def test_a_hello_wrong_in_one_field_opens_nothing(server: TureenServer) -> None:
    """What is no hello ends the connection; a strange one is refused with a code, or lets its bearer in."""
    async with chat_of_two(server):
        known = {"token": person(f"mallory-{secrets.token_hex(4)}"), "version": 1, "device": "d"}
        for each in spoilt(COMMANDS["hello"], known):
            async with NativeClient.knock(server) as mallory:
                await mallory.socket.send(each.frame)
                answer = await mallory.answered_or_closed(each.id)
                if isinstance(answer, int):
                    assert answer == 4004, each.what
                else:
                    check_answer(answer)
                    assert not each.refused, each.what
                    assert answer["type"] in ("welcome", "failed"), each.what


async def test_a_token_of_strange_names_opens_nothing_or_all(server: TureenServer) -> None:
    async with chat_of_two(server):
        for what, text in TEXTS.items():
            for claim in ("sub", "name"):
                async with NativeClient.knock(server) as mallory:
                    await mallory.say(**hello(person(**{"user": f"mallory-{secrets.token_hex(4)}", claim: text})))
                    answer = await mallory.answered("hello")
                    check_answer(answer)
                    assert answer["type"] == "welcome" or (what, claim) == ("NUL", "sub"), (what, claim, answer)
