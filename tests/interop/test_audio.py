"""What is said is heard: same pitch, same loudness."""

from __future__ import annotations

import asyncio

from livekit import rtc

from tests.interop.guests import meeting
from tests.interop.sdk import Address, sdk_scenario
from tests.interop.tones import listen, sounding

HERTZ = 620.0
LEVEL = 6000.0


@sdk_scenario
async def test_a_tone_arrives_as_it_was_sent(server: Address) -> None:
    async with meeting(server) as room:
        alice, bob = await room.pair()
        async with sounding(alice, HERTZ, LEVEL):
            heard = await listen(await bob.receives("alice", rtc.TrackKind.KIND_AUDIO))
            assert abs(heard.hertz - HERTZ) < 10, heard
            assert LEVEL / 1.5 < heard.level < LEVEL * 1.5, heard


@sdk_scenario
async def test_both_talk_at_once_and_each_hears_only_the_other(server: Address) -> None:
    async with meeting(server) as room:
        alice, bob = await room.pair()
        async with sounding(alice, 440.0, LEVEL), sounding(bob, 880.0, LEVEL / 2):
            to_bob, to_alice = await asyncio.gather(
                bob.receives("alice", rtc.TrackKind.KIND_AUDIO), alice.receives("bob", rtc.TrackKind.KIND_AUDIO)
            )
            by_bob, by_alice = await asyncio.gather(listen(to_bob), listen(to_alice))
            assert abs(by_bob.hertz - 440) < 10, by_bob
            assert abs(by_alice.hertz - 880) < 10, by_alice
            assert 1.5 < by_bob.level / by_alice.level < 2.7, (by_bob, by_alice)


@sdk_scenario
async def test_who_comes_late_hears_what_is_on(server: Address) -> None:
    async with meeting(server) as room:
        alice = await room.join("alice")
        async with sounding(alice, HERTZ, LEVEL):
            bob = await room.join("bob")
            heard = await listen(await bob.receives("alice", rtc.TrackKind.KIND_AUDIO))
            assert abs(heard.hertz - HERTZ) < 10, heard


@sdk_scenario
async def test_who_speaks_is_told_to_all_and_so_is_the_silence(server: Address) -> None:
    async with meeting(server) as room:
        alice, bob = await room.pair()
        async with sounding(alice, HERTZ, LEVEL) as track:
            await bob.sees("active_speakers_changed", lambda speakers: [it.identity for it in speakers] == ["alice"])
            await alice.sees("active_speakers_changed", lambda speakers: [it.identity for it in speakers] == ["alice"])
            talked = len(bob.seen)
            track.mute()
            await bob.sees("track_muted")
            while not any(it.event == "active_speakers_changed" and it.args == ([],) for it in bob.seen[talked:]):
                await bob.sees("active_speakers_changed", lambda speakers: not speakers)
