"""What programs say in a room is kept in its conversation; what is written there reaches them."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import time
from collections.abc import AsyncIterator

from livekit import rtc

from benches.tokens import join_token, person_token
from tests.interop.guests import WITHIN_S, Guest, Meeting, Rights, acquainted, meeting
from tests.interop.people import heard, texts
from tests.interop.sdk import Address, sdk_scenario
from tureen.client import Client, connect
from tureen.protocol.commands import ConversationMute, ConversationRoom, HistoryGet, MessageDelete, MessageEdit
from tureen.protocol.events import ConversationEvent, Edited, Posted
from tureen.protocol.replies import ConversationAnswered, Done, Messages, Sent
from tureen.protocol.resources import Message

TOPIC = "lk.chat"
CUT_OFF_S = 2.0
"""A text whose beginning has come is complete within this, or never."""


class Ear:
    """All chat that a participant hears, by its sender."""

    def __init__(self, guest: Guest) -> None:
        self._heard: asyncio.Queue[tuple[str, str]] = asyncio.Queue()
        self._reading: list[asyncio.Task[None]] = []
        self.past: list[tuple[str, str]] = []
        self.ids: list[str] = []
        guest.room.register_text_stream_handler(TOPIC, self._handle)

    async def next(self) -> tuple[str, str]:
        self.past.append(await asyncio.wait_for(self._heard.get(), WITHIN_S))
        return self.past[-1]

    async def everything(self) -> list[str]:
        """All texts so far, with those that have begun to come; what was cut off is not waited for long."""
        if self._reading:
            await asyncio.wait(self._reading, timeout=CUT_OFF_S)
        while not self._heard.empty():
            self.past.append(self._heard.get_nowait())
        return [text for _, text in self.past]

    def _handle(self, reader: rtc.TextStreamReader, sender: str) -> None:
        self.ids.append(reader.info.stream_id)

        async def read() -> None:
            self._heard.put_nowait((sender, await reader.read_all()))

        self._reading.append(asyncio.create_task(read()))


@contextlib.asynccontextmanager
async def reader(room: Meeting, name: str) -> AsyncIterator[tuple[Client, str]]:
    """Somebody at the native door with a token for this room alone, and the room's conversation."""
    async with connect(room.server.http, join_token(name, room.name), device="tab") as client:
        command = ConversationRoom(id=client.new_id(), room=room.name)
        answered = await client.request(command, ConversationAnswered)
        yield client, answered.conversation.id


async def message_of(client: Client, conversation: str, text: str) -> Message | None:
    return next((each for each in await history(client, conversation) if each.text == text), None)


async def history(client: Client, conversation: str) -> list[Message]:
    page = await client.request(HistoryGet(id=client.new_id(), conversation=conversation, limit=50), Messages)
    return page.messages


@sdk_scenario
async def test_what_a_program_says_is_kept_for_who_comes_later(server: Address) -> None:
    async with meeting(server) as room:
        robot = await room.join("robot", Rights(name="The Robot"))
        long = "söup " * 1_500
        async with reader(room, "early") as (early, conversation), early.listen() as news:
            await robot.me.send_text("Soup is ready", topic=TOPIC)
            await robot.me.send_text(long, topic=TOPIC)
            assert await texts(news, 2) == ["Soup is ready", long]
        await robot.room.disconnect()
        async with reader(room, "late") as (late, conversation):
            kept = await history(late, conversation)
        assert [(each.sender, each.sender_name, each.text) for each in kept] == [
            ("robot", "The Robot", "Soup is ready"),
            ("robot", "The Robot", long),
        ]


@sdk_scenario
async def test_each_text_is_heard_once_by_everybody(server: Address) -> None:
    async with meeting(server) as room:
        alice, bob = await room.join("alice"), await room.join("bob")
        ears = {"alice": Ear(alice), "bob": Ear(bob)}
        await acquainted(alice, bob)
        async with reader(room, "dora") as (dora, conversation), dora.listen() as news:
            await alice.me.send_text("one", topic=TOPIC)
            assert await ears["bob"].next() == ("alice", "one")
            assert await texts(news, 1) == ["one"]
            await dora.send(conversation, "two")
            for ear in ears.values():
                assert await ear.next() == ("dora", "two")
            writer = await bob.me.stream_text(topic=TOPIC)
            for part in ("th", "re", "e"):
                await writer.write(part)
            await writer.aclose()
            assert await ears["alice"].next() == ("bob", "three")
            await heard(news, ConversationEvent, lambda it: isinstance(it.event, Posted) and it.sender == "bob")
            await dora.send(conversation, "end")
            for ear in ears.values():
                assert await ear.next() == ("dora", "end"), "and nothing twice before it"
                assert (await ear.everything()).count("end") == 1
            kept = await history(dora, conversation)
        assert [(each.sender, each.text) for each in kept] == [
            ("alice", "one"), ("dora", "two"), ("bob", "three"), ("dora", "end"),
        ]  # fmt: skip


