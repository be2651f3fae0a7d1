"""Too much of everything: each bound is told by a typed error, and the two who talk notice nothing."""

from __future__ import annotations

import asyncio
import secrets
from contextlib import AsyncExitStack

from tests.hostile.chat_of_two import chat_of_two
from tests.hostile.documented import check_answer
from tests.hostile.native_client import NativeClient, hello, person
from tests.server import TureenServer


async def test_commands_beyond_the_rate_are_told_when_to_come_again(server: TureenServer) -> None:
    """On several devices of one person; and who waits as they are told is served."""
    user = f"mallory-{secrets.token_hex(4)}"
    async with chat_of_two(server), AsyncExitStack() as stack:
        devices = [
            await stack.enter_async_context(NativeClient.enter(server, user, f"d{number}")) for number in range(4)
        ]
        for device in devices:
            for number in range(150):
                await device.say(type="history.get", id=f"h{number}", conversation="CV_x")
        answers = [device.find(f"h{number}") or await device.answered(f"h{number}")
                   for device in devices for number in range(150)]  # fmt: skip
        for answer in answers:
            check_answer(answer)
        limited = [answer for answer in answers if answer["code"] == "rate_limited"]
        assert len(limited) > 300
        # As a client does.
        await asyncio.sleep(max(answer["retry_after_ms"] for answer in limited) / 1000)
        assert (await devices[0].asks("history.get", conversation="CV_x"))["code"] == "not_found"


async def test_a_person_has_a_bounded_number_of_devices(server: TureenServer) -> None:
    user = f"mallory-{secrets.token_hex(4)}"
    async with chat_of_two(server), AsyncExitStack() as stack:
        for number in range(32):
            await stack.enter_async_context(NativeClient.enter(server, user, f"d{number}"))
        async with NativeClient.knock(server) as one_more:
            await one_more.say(**hello(person(user), "one-more"))
            assert await one_more.closed() == 4005
            check_answer(one_more.received[0])
            assert one_more.received[0]["code"] == "limit_exceeded"


async def test_what_one_may_have_is_bounded(patient_server: TureenServer) -> None:
    """Watches, calls, people in a call, labels, keys and bytes of states."""
    tail = secrets.token_hex(4)
    async with chat_of_two(patient_server), NativeClient.enter(patient_server, f"mallory-{tail}") as mallory:
        group = (await mallory.asks("conversation.create"))["conversation"]["id"]
        message = (await mallory.asks("message.send", conversation=group, text="x"))["message"]
        bounds = {
            "calls": [await mallory.asks("call.start", users=[f"u{number}"]) for number in range(9)][8:],
            "people": [await mallory.asks("call.start", users=[f"u{number}" for number in range(200)])],
            "labels": [
                await mallory.asks("message.react", conversation=group, message=message, label=f"l{number}")
                for number in range(31)
            ][30:],
            "keys": [
                await mallory.asks("state.set", conversation=group, key=f"k{number}", data=1) for number in range(1_001)
            ][1_000:],
        }
        for what, (answer,) in bounds.items():
            check_answer(answer)
            assert answer.get("code") == "limit_exceeded", (what, answer)
        other = (await mallory.asks("conversation.create"))["conversation"]["id"]
        codes = [
            (await mallory.asks("state.set", conversation=other, key=f"k{number}", data="x" * 32_000)).get("code")
            for number in range(40)
        ]
        assert codes[:30] == [None] * 30
        assert codes[-1] == "limit_exceeded"


async def test_watches_are_bounded_whoever_is_watched(patient_server: TureenServer) -> None:
    tail = secrets.token_hex(4)
    async with chat_of_two(patient_server), NativeClient.enter(patient_server, f"mallory-{tail}") as mallory:
        for number in range(20):
            users = [f"{tail}-{number}-{each}" for each in range(200)]
            check_answer(await mallory.asks("presence.watch", users=users))
            check_answer(await mallory.asks("people.get", users=users))
        assert (await mallory.asks("ping"))["type"] == "done"


async def test_many_who_ring_one_person_ring_a_few_times(patient_server: TureenServer) -> None:
    """Of twenty callers the first eight ring; the person goes on undisturbed otherwise."""
    tail = secrets.token_hex(4)
    async with chat_of_two(patient_server), NativeClient.enter(patient_server, f"ann-{tail}") as ann:
        async with AsyncExitStack() as stack:
            for number in range(20):
                caller = await stack.enter_async_context(NativeClient.enter(patient_server, f"c{number}-{tail}"))
                check_answer(await caller.asks("call.start", users=[f"ann-{tail}"]))
            await ann.asks("ping")
        rung = {message["call"]["id"] for message in ann.received if message.get("leg") == "pending"}
        assert 0 < len(rung) <= 8
