"""Participants that join with the SDK, and what they see. Runs in the child process."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any, get_args

from livekit import api, rtc
from livekit.rtc.room import EventTypes

from tests.interop.sdk import Address

KEY, SECRET = "devkey", "secret"
WITHIN_S = 8.0
"""Deadline of whatever a participant waits for; on an idle machine it takes milliseconds."""

Accept = Callable[..., bool]


@dataclass(frozen=True)
class Rights:
    """What goes into a token besides identity and room."""

    grants: api.VideoGrants = field(default_factory=api.VideoGrants)
    name: str = ""
    metadata: str = ""
    attributes: dict[str, str] | None = None
    config: api.RoomConfiguration | None = None


@dataclass(frozen=True)
class Seen:
    """An event that the SDK emitted."""

    event: str
    args: tuple[Any, ...]
    at: float
    """`time.monotonic` when it came."""


class Guest:
    """One participant. Every event is kept, so that waiting for one never comes too late."""

    def __init__(self, identity: str) -> None:
        self.identity = identity
        self.room = rtc.Room()
        self.seen: list[Seen] = []
        self._waiters: list[tuple[str, Accept, asyncio.Future[Seen]]] = []
        for event in get_args(EventTypes):
            self.room.on(event, self._recorder(event))

    @property
    def me(self) -> rtc.LocalParticipant:
        """The local participant."""
        return self.room.local_participant

    async def sees(self, event: EventTypes, accept: Accept = lambda *_: True, within_s: float = WITHIN_S) -> Seen:
        """The first event of this kind, past or to come, that is accepted."""
        for seen in self.seen:
            if seen.event == event and accept(*seen.args):
                return seen
        future: asyncio.Future[Seen] = asyncio.get_running_loop().create_future()
        self._waiters.append((event, accept, future))
        try:
            async with asyncio.timeout(within_s):
                return await future
        except TimeoutError:
            happened = [(seen.event, seen.args) for seen in self.seen[-12:]]
            raise AssertionError(f"{self.identity} saw no {event} within {within_s} s, but {happened}") from None

    def saw(self, event: EventTypes, accept: Accept = lambda *_: True) -> bool:
        """Whether it happened so far."""
        return any(seen.event == event and accept(*seen.args) for seen in self.seen)

    async def meets(self, identity: str) -> rtc.RemoteParticipant:
        """Another participant, once it is known."""
        present = self.room.remote_participants.get(identity)
        if present is not None:
            return present
        await self.sees("participant_connected", lambda other: other.identity == identity)
        return self.room.remote_participants[identity]

    async def receives(self, identity: str, kind: int) -> rtc.Track:
        """The first subscribed track of this kind (`rtc.TrackKind`) that another participant sends."""
        seen = await self.sees(
            "track_subscribed", lambda track, _, other: track.kind == kind and other.identity == identity
        )
        track: rtc.Track = seen.args[0]
        return track

    async def hears(self, topic: str, within_s: float = WITHIN_S) -> rtc.DataPacket:
        """A data packet with this topic."""
        packet: rtc.DataPacket = (await self.sees("data_received", lambda it: it.topic == topic, within_s)).args[0]
        return packet

    def _recorder(self, event: str) -> Callable[..., None]:
        def record(*args: Any) -> None:
            seen = Seen(event, args, time.monotonic())
            self.seen.append(seen)
            for waiter in list(self._waiters):
                wanted, accept, future = waiter
                if wanted == event and not future.done() and accept(*args):
                    self._waiters.remove(waiter)
                    future.set_result(seen)

        return record


class Meeting:
    """A room for one scenario: the one that the address names, or one of its own."""

    def __init__(self, server: Address) -> None:
        self.server = server
        self.name = server.room or f"interop-{secrets.token_hex(6)}"
        self.guests: list[Guest] = []

    def token(self, identity: str, rights: Rights = Rights()) -> str:
        """As an application's server makes it."""
        grants = replace(rights.grants, room_join=True, room=self.name)
        token = api.AccessToken(KEY, SECRET).with_identity(identity).with_name(rights.name).with_grants(grants)
        token = token.with_metadata(rights.metadata).with_attributes(rights.attributes or {})
        return (token.with_room_config(rights.config) if rights.config else token).to_jwt()

    async def join(
        self,
        identity: str,
        rights: Rights = Rights(),
        options: rtc.RoomOptions | None = None,
    ) -> Guest:
        """Joins. Raises `rtc.ConnectError`."""
        guest = Guest(identity)
        await guest.room.connect(self.server.websocket, self.token(identity, rights), options or rtc.RoomOptions())
        self.guests.append(guest)
        return guest

    async def pair(self) -> tuple[Guest, Guest]:
        """Alice and Bob, who know each other and can exchange data."""
        alice, bob = await asyncio.gather(self.join("alice"), self.join("bob"))
        await acquainted(alice, bob)
        return alice, bob

    async def close(self) -> None:
        """Everyone leaves."""
        await asyncio.gather(*(guest.room.disconnect() for guest in self.guests), return_exceptions=True)


@asynccontextmanager
async def meeting(server: Address) -> AsyncIterator[Meeting]:
    """A room whose guests have left when the block ends."""
    room = Meeting(server)
    try:
        yield room
    finally:
        await room.close()


async def acquainted(*guests: Guest) -> None:
    """Waits until each of them knows all others, and knows them to be active."""
    for guest in guests:
        for other in guests:
            if other is guest:
                continue
            person = await guest.meets(other.identity)
            if person.state != rtc.ParticipantState.PARTICIPANT_STATE_ACTIVE:
                await guest.sees("participant_active", lambda it, who=other.identity: it.identity == who)