@sdk_scenario
async def test_a_muted_one_is_silent_for_programs_too(server: Address) -> None:
    async with meeting(server) as room:
        alice, bob = await room.join("alice"), await room.join("bob")
        ear = Ear(bob)
        await acquainted(alice, bob)
        await alice.me.send_text("hello", topic=TOPIC)
        assert await ear.next() == ("alice", "hello")
        async with (
            connect(server.http, person_token("chief", admin=True), device="desk") as chief,
            reader(room, "dora") as (_, conversation),
        ):

            async def mute(until: int | None) -> None:
                command = ConversationMute(id=chief.new_id(), conversation=conversation, user="alice", until=until)
                await chief.request(command, Done)

            async def say(text: str) -> bool:
                """Whether bob has heard it before what came after it."""
                await alice.me.send_text(text, topic=TOPIC)
                await alice.me.publish_data(b"x", topic=f"after {text}")
                await bob.hears(f"after {text}")
                return text in await ear.everything()

            async with asyncio.timeout(WITHIN_S):
                while await message_of(chief, conversation, "hello") is None:
                    pass
                await mute(round(time.time() * 1000) + 600_000)
                # The door learns of it right after the moderator does.
                attempts = itertools.count()
                while await say(f"late {next(attempts)}"):
                    pass
                assert not await say("silent")
                await mute(None)
                while not await say(f"again {next(attempts)}"):
                    pass
            assert [each.text for each in await history(chief, conversation)].count("silent") == 0
            assert "silent" not in await ear.everything()


@sdk_scenario
async def test_what_is_for_one_alone_or_encrypted_is_nobodys_business(server: Address) -> None:
    async with meeting(server) as room:
        options = rtc.RoomOptions(
            encryption=rtc.E2EEOptions(key_provider_options=rtc.KeyProviderOptions(shared_key=b"one secret of all"))
        )
        alice, bob = await room.join("alice"), await room.join("bob")
        ear = Ear(bob)
        await acquainted(alice, bob)
        carol, dan = await room.join("carol", options=options), await room.join("dan", options=options)
        secret_ear = Ear(dan)
        await acquainted(carol, dan)
        async with reader(room, "dora") as (dora, conversation), dora.listen() as news:
            await alice.me.send_text("psst", topic=TOPIC, destination_identities=["bob"])
            assert await ear.next() == ("alice", "psst")
            await carol.me.send_text("between us", topic=TOPIC)
            assert await secret_ear.next() == ("carol", "between us")
            await alice.me.send_text("aloud", topic=TOPIC)
            assert await texts(news, 1) == ["aloud"]
            assert [each.text for each in await history(dora, conversation)] == ["aloud"]


@sdk_scenario
async def test_edits_and_deletions_go_both_ways_under_the_same_ids(server: Address) -> None:
    async with meeting(server) as room:
        alice, bob = await room.join("alice"), await room.join("bob")
        ear = Ear(bob)
        await acquainted(alice, bob)

        async def say(text: str, by: Guest = alice) -> None:
            writer = await by.me.stream_text(topic=TOPIC, stream_id="line-1")
            await writer.write(text)
            await writer.aclose()

        async with reader(room, "dora") as (dora, conversation), dora.listen() as news:
            await say("one")
            assert await texts(news, 1) == ["one"]
            await say("one, corrected")
            edited = await heard(news, ConversationEvent, lambda it: isinstance(it.event, Edited))
            assert (edited.sender, edited.event.text) == ("alice", "one, corrected")  # type: ignore[union-attr]
            await say("bob's", bob)
            assert await texts(news, 1) == ["bob's"]
            assert [each.text for each in await history(dora, conversation)] == ["one, corrected", "bob's"]
            assert [await ear.next() for _ in range(2)] == [("alice", "one"), ("alice", "one, corrected")]
            sent = await dora.send(conversation, "two")
            edit = MessageEdit(
                id=dora.new_id(), conversation=conversation, message=sent.message, version=1, text="two, corrected"
            )
            await dora.request(edit, Sent)
            delete = MessageDelete(id=dora.new_id(), conversation=conversation, message=sent.message)
            await dora.request(delete, Sent)
            assert [await ear.next() for _ in range(3)] == [("dora", "two"), ("dora", "two, corrected"), ("dora", "")]
        assert ear.ids == ["line-1"] * 2 + [sent.message] * 3
