"""Several packet threads, behind one port or each behind its own: rooms do not notice."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from livekit import rtc

from tests.interop.guests import meeting
from tests.interop.sdk import Address, SdkProcess, sdk_scenario
from tests.interop.tones import listen, sounding
from tests.server import TureenServer

SHARDS = 2
ROOMS = 3


async def _talk(server: Address, hertz: float) -> None:
    async with meeting(server) as room:
        alice, bob = await room.pair()
        async with sounding(alice, hertz, 6000.0):
            heard = await listen(await bob.receives("alice", rtc.TrackKind.KIND_AUDIO))
            assert abs(heard.hertz - hertz) < 10, heard
        await bob.me.publish_data("thanks", topic="end")
        assert (await alice.hears("end")).data == b"thanks"


@sdk_scenario
async def _rooms_talk(server: Address) -> None:
    await asyncio.gather(*(_talk(server, 400.0 + 200 * index) for index in range(ROOMS)))


@pytest.mark.parametrize("ports", ["one", "each"])
def test_rooms_on_several_shards_talk(ports: str, tmp_path: Path, sdk: SdkProcess) -> None:
    environment = {"TUREEN_MEDIA_SHARDS": str(SHARDS), "TUREEN_MEDIA_SHARD_PORTS": ports}
    with TureenServer.start(tmp_path, environment=environment) as server:
        _rooms_talk(server, sdk)
        counted = server.metrics()
    # Six people try several paths each: the kernel does not hit the right one of two shards every time.
    assert (counted["tureen_handed_over_total"] > 0) == (ports == "one"), counted
    assert counted["tureen_hand_over_drops_total"] == 0
    assert counted["tureen_panics_total"] == 0
