"""Who has the key sees and hears what was encrypted end to end; the server passes it on and cannot read it."""

from __future__ import annotations

import pytest
from livekit import rtc

from tests.interop.guests import Guest, meeting
from tests.interop.pictures import showing, watch
from tests.interop.sdk import Address, sdk_scenario
from tests.interop.tones import listen, sounding

WITHIN_S = 20.0


def encrypted(key: bytes) -> rtc.RoomOptions:
    """For someone who shares this key with others."""
    return rtc.RoomOptions(encryption=rtc.E2EEOptions(key_provider_options=rtc.KeyProviderOptions(shared_key=key)))


def published(codec: rtc.VideoCodec.ValueType) -> rtc.TrackPublishOptions:
    """A camera in several layers, so that the server has to choose and to rewrite."""
    return rtc.TrackPublishOptions(
        source=rtc.TrackSource.SOURCE_CAMERA,
        simulcast=True,
        video_codec=codec,
        video_encoding=rtc.VideoEncoding(max_bitrate=900_000, max_framerate=15),
    )


async def see_and_hear(server: Address, codec: rtc.VideoCodec.ValueType) -> None:
    async with meeting(server) as room:
        alice = await room.join("alice", options=encrypted(b"between us"))
        bob = await room.join("bob", options=encrypted(b"between us"))
        async with showing(alice, 640, 480, published(codec)), sounding(alice, 440.0, 5000.0):
            picture = await bob.receives("alice", rtc.TrackKind.KIND_VIDEO)
            sound = await bob.receives("alice", rtc.TrackKind.KIND_AUDIO)
            await watch(picture, lambda pictures: pictures[-1].width == 640, WITHIN_S)
            assert abs((await listen(sound)).hertz - 440) < 10
            check_told(bob)


def check_told(guest: Guest) -> None:
    (publications,) = [other.track_publications for other in guest.room.remote_participants.values()]
    assert {it.encryption_type for it in publications.values()} == {rtc.EncryptionType.GCM}


@sdk_scenario
async def test_vp8_in_layers(server: Address) -> None:
    await see_and_hear(server, rtc.VideoCodec.VP8)


@sdk_scenario
async def test_h264_in_layers(server: Address) -> None:
    await see_and_hear(server, rtc.VideoCodec.H264)


@sdk_scenario
async def test_another_key_shows_nothing(server: Address) -> None:
    async with meeting(server) as room:
        alice = await room.join("alice", options=encrypted(b"between us"))
        eve = await room.join("eve", options=encrypted(b"a guess"))
        async with showing(alice, 640, 480, published(rtc.VideoCodec.VP8)):
            picture = await eve.receives("alice", rtc.TrackKind.KIND_VIDEO)
            with pytest.raises(AssertionError, match="not enough pictures"):
                await watch(picture, lambda pictures: len(pictures) > 0, 5.0)
