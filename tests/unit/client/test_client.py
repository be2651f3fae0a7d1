from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest

from tests.unit.client.scripted_door import ScriptedDoor, Visit, scripted_door
from tureen.client import Client, NotConnectedError, RefusedError, SignedOutError, connect
from tureen.protocol.commands import EventsGet, MessageSend, Position, SignalSend
from tureen.protocol.errors import ErrorCode
from tureen.protocol.events import ConversationEvent, Deleted, Gap, Goodbye, GoodbyeReason
from tureen.protocol.replies import Done, Events, Failed, Sent


@pytest.fixture
async def door() -> AsyncIterator[ScriptedDoor]:
    async with scripted_door() as door:
        yield door


@contextlib.asynccontextmanager
async def met(door: ScriptedDoor, positions: tuple[Position, ...] = ()) -> AsyncIterator[tuple[Client, Visit]]:
    async def first() -> Visit:
        visit = await door.visit()
        await visit.welcome()
        return visit

    arriving = asyncio.create_task(first())
    async with connect(door.url, "token", device="d1", positions=positions) as client:
        yield client, await arriving


def event(seq: int, epoch: str = "e1") -> ConversationEvent:
    return ConversationEvent(
        conversation="CV_1", epoch=epoch, seq=seq, sender="bob", at=seq, event=Deleted(message=f"m{seq}", version=2)
    )


def sent(command_id: str, seq: int) -> Sent:
    return Sent(id=command_id, conversation="CV_1", epoch="e1", seq=seq, message=f"m{seq}", sent_at=0)


async def sequence(client: Client, visit: Visit, *events: ConversationEvent, count: int) -> list[int]:
    async with client.listen() as listener:
        await visit.say(*events)
        async with asyncio.timeout(10):
            return [(await anext(listener)).seq for _ in range(count)]  # type: ignore[union-attr]


class TestCommands:
    async def test_answer_reaches_whoever_asked(self, door: ScriptedDoor) -> None:
        async with met(door) as (client, visit):
            writing = asyncio.create_task(client.send("CV_1", "hello"))
            command = await visit.command()
            assert isinstance(command, MessageSend)
            assert command.text == "hello"
            await visit.say(sent(command.id, 7))
            assert (await writing).seq == 7

    async def test_refusal_is_raised_with_its_code(self, door: ScriptedDoor) -> None:
        async with met(door) as (client, visit):
            writing = asyncio.create_task(client.send("CV_1", "hello"))
            command = await visit.command()
            await visit.say(Failed(id=command.id, code=ErrorCode.RATE_LIMITED, message="Slow.", retry_after_ms=50))
            with pytest.raises(RefusedError) as refusal:
                await writing
            assert (refusal.value.error_code, refusal.value.retry_after_ms) == (ErrorCode.RATE_LIMITED, 50)

    async def test_unanswered_message_is_sent_again_under_its_id(self, door: ScriptedDoor) -> None:
        async with met(door) as (client, visit):
            writing = asyncio.create_task(client.send("CV_1", "once"))
            first = await visit.command()
            await visit.drop()
            again = await door.visit()
            await again.welcome()
            second = await again.command()
            assert second == first
            await again.say(sent(second.id, 1))
            assert (await writing).seq == 1

    async def test_message_may_wait_for_as_long_as_it_takes(self, door: ScriptedDoor) -> None:
        async with met(door) as (client, visit):
            writing = asyncio.create_task(client.send("CV_1", "some day", patience_s=None))
            await visit.command()
            for _ in range(3):
                await visit.drop()
                visit = await door.visit()
                await visit.welcome()
            await visit.say(sent((await visit.command()).id, 1))
            assert (await writing).seq == 1

    async def test_signal_is_not_sent_late(self, door: ScriptedDoor) -> None:
        async with met(door) as (client, visit):
            waving = asyncio.create_task(client.signal("CV_1", "wave"))
            assert isinstance(await visit.command(), SignalSend)
            await visit.drop()
            with pytest.raises(NotConnectedError):
                await waving

    async def test_no_answer_in_time_is_an_error(self, door: ScriptedDoor) -> None:
        async with met(door) as (client, _visit):
            command = SignalSend(id=client.new_id(), conversation="CV_1", name="x")
            with pytest.raises(NotConnectedError, match="No answer"):
                await client.request(command, Done, timeout_s=0.01)


