"""Text and byte streams: longer than a packet, whole on the other side."""

from __future__ import annotations

import asyncio
import hashlib
import random
import tempfile
from pathlib import Path

from livekit import rtc

from tests.interop.guests import WITHIN_S, Guest, acquainted, meeting
from tests.interop.sdk import Address, sdk_scenario


def _next_text(guest: Guest, topic: str) -> asyncio.Future[tuple[str, str]]:
    """Who sends the next text with this topic, and what it says."""
    future: asyncio.Future[tuple[str, str]] = asyncio.get_running_loop().create_future()

    def handle(reader: rtc.TextStreamReader, sender: str) -> None:
        async def read() -> None:
            future.set_result((sender, await reader.read_all()))

        future.reading = asyncio.create_task(read())  # type: ignore[attr-defined]

    guest.room.register_text_stream_handler(topic, handle)
    return future


def _next_bytes(guest: Guest, topic: str) -> asyncio.Future[tuple[str, str, bytes]]:
    """Who sends the next bytes with this topic, under which name, and what they are."""
    future: asyncio.Future[tuple[str, str, bytes]] = asyncio.get_running_loop().create_future()

    def handle(reader: rtc.ByteStreamReader, sender: str) -> None:
        async def read() -> None:
            chunks = [chunk async for chunk in reader]
            future.set_result((sender, reader.info.name, b"".join(chunks)))

        future.reading = asyncio.create_task(read())  # type: ignore[attr-defined]

    guest.room.register_byte_stream_handler(topic, handle)
    return future


@sdk_scenario
async def test_texts_short_and_long(server: Address) -> None:
    async with meeting(server) as room:
        alice, bob = await room.pair()
        for topic, text in (("short", "Hello, Bob."), ("long", "söup " * 20_000)):
            arrives = _next_text(bob, topic)
            await alice.me.send_text(text, topic=topic)
            assert await asyncio.wait_for(arrives, WITHIN_S) == ("alice", text)


@sdk_scenario
async def test_a_text_that_is_written_bit_by_bit(server: Address) -> None:
    async with meeting(server) as room:
        alice, bob = await room.pair()
        arrives = _next_text(bob, "typed")
        writer = await alice.me.stream_text(topic="typed")
        for number in range(50):
            await writer.write(f"{number} ")
        await writer.aclose()
        assert await asyncio.wait_for(arrives, WITHIN_S) == ("alice", "".join(f"{number} " for number in range(50)))


@sdk_scenario
async def test_a_file_of_300_kilobytes_arrives_intact(server: Address) -> None:
    async with meeting(server) as room:
        alice, bob = await room.pair()
        content = random.Random(7).randbytes(300_000)
        arrives = _next_bytes(bob, "files")
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "soup.bin"
            path.write_bytes(content)
            info = await alice.me.send_file(str(path), topic="files")
        sender, name, received = await asyncio.wait_for(arrives, WITHIN_S)
        assert (sender, name, info.size) == ("alice", "soup.bin", len(content))
        assert hashlib.sha256(received).digest() == hashlib.sha256(content).digest()


@sdk_scenario
async def test_a_stream_for_one_reaches_nobody_else(server: Address) -> None:
    async with meeting(server) as room:
        alice, bob = await room.pair()
        carol = await room.join("carol")
        await acquainted(alice, bob, carol)
        for_bob, for_carol = _next_text(bob, "secret"), _next_text(carol, "secret")
        end = _next_text(carol, "end")
        await alice.me.send_text("psst " * 10_000, topic="secret", destination_identities=["bob"])
        assert (await asyncio.wait_for(for_bob, WITHIN_S))[0] == "alice"
        await alice.me.send_text("end", topic="end")
        await asyncio.wait_for(end, WITHIN_S)
        assert not for_carol.done()
