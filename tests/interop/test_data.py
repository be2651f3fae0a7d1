"""Data packets: to all, to some, reliably or not, and never under a wrong name."""

from __future__ import annotations

import asyncio

from livekit import api, rtc

from tests.interop.guests import Rights, acquainted, meeting
from tests.interop.sdk import Address, sdk_scenario


@sdk_scenario
async def test_reliable_packets_arrive_in_order_with_their_senders_name(server: Address) -> None:
    async with meeting(server) as room:
        alice, bob = await room.pair()
        payloads = [f"{number}:".encode() + bytes(number % 251 for _ in range(number * 40)) for number in range(100)]
        for payload in payloads:
            await alice.me.publish_data(payload, topic="ordered")
        await alice.me.publish_data(b"", topic="end")
        await bob.hears("end")
        packets = [it.args[0] for it in bob.seen if it.event == "data_received" and it.args[0].topic == "ordered"]
        assert [it.data for it in packets] == payloads
        assert {it.participant.identity for it in packets} == {"alice"}
        assert {it.kind for it in packets} == {rtc.DataPacketKind.KIND_RELIABLE}


@sdk_scenario
async def test_lossy_packets_arrive_too(server: Address) -> None:
    async with meeting(server) as room:
        alice, bob = await room.pair()
        for number in range(50):
            await alice.me.publish_data(str(number), reliable=False, topic=f"lossy {number}")
        # On loopback nothing is lost, unless a queue is full.
        packets = [await bob.hears(f"lossy {number}") for number in range(50)]
        assert [it.data.decode() for it in packets] == [str(number) for number in range(50)]
        assert {it.kind for it in packets} == {rtc.DataPacketKind.KIND_LOSSY}


@sdk_scenario
async def test_packets_for_named_identities_reach_nobody_else(server: Address) -> None:
    async with meeting(server) as room:
        alice, bob = await room.pair()
        carol = await room.join("carol")
        await acquainted(alice, bob, carol)
        for reliable in (True, False):
            await alice.me.publish_data(
                b"for bob", reliable=reliable, topic=f"private {reliable}", destination_identities=["bob"]
            )
            await bob.hears(f"private {reliable}")
        await alice.me.publish_data(b"for all", topic="public")
        await asyncio.gather(bob.hears("public"), carol.hears("public"))
        # The reliable one would have come before the public one, the lossy one was sent before it.
        assert not carol.saw("data_received", lambda packet: packet.topic.startswith("private"))
        assert not alice.saw("data_received")


@sdk_scenario
async def test_who_may_not_send_data_is_not_heard(server: Address) -> None:
    async with meeting(server) as room:
        alice = await room.join("alice")
        mute = await room.join("mute", Rights(grants=api.VideoGrants(can_publish_data=False)))
        bob = await room.join("bob")
        await acquainted(alice, mute, bob)
        # Both go to Bob as well, so that the second one shows when the first one would have come.
        for guest in (mute, alice):
            try:
                await guest.me.publish_data(b"hello", topic=guest.identity)
            except rtc.participant.PublishDataError:
                assert guest is mute
        await bob.hears("alice")
        await alice.me.publish_data(b"", topic="end")
        await bob.hears("end")
        assert not bob.saw("data_received", lambda packet: packet.topic == "mute")


@sdk_scenario
async def test_a_packet_of_15_kilobytes_arrives_whole(server: Address) -> None:
    async with meeting(server) as room:
        alice, bob = await room.pair()
        payload = bytes(number * 7 % 256 for number in range(15_000))
        await alice.me.publish_data(payload, topic="large")
        assert (await bob.hears("large")).data == payload