class TestOrder:
    async def test_events_come_once_and_in_order(self, door: ScriptedDoor) -> None:
        async with met(door) as (client, visit):
            seen = await sequence(client, visit, event(4), event(5), event(5), event(4), event(6), count=3)
            assert seen == [4, 5, 6]

    async def test_gap_is_filled_before_what_follows_it(self, door: ScriptedDoor) -> None:
        async with met(door) as (client, visit), client.listen() as listener:
            await visit.say(event(1), event(4))
            command = await visit.command()
            assert isinstance(command, EventsGet)
            assert command.after == 1
            await visit.say(event(5), Events(id=command.id, epoch="e1", events=[event(2), event(3), event(4)]))
            async with asyncio.timeout(10):
                seen = [(await anext(listener)).seq for _ in range(5)]  # type: ignore[union-attr]
            assert seen == [1, 2, 3, 4, 5]

    async def test_what_cannot_be_recovered_is_said(self, door: ScriptedDoor) -> None:
        async with met(door) as (client, visit), client.listen() as listener:
            await visit.say(event(1), event(9))
            command = await visit.command()
            await visit.say(Events(id=command.id, epoch="e1", events=[], recovered=False), event(10))
            async with asyncio.timeout(10):
                seen = [await anext(listener) for _ in range(4)]
            assert seen == [event(1), Gap(conversation="CV_1", epoch="e1", head_seq=8), event(9), event(10)]

    async def test_positions_are_stated_after_a_drop(self, door: ScriptedDoor) -> None:
        async with met(door) as (client, visit):
            assert await sequence(client, visit, event(1), event(2), count=2) == [1, 2]
            await visit.drop()
            hello = await (await door.visit()).welcome()
            assert hello.positions == [Position(conversation="CV_1", epoch="e1", seq=2)]

    async def test_message_of_a_newer_server_is_left_out(self, door: ScriptedDoor) -> None:
        async with met(door) as (client, visit), client.listen() as listener:
            await visit.say_raw({"type": "hologram", "of": "the future"})
            await visit.say(event(1))
            async with asyncio.timeout(10):
                assert await anext(listener) == event(1)


class TestEnd:
    @pytest.mark.parametrize("code", [ErrorCode.UNAUTHENTICATED, ErrorCode.TOKEN_EXPIRED, ErrorCode.REVOKED])
    async def test_refused_token_is_final(self, door: ScriptedDoor, code: ErrorCode) -> None:
        async def refuse() -> None:
            visit = await door.visit()
            hello = await visit.command()
            await visit.say(Failed(id=hello.id, code=code, message="No."))

        refusing = asyncio.create_task(refuse())
        with pytest.raises(SignedOutError, match="No"):
            async with connect(door.url, "token", device="d1"):
                pass
        await refusing

    async def test_listener_learns_that_the_device_was_replaced(self, door: ScriptedDoor) -> None:
        async with met(door) as (client, visit), client.listen() as listener:
            await visit.say(Goodbye(reason=GoodbyeReason.REPLACED, reconnect=False))
            with pytest.raises(SignedOutError):
                async with asyncio.timeout(10):
                    await anext(listener)

    async def test_fresh_token_is_asked_for_after_a_goodbye(self, door: ScriptedDoor) -> None:
        tokens = iter(["first", "second"])

        async def token() -> str:
            return next(tokens)

        async def both() -> list[str]:
            first = await door.visit()
            seen = [(await first.welcome()).token]
            await first.say(Goodbye(reason=GoodbyeReason.TOKEN_EXPIRED))
            return [*seen, (await (await door.visit()).welcome()).token]

        serving = asyncio.create_task(both())
        async with connect(door.url, token, device="d1"), asyncio.timeout(10):
            assert await serving == ["first", "second"]
