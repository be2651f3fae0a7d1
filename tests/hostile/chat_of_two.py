"""Two people who write to each other while something goes on elsewhere, and should not notice it."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import time
from collections.abc import AsyncIterator

from tests.hostile.native_client import NativeClient
from tests.hostile.raw_client import check_no_defect
from tests.server import TureenServer

NOTICED_S = 3.0
"""A message takes milliseconds; beyond this, people would notice on a busy machine too."""
PACE_S = 0.02


@contextlib.asynccontextmanager
async def chat_of_two(server: TureenServer) -> AsyncIterator[None]:
    """Not a message is lost, doubled, out of place or late, and they hear of nothing else."""
    tail = secrets.token_hex(4)
    async with (
        NativeClient.enter(server, f"chatter-{tail}") as ann,
        NativeClient.enter(server, f"listener-{tail}") as bob,
    ):
        made = await ann.asks("conversation.direct", user=f"listener-{tail}")
        over = asyncio.Event()
        talking = asyncio.create_task(_talk(ann, bob, made["conversation"]["id"], over))
        try:
            yield
        finally:
            over.set()
            slowest_s, said = await talking
        assert said > 0
        assert slowest_s < NOTICED_S
        await bob.asks("ping")
        assert [message["type"] for message in bob.received if message["type"] != "conversation.event"] == [
            "welcome", "synced", "conversation.changed", "done",
        ]  # fmt: skip
        check_no_defect(server)


async def _talk(ann: NativeClient, bob: NativeClient, conversation: str, over: asyncio.Event) -> tuple[float, int]:
    slowest_s, said = 0.0, 0
    while not over.is_set():
        said += 1
        began = time.monotonic()
        await ann.say(type="message.send", id=f"m{said}", conversation=conversation, text=f"word {said}")
        heard = await bob.hears("conversation.event")
        sent = await ann.answered(f"m{said}")
        slowest_s = max(slowest_s, time.monotonic() - began)
        assert (heard["seq"], heard["event"]["message"]["text"]) == (said, f"word {said}")
        assert (sent["type"], sent["seq"]) == ("sent", said)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(over.wait(), PACE_S)
    return slowest_s, said
