"""Who is here: joining, being seen, leaving."""

from __future__ import annotations

import statistics
import time

from livekit import api, rtc

from tests.interop.guests import Rights, acquainted, meeting
from tests.interop.pictures import showing
from tests.interop.sdk import Address, sdk_scenario
from tests.interop.tones import sounding

NEWCOMER_SEEN_WITHIN_S = 0.2
"""The product's bound, held by the median of several joins; that no timer delays it is a unit test of the door."""
LEAVING_SEEN_WITHIN_S = 1.0
"""On an idle machine it is milliseconds."""
QUALITY_WITHIN_S = 15.0
"""A link is judged after it was measured for some seconds."""


@sdk_scenario
async def test_a_newcomer_is_seen_at_once_and_sees_who_is_there(server: Address) -> None:
    async with meeting(server) as room:
        alice = await room.join("alice", Rights(name="Alice", metadata="host", attributes={"seat": "1"}))
        bob = await room.join("bob", Rights(name="Bob"))
        await alice.sees("participant_connected")
        person = bob.room.remote_participants["alice"]
        assert (person.name, person.metadata, person.attributes) == ("Alice", "host", {"seat": "1"})
        assert person.sid == alice.me.sid
        assert person.sid.startswith("PA_")
        assert (await bob.room.sid) == (await alice.room.sid)
        assert (await bob.room.sid).startswith("RM_")
        assert bob.room.name == room.name


@sdk_scenario
async def test_newcomers_are_seen_within_the_bound_once_they_are_connected(server: Address) -> None:
    async with meeting(server) as room:
        alice = await room.join("alice")
        delays = []
        for number in range(7):
            newcomer = await room.join(f"newcomer {number}")
            connected = time.monotonic()
            seen = await alice.sees("participant_connected", lambda other, sid=newcomer.me.sid: other.sid == sid)
            delays.append(seen.at - connected)
        assert statistics.median(delays) < NEWCOMER_SEEN_WITHIN_S, delays


@sdk_scenario
async def test_both_become_active(server: Address) -> None:
    async with meeting(server) as room:
        alice = await room.join("alice")
        bob = await room.join("bob")
        await acquainted(alice, bob)


@sdk_scenario
async def test_who_leaves_is_gone_for_the_others_and_may_come_back(server: Address) -> None:
    async with meeting(server) as room:
        alice, bob = await room.pair()
        left = time.monotonic()
        await bob.room.disconnect()
        seen = await alice.sees("participant_disconnected")
        assert seen.at - left < LEAVING_SEEN_WITHIN_S
        assert seen.args[0].disconnect_reason == rtc.DisconnectReason.CLIENT_INITIATED
        assert not alice.room.remote_participants
        again = await room.join("bob")
        assert alice.identity in again.room.remote_participants
        await alice.sees("participant_connected", lambda other: other.sid == again.me.sid)


@sdk_scenario
async def test_the_same_identity_again_replaces_the_earlier_one(server: Address) -> None:
    async with meeting(server) as room:
        alice, bob = await room.pair()
        second = await room.join("bob")
        seen = await bob.sees("disconnected")
        assert seen.args[0] == rtc.DisconnectReason.DUPLICATE_IDENTITY
        await alice.sees("participant_connected", lambda other: other.sid == second.me.sid)
        assert [other.sid for other in alice.room.remote_participants.values()] == [second.me.sid]


@sdk_scenario
async def test_a_hidden_participant_sees_and_is_not_seen(server: Address) -> None:
    async with meeting(server) as room:
        alice = await room.join("alice")
        spy = await room.join("spy", Rights(grants=api.VideoGrants(hidden=True)))
        assert "alice" in spy.room.remote_participants
        bob = await room.join("bob")
        await acquainted(alice, bob)
        assert set(alice.room.remote_participants) == {"bob"}
        assert set(bob.room.remote_participants) == {"alice"}
        await spy.meets("bob")


@sdk_scenario
async def test_a_full_room_takes_nobody_until_somebody_leaves(server: Address) -> None:
    async with meeting(server) as room:
        rights = Rights(config=api.RoomConfiguration(max_participants=2))
        alice = await room.join("alice", rights)
        bob = await room.join("bob", rights)
        started = time.monotonic()
        try:
            await room.join("carol", rights)
        except rtc.ConnectError:
            assert time.monotonic() - started < 5
        else:
            raise AssertionError("a third participant was let into a room for two")
        assert not alice.saw("participant_connected", lambda other: other.identity == "carol")
        await bob.room.disconnect()
        await alice.sees("participant_disconnected")
        await room.join("carol", rights)
        await alice.meets("carol")


@sdk_scenario
async def test_the_first_ones_token_gives_the_room_its_metadata(server: Address) -> None:
    async with meeting(server) as room:
        rights = Rights(config=api.RoomConfiguration(metadata='{"topic": "soup"}'))
        alice = await room.join("alice", rights)
        bob = await room.join("bob")
        assert alice.room.metadata == bob.room.metadata == '{"topic": "soup"}'


@sdk_scenario
async def test_after_a_full_reconnect_the_sdk_is_back_with_its_identity(server: Address) -> None:
    async with meeting(server) as room:
        alice, bob = await room.pair()
        before = bob.me.sid
        await bob.room.simulate_scenario(rtc.SimulateScenarioKind.SIMULATE_FULL_RECONNECT)
        await bob.sees("reconnected", within_s=15)
        await alice.sees("participant_connected", lambda other: other.identity == "bob" and other.sid != before)
        await alice.me.publish_data(b"welcome back", topic="again", destination_identities=["bob"])
        assert (await bob.hears("again")).data == b"welcome back"


@sdk_scenario
async def test_a_good_line_is_told_to_be_one(server: Address) -> None:
    good = {rtc.ConnectionQuality.QUALITY_GOOD, rtc.ConnectionQuality.QUALITY_EXCELLENT}
    async with meeting(server) as room:
        alice, bob = await room.pair()
        async with showing(alice), sounding(alice, 440.0, 5000.0), sounding(bob, 880.0, 5000.0):
            for guest in (alice, bob):
                for other in (alice, bob):
                    told = await guest.sees(
                        "connection_quality_changed",
                        lambda person, _, who=other.identity: person.identity == who,
                        QUALITY_WITHIN_S,
                    )
                    assert told.args[1] in good, told
            assert not alice.saw("connection_quality_changed", lambda _, quality: quality not in good)
