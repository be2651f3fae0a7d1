"""In a room that forwards only the loudest voice, everyone hears that one and no other."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from livekit import rtc

from tests.interop.guests import acquainted, meeting
from tests.interop.sdk import Address, SdkProcess
from tests.interop.tones import falls_silent, listen, sounding
from tests.server import TureenServer

LOUD, QUIET = 8000.0, 1500.0
"""Nearly 15 dB apart."""


@pytest.fixture(scope="module")
def strict_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TureenServer]:
    """One voice at a time."""
    folder = tmp_path_factory.mktemp("speakers")
    with TureenServer.start(folder, environment={"TUREEN_ROOMS_AUDIBLE_SPEAKERS": "1"}) as server:
        yield server


async def two_talk_and_one_listens(server: Address) -> None:
    """Alice drowns Bob until she is muted, and again when she is back."""
    async with meeting(server) as room:
        alice, bob, carol = await asyncio.gather(*(room.join(name) for name in ("alice", "bob", "carol")))
        await acquainted(alice, bob, carol)
        async with sounding(bob, 880.0, QUIET):
            bobs = await carol.receives("bob", rtc.TrackKind.KIND_AUDIO)
            assert abs((await listen(bobs)).hertz - 880) < 10, "alone"
            async with sounding(alice, 440.0, LOUD) as microphone:
                alices = await carol.receives("alice", rtc.TrackKind.KIND_AUDIO)
                for _ in range(2):
                    assert abs((await listen(alices)).hertz - 440) < 10, "the louder one"
                    await falls_silent(bobs)
                    microphone.mute()
                    assert abs((await listen(bobs)).hertz - 880) < 10, "the place is free"
                    microphone.unmute()


def test_only_the_loudest_is_heard(strict_server: TureenServer, sdk: SdkProcess) -> None:
    sdk.run(two_talk_and_one_listens, strict_server)
