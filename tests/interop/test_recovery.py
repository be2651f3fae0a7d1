"""A signal socket that dies: the SDK comes back by itself, and everything that was published with it."""

from __future__ import annotations

from livekit import rtc

from tests.cable import Cable
from tests.interop.guests import Guest, Meeting, meeting
from tests.interop.pictures import showing, watch
from tests.interop.sdk import Address, sdk_scenario
from tests.interop.tones import listen, sounding

AUDIO, VIDEO = rtc.TrackKind.KIND_AUDIO, rtc.TrackKind.KIND_VIDEO
BACK_WITHIN_S = 12.0
"""The SDK tries to resume first, is told to join anew, and does; on a busy machine each step takes its time."""


async def _next_track(guest: Guest, of: str, kind: int, since: int) -> rtc.Track:
    """A track of somebody that is subscribed after the first ``since`` events."""
    seen = await guest.sees(
        "track_subscribed",
        lambda track, _, other: (
            other.identity == of
            and track.kind == kind
            and not any(track is it.args[0] for it in guest.seen[:since] if it.args)
        ),
        BACK_WITHIN_S,
    )
    track: rtc.Track = seen.args[0]
    return track


@sdk_scenario
async def test_a_lost_signal_socket_costs_nothing_for_good(server: Address) -> None:
    async with Cable.to(server.port) as cable, meeting(server) as room:
        alice = await room.join("alice")
        bob = await Meeting(Address(cable.port, room.name)).join("bob")
        room.guests.append(bob)
        before = bob.me.sid
        async with showing(alice), showing(bob), sounding(bob, 500.0, 5000.0):
            await watch(await bob.receives("alice", VIDEO), lambda seen: len(seen) >= 5)
            await watch(await alice.receives("bob", VIDEO), lambda seen: len(seen) >= 5)
            await listen(await alice.receives("bob", AUDIO))
            events = len(alice.seen), len(bob.seen)

            cable.cut()

            await bob.sees("reconnected", within_s=BACK_WITHIN_S)
            back = await alice.sees(
                "participant_connected", lambda other: other.identity == "bob" and other.sid != before, BACK_WITHIN_S
            )
            assert [other.sid for other in alice.room.remote_participants.values()] == [back.args[0].sid]
            await watch(await _next_track(alice, "bob", VIDEO, events[0]), lambda seen: len(seen) >= 5)
            await listen(await _next_track(alice, "bob", AUDIO, events[0]))
            await watch(await _next_track(bob, "alice", VIDEO, events[1]), lambda seen: len(seen) >= 5)
        await alice.me.publish_data(b"welcome back", topic="again", destination_identities=["bob"])
        assert (await bob.hears("again")).data == b"welcome back"
        assert not bob.saw("disconnected")
        assert cable.connections == 3, "one to join, one to resume, one to join anew at once"
