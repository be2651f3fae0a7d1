"""The life of a publication and of a subscription."""

from __future__ import annotations

from livekit import rtc

from tests.interop.guests import acquainted, meeting
from tests.interop.pictures import showing, watch
from tests.interop.sdk import Address, sdk_scenario
from tests.interop.tones import listen, sounding

AUDIO, VIDEO = rtc.TrackKind.KIND_AUDIO, rtc.TrackKind.KIND_VIDEO


@sdk_scenario
async def test_muting_is_told_and_sound_comes_back_afterwards(server: Address) -> None:
    async with meeting(server) as room:
        alice, bob = await room.pair()
        async with sounding(alice, 500.0, 5000.0) as track:
            remote = await bob.receives("alice", AUDIO)
            await listen(remote, 0.2)
            track.mute()
            muted = await bob.sees("track_muted")
            assert muted.args[0].identity == "alice"
            assert muted.args[1].sid == track.sid
            assert muted.args[1].muted
            late = await room.join("late")
            await acquainted(alice, late)
            assert late.room.remote_participants["alice"].track_publications[track.sid].muted
            track.unmute()
            await bob.sees("track_unmuted")
            assert abs((await listen(remote)).hertz - 500) < 10


@sdk_scenario
async def test_a_publication_says_what_it_is(server: Address) -> None:
    async with meeting(server) as room:
        alice, bob = await room.pair()
        async with sounding(alice, 500.0, 5000.0), showing(alice, 320, 240):
            await bob.receives("alice", AUDIO)
            await bob.receives("alice", VIDEO)
            tracks = {it.kind: it for it in bob.room.remote_participants["alice"].track_publications.values()}
            sound, picture = tracks[AUDIO], tracks[VIDEO]
            assert (sound.name, sound.source) == ("tone", rtc.TrackSource.SOURCE_MICROPHONE)
            assert (picture.name, picture.source) == ("numbers", rtc.TrackSource.SOURCE_CAMERA)
            assert (picture.width, picture.height) == (320, 240)
            assert sound.mime_type.lower() == "audio/opus"
            assert picture.mime_type.lower() == "video/vp8"
            assert sound.sid.startswith("TR_")


@sdk_scenario
async def test_what_is_unpublished_ends_and_can_be_published_again(server: Address) -> None:
    async with meeting(server) as room:
        alice, bob = await room.pair()
        for round_number in range(3):
            async with showing(alice) as show:
                sid = show.track.sid
                seen = await bob.sees("track_subscribed", lambda track, *_, sid=sid: track.sid == sid)
                await watch(seen.args[0], lambda pictures: len(pictures) >= 5)
                await alice.me.unpublish_track(sid)
                await bob.sees("track_unsubscribed", lambda track, *_, sid=sid: track.sid == sid)
                await bob.sees("track_unpublished", lambda publication, _, sid=sid: publication.sid == sid)
            assert not bob.room.remote_participants["alice"].track_publications, round_number


@sdk_scenario
async def test_unsubscribing_and_subscribing_again(server: Address) -> None:
    async with meeting(server) as room:
        alice, bob = await room.pair()
        async with showing(alice) as show:
            first = await bob.receives("alice", VIDEO)
            await watch(first, lambda pictures: len(pictures) >= 5)
            publication = bob.room.remote_participants["alice"].track_publications[show.track.sid]
            publication.set_subscribed(False)
            await bob.sees("track_unsubscribed")
            so_far = len(bob.seen)
            publication.set_subscribed(True)
            await bob.sees("track_subscribed", lambda track, *_: track is not first)
            assert any(it.event == "track_subscribed" for it in bob.seen[so_far:])
            assert publication.track is not None
            await watch(publication.track, lambda pictures: len(pictures) >= 5)


@sdk_scenario
async def test_without_auto_subscribe_tracks_come_on_request_only(server: Address) -> None:
    async with meeting(server) as room:
        alice = await room.join("alice")
        bob = await room.join("bob", options=rtc.RoomOptions(auto_subscribe=False))
        await acquainted(alice, bob)
        async with sounding(alice, 500.0, 5000.0), showing(alice):
            sound = (await bob.sees("track_published", lambda it, _: it.kind == AUDIO)).args[0]
            await bob.sees("track_published", lambda it, _: it.kind == VIDEO)
            sound.set_subscribed(True)
            await listen(await bob.receives("alice", AUDIO))
            assert not bob.saw("track_subscribed", lambda track, *_: track.kind == VIDEO)


@sdk_scenario
async def test_who_leaves_takes_the_tracks_along(server: Address) -> None:
    async with meeting(server) as room:
        alice, bob = await room.pair()
        async with sounding(alice, 500.0, 5000.0):
            await listen(await bob.receives("alice", AUDIO), 0.2)
            await alice.room.disconnect()
            await bob.sees("track_unsubscribed")
            await bob.sees("participant_disconnected")


@sdk_scenario
async def test_the_publisher_hears_that_somebody_subscribed(server: Address) -> None:
    async with meeting(server) as room:
        alice, bob = await room.pair()
        async with sounding(alice, 500.0, 5000.0) as track:
            await bob.receives("alice", AUDIO)
            await alice.sees("local_track_subscribed", lambda it: it.sid == track.sid)
