"""What the SDK does in a room that it shares with a page of the web app; `test_browser` is the page's side."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from livekit import rtc

from tests.interop.guests import Guest, Rights, meeting
from tests.interop.pictures import moves, showing
from tests.interop.sdk import Address
from tests.interop.tones import beeps, sounding

ROBOT = "robot"
NAME = "Robot"
PERSON = "Ana"
CHAT_TOPIC = "lk.chat"
PAGE_WITHIN_S = 30.0
"""A page that loads, joins and is operated, on a busy machine."""


@asynccontextmanager
async def _robot(server: Address) -> AsyncIterator[Guest]:
    async with meeting(server) as room:
        yield await room.join(ROBOT, Rights(name=NAME))


async def _person(robot: Guest) -> str:
    """The identity of whoever came with the page, once it is there."""
    for known in robot.room.remote_participants.values():
        return known.identity
    return str((await robot.sees("participant_connected", within_s=PAGE_WITHIN_S)).args[0].identity)


async def shows_and_sounds_until_the_person_leaves(server: Address) -> None:
    """Numbered pictures and a tone."""
    async with _robot(server) as robot, showing(robot), sounding(robot, 500.0, 5000.0):
        await robot.sees("participant_disconnected", within_s=PAGE_WITHIN_S)


async def shows_as_the_person_says(server: Address) -> None:
    """Withdraws the permission to subscribe at the word "enough", gives it back at "more"."""
    async with _robot(server) as robot, showing(robot):
        for word, allowed in (("enough", False), ("more", True)):
            await robot.hears(word, PAGE_WITHIN_S)
            robot.me.set_track_subscription_permissions(allow_all_participants=allowed)
        await robot.sees("participant_disconnected", within_s=PAGE_WITHIN_S)


async def watches_and_listens(server: Address) -> None:
    """The person's camera and microphone; then it leaves."""
    async with _robot(server) as robot:
        identity = await _person(robot)
        assert robot.room.remote_participants[identity].name == PERSON
        await robot.sees("track_subscribed", lambda track, *_: track.kind == rtc.TrackKind.KIND_VIDEO, PAGE_WITHIN_S)
        await moves(await robot.receives(identity, rtc.TrackKind.KIND_VIDEO))
        await beeps(await robot.receives(identity, rtc.TrackKind.KIND_AUDIO))


async def chats(server: Address) -> None:
    """Answers a message of the page, then waits until the person leaves."""
    heard: asyncio.Future[tuple[str, str]] = asyncio.get_running_loop().create_future()
    reading = []

    def handle(reader: rtc.TextStreamReader, sender: str) -> None:
        async def read() -> None:
            heard.set_result((sender, await reader.read_all()))

        reading.append(asyncio.create_task(read()))

    async with _robot(server) as robot:
        robot.room.register_text_stream_handler(CHAT_TOPIC, handle)
        identity = await _person(robot)
        async with asyncio.timeout(PAGE_WITHIN_S):
            assert await heard == (identity, "Is the söup ready?")
        await robot.me.send_text("Söup is ready", topic=CHAT_TOPIC)
        await robot.sees("participant_disconnected", lambda other: other.identity == identity, PAGE_WITHIN_S)
        assert robot.room.remote_participants == {}


async def echoes_until_the_person_leaves(server: Address) -> None:
    """Gives everything back: packets and streams as they came, calls reversed, and a call by calling back."""
    async with _robot(server) as robot:
        tasks = _echo(robot)
        await robot.sees("participant_disconnected", within_s=PAGE_WITHIN_S)
        for task in tasks:
            task.result()


def _echo(robot: Guest) -> list[asyncio.Task[None]]:
    me, tasks = robot.me, list[asyncio.Task[None]]()

    async def text_back(reader: rtc.TextStreamReader, sender: str) -> None:
        await me.send_text(await reader.read_all(), topic="texts", destination_identities=[sender])

    async def bytes_back(reader: rtc.ByteStreamReader, sender: str) -> None:
        writer = await me.stream_bytes(reader.info.name, topic="bytes", destination_identities=[sender])
        async for chunk in reader:
            await writer.write(chunk)
        await writer.aclose()

    async def packet_back(packet: rtc.DataPacket) -> None:
        await me.publish_data(packet.data, topic=f"{packet.topic} back")

    async def call_back(call: rtc.RpcInvocationData) -> str:
        return await me.perform_rpc(
            destination_identity=call.caller_identity, method="reverse", payload=call.payload, response_timeout=8
        )

    def reverse(call: rtc.RpcInvocationData) -> str:
        return call.payload[::-1]

    def refuse(_call: rtc.RpcInvocationData) -> str:
        raise rtc.RpcError(101, "not today")

    robot.room.register_text_stream_handler("texts", lambda *it: tasks.append(asyncio.create_task(text_back(*it))))
    robot.room.register_byte_stream_handler("bytes", lambda *it: tasks.append(asyncio.create_task(bytes_back(*it))))
    robot.room.on("data_received", lambda packet: tasks.append(asyncio.create_task(packet_back(packet))))
    for name, method in (("reverse", reverse), ("refuse", refuse), ("call back", call_back)):
        me.register_rpc_method(name, method)
    return tasks
