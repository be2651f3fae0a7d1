"""A call of two participants with the unmodified SDK, that goes on until it is told to end. Runs in a child process."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import numpy as np
from livekit import rtc

from tests.interop.guests import Guest, Meeting
from tests.interop.pictures import showing, watch
from tests.interop.sdk import Address, sdk_scenario
from tests.interop.tones import AUDIBLE, RATE, sounding

ROOM = "under-attack"
CONDUCTOR = "conductor"
"""The call goes on until a participant of this name has come and gone."""

DEADLINE_S = 90.0
LONGEST_GAP_S = 1.5
"""A lost path takes 2.5 s to come back, with the peer's next check."""

FORBIDDEN = (
    "reconnecting",
    "reconnected",
    "disconnected",
    "participant_disconnected",
    "track_unsubscribed",
    "track_unpublished",
)


@sdk_scenario
async def call_under_attack(server: Address) -> None:
    """Both talk, one shows pictures, both send data; nothing of it may stop."""
    meeting = Meeting(server)
    meeting.name = ROOM
    alice, bob = await meeting.pair()
    async with sounding(alice, 440.0, 6000), sounding(bob, 880.0, 6000), showing(alice):
        video = await bob.receives("alice", rtc.TrackKind.KIND_VIDEO)
        to_bob = await bob.receives("alice", rtc.TrackKind.KIND_AUDIO)
        to_alice = await alice.receives("bob", rtc.TrackKind.KIND_AUDIO)
        ended = asyncio.create_task(
            bob.sees("participant_disconnected", lambda it: it.identity == CONDUCTOR, within_s=DEADLINE_S)
        )
        async with _never_silent(to_bob, "bob"), _never_silent(to_alice, "alice"):
            number = 0
            while not ended.done():
                number += 1
                await _one_round(alice, bob, video, number)
            await _one_round(alice, bob, video, number + 1)
    _check_events(alice)
    _check_events(bob)
    await meeting.close()


async def _one_round(alice: Guest, bob: Guest, video: rtc.Track, number: int) -> None:
    for sender, receiver in ((alice, bob), (bob, alice)):
        topic = f"{sender.identity} {number}"
        await sender.me.publish_data(b"still here", topic=topic)
        assert (await receiver.hears(topic)).data == b"still here"
    seen = await watch(video, lambda pictures: len({it.number for it in pictures}) >= 3)
    assert max(it.error for it in seen) < 80, "pictures that can be recognised"


@contextlib.asynccontextmanager
async def _never_silent(track: rtc.Track, who: str) -> AsyncIterator[None]:
    """The sound of this track has no long gap while the block lasts."""
    gaps = [0.0]
    heard = asyncio.Event()

    async def listen() -> None:
        stream = rtc.AudioStream(track, sample_rate=RATE, num_channels=1)
        try:
            async for event in stream:
                samples = np.frombuffer(event.frame.data, dtype=np.int16).astype(np.float64)
                if float(np.sqrt(np.mean(samples**2))) > AUDIBLE:
                    heard.set()
                    gaps.append(0.0)
                elif heard.is_set():
                    gaps[-1] += len(samples) / RATE
        finally:
            await stream.aclose()

    listener = asyncio.create_task(listen())
    try:
        await asyncio.wait_for(heard.wait(), 8.0)
        yield
    finally:
        listener.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await listener
    assert max(gaps) < LONGEST_GAP_S, f"{who} heard nothing for {max(gaps):.1f} s"


def _check_events(guest: Guest) -> None:
    happened = [
        (seen.event, seen.args)
        for seen in guest.seen
        if seen.event in FORBIDDEN and CONDUCTOR not in [getattr(arg, "identity", "") for arg in seen.args]
    ]
    assert not happened
