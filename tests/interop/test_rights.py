"""What a token does not permit does not happen."""

from __future__ import annotations

import asyncio
import time

from livekit import api, rtc

from tests.interop.guests import Rights, acquainted, meeting
from tests.interop.pictures import freezes, showing, watch
from tests.interop.sdk import Address, sdk_scenario
from tests.interop.tones import falls_silent, listen, sounding

AUDIO, VIDEO = rtc.TrackKind.KIND_AUDIO, rtc.TrackKind.KIND_VIDEO


@sdk_scenario
async def test_who_may_not_publish_is_refused(server: Address) -> None:
    async with meeting(server) as room:
        alice = await room.join("alice", Rights(grants=api.VideoGrants(can_publish=False, can_publish_data=True)))
        bob = await room.join("bob")
        await acquainted(alice, bob)
        try:
            async with sounding(alice, 500.0, 5000.0):
                raise AssertionError("published without the right to")
        except rtc.participant.PublishTrackError:
            pass
        await alice.me.publish_data(b"", topic="end")
        await bob.hears("end")
        assert not bob.saw("track_published")


@sdk_scenario
async def test_only_the_permitted_sources_may_be_published(server: Address) -> None:
    async with meeting(server) as room:
        rights = Rights(grants=api.VideoGrants(can_publish_sources=["camera"]))
        alice = await room.join("alice", rights)
        bob = await room.join("bob")
        await acquainted(alice, bob)
        try:
            async with sounding(alice, 500.0, 5000.0):
                raise AssertionError("published a microphone with the right to a camera")
        except rtc.participant.PublishTrackError:
            pass
        assert not bob.saw("track_published")


@sdk_scenario
async def test_who_may_not_subscribe_receives_nothing(server: Address) -> None:
    async with meeting(server) as room:
        alice = await room.join("alice")
        deaf = await room.join("deaf", Rights(grants=api.VideoGrants(can_subscribe=False)))
        carol = await room.join("carol")
        await acquainted(alice, deaf, carol)
        async with sounding(alice, 500.0, 5000.0):
            await listen(await carol.receives("alice", AUDIO))
            assert not deaf.saw("track_subscribed")


@sdk_scenario
async def test_the_publisher_decides_who_may_subscribe(server: Address) -> None:
    async with meeting(server) as room:
        alice, bob = await room.pair()
        carol = await room.join("carol")
        await acquainted(alice, bob, carol)
        only_bob = rtc.ParticipantTrackPermission(participant_identity="bob", allow_all=True)
        alice.me.set_track_subscription_permissions(allow_all_participants=False, participant_permissions=[only_bob])
        async with sounding(alice, 500.0, 5000.0):
            await listen(await bob.receives("alice", AUDIO))
            assert not carol.saw("track_subscribed")
            alice.me.set_track_subscription_permissions(allow_all_participants=True)
            await listen(await carol.receives("alice", AUDIO))


@sdk_scenario
async def test_a_withdrawn_permission_ends_sound_and_pictures_until_it_is_given_again(server: Address) -> None:
    async with meeting(server) as room:
        alice, bob = await room.pair()
        async with sounding(alice, 500.0, 5000.0), showing(alice):
            sound, pictures = await bob.receives("alice", AUDIO), await bob.receives("alice", VIDEO)
            await listen(sound)
            await watch(pictures, lambda seen: len(seen) >= 5)
            alice.me.set_track_subscription_permissions(allow_all_participants=False)
            # The SDK does not act on `subscription_permission_update`, nor on a section that became inactive: the
            # track stays and falls silent.
            await asyncio.gather(falls_silent(sound), freezes(pictures))
            alice.me.set_track_subscription_permissions(allow_all_participants=True)
            again = await bob.sees("track_subscribed", lambda it, *_: it.kind == VIDEO and it is not pictures)
            await watch(again.args[0], lambda seen: len(seen) >= 5)
            again = await bob.sees("track_subscribed", lambda it, *_: it.kind == AUDIO and it is not sound)
            await listen(again.args[0])


@sdk_scenario
async def test_name_metadata_and_attributes_change_with_the_right_to(server: Address) -> None:
    async with meeting(server) as room:
        rights = Rights(name="Al", attributes={"gone": "x", "kept": "y"})
        rights = Rights(grants=api.VideoGrants(can_update_own_metadata=True), name="Al", attributes=rights.attributes)
        alice = await room.join("alice", rights)
        bob = await room.join("bob")
        await acquainted(alice, bob)
        await alice.me.set_name("Alice")
        await alice.me.set_metadata('{"mood": "good"}')
        await alice.me.set_attributes({"new": "1", "gone": ""})
        renamed = await bob.sees("participant_name_changed")
        assert renamed.args[1:] == ("Al", "Alice")
        told = await bob.sees("participant_metadata_changed")
        assert told.args[0].identity == "alice"
        assert told.args[2] == '{"mood": "good"}'
        await bob.sees("participant_attributes_changed")
        assert bob.room.remote_participants["alice"].attributes == {"kept": "y", "new": "1"}
        late = await room.join("late")
        person = late.room.remote_participants["alice"]
        assert (person.name, person.metadata, person.attributes) == (
            "Alice",
            '{"mood": "good"}',
            {"kept": "y", "new": "1"},
        )


@sdk_scenario
async def test_without_the_right_nothing_changes_and_the_answer_is_quick(server: Address) -> None:
    async with meeting(server) as room:
        alice, bob = await room.pair()
        started = time.monotonic()
        await alice.me.set_metadata("mine")
        await alice.me.set_name("Somebody Else")
        # The SDK waits five seconds for an answer; a refusal is one.
        assert time.monotonic() - started < 3
        await alice.me.publish_data(b"", topic="end")
        await bob.hears("end")
        assert not bob.saw("participant_metadata_changed")
        assert not bob.saw("participant_name_changed")
        assert bob.room.remote_participants["alice"].metadata == ""
