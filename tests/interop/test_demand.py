"""What nobody wants is not sent: the publishing SDK stops and resumes as its audience asks."""

from __future__ import annotations

import asyncio
import time

from livekit import rtc

from tests.interop.guests import Guest, meeting
from tests.interop.pictures import showing, watch
from tests.interop.sdk import Address, sdk_scenario

SIMULCAST = rtc.TrackPublishOptions(
    source=rtc.TrackSource.SOURCE_CAMERA,
    simulcast=True,
    video_codec=rtc.VideoCodec.VP8,
    video_encoding=rtc.VideoEncoding(max_bitrate=900_000, max_framerate=15),
)
DYNACAST = rtc.RoomOptions(dynacast=True)
STOPS_S = 15.0
"""Less is told after five seconds; the encoder then needs a moment."""


async def _active(guest: Guest) -> set[str]:
    """The layers that are encoded now, by rid."""
    stats = await guest.room.get_rtc_stats()
    outbound = [it.outbound_rtp for it in stats.publisher_stats if it.HasField("outbound_rtp")]
    return {it.outbound.rid for it in outbound if it.stream.kind == "video" and it.outbound.active}


async def _sends(guest: Guest, wanted: set[str]) -> None:
    deadline = time.monotonic() + STOPS_S
    while (active := await _active(guest)) != wanted:
        assert time.monotonic() < deadline, f"{active} are encoded, not {wanted}"
        await asyncio.sleep(0.1)


@sdk_scenario
async def test_layers_that_nobody_wants_are_not_encoded(server: Address) -> None:
    async with meeting(server) as room:
        alice, bob = await room.join("alice", options=DYNACAST), await room.join("bob")
        async with showing(alice, 640, 480, SIMULCAST):
            track = await bob.receives("alice", rtc.TrackKind.KIND_VIDEO)
            publication = bob.room.remote_participants["alice"].track_publications[track.sid]
            await _sends(alice, {"q", "h"})
            await watch(track, lambda seen: len(seen) >= 5)
            publication.set_video_quality(rtc.VideoQuality.VIDEO_QUALITY_LOW)
            await _sends(alice, {"q"})
            publication.set_subscribed(False)
            await _sends(alice, set())
            publication.set_subscribed(True)
            await _sends(alice, {"q"})
