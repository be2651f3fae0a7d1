"""Several packet threads, behind one port or each behind its own: rooms do not notice."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from livekit import rtc

from tests.interop.guests import acquainted, meeting
from tests.interop.sdk import Address, SdkProcess, sdk_scenario
from tests.interop.tones import listen, sounding
from tests.server import TureenServer

SHARDS = 2
ROOMS = 3
GUESTS = 4


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


@sdk_scenario
async def _one_room_talks(server: Address) -> None:
    async with meeting(server) as room:
        guests = [await room.join(f"guest{index}") for index in range(GUESTS)]
        await acquainted(*guests)
        pitches = [400.0 + 200 * index for index in range(GUESTS)]
        async with AsyncExitStack() as tones:
            for guest, hertz in zip(guests, pitches, strict=True):
                await tones.enter_async_context(sounding(guest, hertz, 6000.0))
            for guest in guests:
                for other, hertz in zip(guests, pitches, strict=True):
                    if other is not guest:
                        heard = await listen(await guest.receives(other.identity, rtc.TrackKind.KIND_AUDIO), 0.2)
                        assert abs(heard.hertz - hertz) < 10, (guest.identity, other.identity, heard)


@pytest.mark.parametrize("ports", ["one", "each"])
def test_one_room_over_all_shards_talks(ports: str, tmp_path: Path, sdk: SdkProcess) -> None:
    environment = {
        "TUREEN_MEDIA_SHARDS": str(SHARDS),
        "TUREEN_MEDIA_SHARD_PORTS": ports,
        "TUREEN_ROOMS_SPREAD_FROM": "1",
    }
    with TureenServer.start(tmp_path, environment=environment) as server:
        _one_room_talks(server, sdk)
        counted = server.metrics()
    assert counted["tureen_packets_relayed_total"] > 0
    assert counted["tureen_relay_drops_total"] == 0
    assert counted["tureen_panics_total"] == 0


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
