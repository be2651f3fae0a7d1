"""What is shown is seen: the same pictures, in order."""

from __future__ import annotations

from itertools import pairwise

from livekit import rtc

from tests.interop.guests import Guest, meeting
from tests.interop.pictures import TOLERANCE, Picture, Show, showing, watch
from tests.interop.sdk import Address, sdk_scenario

SIMULCAST = rtc.TrackPublishOptions(
    source=rtc.TrackSource.SOURCE_CAMERA,
    simulcast=True,
    video_codec=rtc.VideoCodec.VP8,
    video_encoding=rtc.VideoEncoding(max_bitrate=900_000, max_framerate=15),
)


async def _camera(guest: Guest, of: str) -> rtc.Track:
    return await guest.receives(of, rtc.TrackKind.KIND_VIDEO)


def _check(pictures: list[Picture], show: Show) -> None:
    """All but a few were shown, the numbers only rise, none is far from its colours."""
    shown = set(show.shown)
    good = [picture for picture in pictures if picture.number in shown and picture.error < TOLERANCE]
    assert len(good) >= 0.9 * len(pictures), pictures
    assert all(earlier.number <= later.number for earlier, later in pairwise(good)), [it.number for it in good]


@sdk_scenario
async def test_pictures_arrive_as_they_were_shown(server: Address) -> None:
    async with meeting(server) as room:
        alice, bob = await room.pair()
        async with showing(alice) as show:
            track = await _camera(bob, "alice")
            pictures = await watch(track, lambda seen: len({it.number for it in seen}) >= 10)
            _check(pictures, show)
            assert {(it.width, it.height) for it in pictures} == {(320, 240)}


@sdk_scenario
async def test_who_comes_late_sees_a_picture_soon(server: Address) -> None:
    async with meeting(server) as room:
        alice = await room.join("alice")
        async with showing(alice) as show:
            first = await room.join("first")
            await watch(await _camera(first, "alice"), lambda seen: len(seen) >= 15)
            late = await room.join("late")
            pictures = await watch(await _camera(late, "alice"), lambda seen: len(seen) >= 10, within_s=4)
            _check(pictures, show)
            assert pictures[0].number > 3, "the late one saw old pictures"


@sdk_scenario
async def test_the_receiver_chooses_among_the_layers(server: Address) -> None:
    async with meeting(server) as room:
        alice, bob = await room.pair()
        async with showing(alice, 640, 480, SIMULCAST) as show:
            track = await _camera(bob, "alice")
            publication = bob.room.remote_participants["alice"].track_publications[track.sid]
            assert publication.simulcasted
            full = await watch(track, lambda seen: seen[-1].width == 640, within_s=12)
            publication.set_video_quality(rtc.VideoQuality.VIDEO_QUALITY_LOW)
            low = await watch(track, lambda seen: all(it.width < 640 for it in seen[-5:]) and len(seen) > 5)
            _check(full + low, show)
            publication.set_video_quality(rtc.VideoQuality.VIDEO_QUALITY_HIGH)
            await watch(track, lambda seen: seen[-1].width == 640, within_s=12)


@sdk_scenario
async def test_each_codec_arrives_under_its_name(server: Address) -> None:
    async with meeting(server) as room:
        alice, bob = await room.pair()
        for codec in (rtc.VideoCodec.VP8, rtc.VideoCodec.H264, rtc.VideoCodec.VP9):
            options = rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_CAMERA, simulcast=False, video_codec=codec)
            async with showing(alice, options=options) as show:
                seen = await bob.sees("track_subscribed", lambda track, *_, sid=show.track.sid: track.sid == sid)
                _check(await watch(seen.args[0], lambda pictures: len(pictures) >= 10), show)
                assert seen.args[1].mime_type.lower() == f"video/{rtc.VideoCodec.Name(codec).lower()}"
                await alice.me.unpublish_track(show.track.sid)
                await bob.sees("track_unpublished", lambda it, *_, sid=show.track.sid: it.sid == sid)


@sdk_scenario
async def test_several_cameras_are_not_mixed_up(server: Address) -> None:
    async with meeting(server) as room:
        alice, bob = await room.pair()
        carol = await room.join("carol")
        async with showing(alice, 320, 240) as hers, showing(bob, 240, 320) as his:
            from_alice = await watch(await _camera(carol, "alice"), lambda seen: len(seen) >= 10)
            from_bob = await watch(await _camera(carol, "bob"), lambda seen: len(seen) >= 10)
            _check(from_alice, hers)
            _check(from_bob, his)
            assert from_alice[-1].width > from_alice[-1].height
            assert from_bob[-1].width < from_bob[-1].height
