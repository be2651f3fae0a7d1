"""A token that is revoked ends what was begun with it, and leads nowhere any more."""

from __future__ import annotations

import asyncio
import json
import secrets
import time
import urllib.request
from typing import Any

from livekit import rtc

from benches.tokens import LIFETIME_S, person_token
from tests.interop.guests import Guest, acquainted, meeting
from tests.interop.sdk import Address, sdk_scenario
from tests.interop.tones import listen, sounding
from tests.server import KEY, SECRET
from tureen.auth.secret import Secret
from tureen.auth.tokens import issue_token
from tureen.model.grant import Grant, RoomGrant
from tureen.model.ids import Identity, RoomName

ENDED_WITHIN_S = 2.0
"""On an idle machine it is milliseconds."""


def somebody(name: str) -> str:
    """Whom no other test knows: a revocation is of all tokens of a person."""
    return f"{name}-{secrets.token_hex(4)}"


async def application(server: Address, method: str, path: str, body: dict[str, Any] | None = None) -> None:
    """A request in the application's name."""
    request = urllib.request.Request(
        f"{server.http}{path}",
        data=json.dumps(body or {}).encode(),
        method=method,
        headers={
            "Authorization": f"Bearer {person_token('application', admin=True)}",
            "Content-Type": "application/json",
        },
    )
    with await asyncio.to_thread(urllib.request.urlopen, request, timeout=10):
        pass


async def removed(guest: Guest, began: float) -> None:
    """It was told that it is out, at once."""
    seen = await guest.sees("disconnected")
    assert seen.args[0] == rtc.DisconnectReason.PARTICIPANT_REMOVED
    assert seen.at - began < ENDED_WITHIN_S


async def refused(server: Address, token: str) -> None:
    """The SDK, which tries for some seconds, does not get in."""
    try:
        await rtc.Room().connect(server.websocket, token, rtc.RoomOptions(connect_timeout=2.0))
    except rtc.ConnectError:
        return
    raise AssertionError("a revoked token joined a room")


@sdk_scenario
async def test_a_revoked_person_is_out_at_once_with_their_sound_and_stays_out(server: Address) -> None:
    mallory = somebody("mallory")
    async with meeting(server) as room:
        token = room.token(mallory)
        guest, bob = await room.join(mallory), await room.join("bob")
        await acquainted(guest, bob)
        async with sounding(guest, 440.0, 5000.0):
            await listen(await bob.receives(mallory, rtc.TrackKind.KIND_AUDIO))
            began = time.monotonic()
            await application(server, "POST", f"/v1/people/{mallory}/revoke")
            await removed(guest, began)
        left = await bob.sees("participant_disconnected", lambda other: other.identity == mallory)
        assert left.at - began < ENDED_WITHIN_S
        assert left.args[0].disconnect_reason == rtc.DisconnectReason.PARTICIPANT_REMOVED
        assert not bob.saw("disconnected")
        await refused(server, token)


@sdk_scenario
async def test_one_revoked_token_leaves_the_persons_others_alone(server: Address) -> None:
    async with meeting(server) as room, meeting(server) as other:
        guests = []
        for number, place in enumerate((room, other)):
            grant = Grant(
                identity=Identity("alice"),
                api_key=KEY,
                expires_at=0.0,
                token_id=f"{room.name} {number}",
                room=RoomGrant(join=True, room=RoomName(place.name)),
            )
            guest = Guest("alice")
            await guest.room.connect(server.websocket, issue_token(grant, KEY, Secret(SECRET), time.time(), LIFETIME_S))
            place.guests.append(guest)
            guests.append(guest)
        began = time.monotonic()
        await application(server, "POST", "/v1/tokens/revoke", {"token_id": f"{room.name} 0"})
        await removed(guests[0], began)
        bob = await other.join("bob")
        await acquainted(bob, guests[1])


@sdk_scenario
async def test_who_is_removed_from_the_directory_is_out_of_rooms_too(server: Address) -> None:
    carol = somebody("carol")
    await application(server, "PUT", "/v1/people", {"people": [{"id": carol, "name": "Carol"}]})
    async with meeting(server) as room:
        token = room.token(carol)
        guest = await room.join(carol)
        began = time.monotonic()
        await application(server, "DELETE", f"/v1/people/{carol}")
        await removed(guest, began)
        await refused(server, token)
