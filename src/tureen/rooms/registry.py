"""All rooms of this server."""

from __future__ import annotations

import itertools

from tureen.model.grant import Grant
from tureen.model.ids import RoomName, SpeakersGroup
from tureen.ports import Clock, Entropy, MediaPort
from tureen.rooms.audience import Sink
from tureen.rooms.errors import (
    LimitExceededError,
    NotPermittedError,
    RoomClosedError,
    RoomFullError,
    RoomMissingError,
)
from tureen.rooms.limits import RoomDefaults, RoomLimits
from tureen.rooms.observer import Observe, unobserved
from tureen.rooms.participant import DepartureReason, JoinOptions, Participant
from tureen.rooms.placement import Placement
from tureen.rooms.profile import Profile
from tureen.rooms.room import Room, RoomPlace, Surroundings


class RoomRegistry:
    """Finds rooms, makes them when someone comes, closes them when they have been empty for long enough."""

    def __init__(
        self,
        clock: Clock,
        entropy: Entropy,
        *,
        media: MediaPort,
        limits: RoomLimits,
        defaults: RoomDefaults,
        observe: Observe = unobserved,
    ) -> None:
        """``media``: the packet core that will carry the rooms' media."""
        self._around = Surroundings(
            clock=clock,
            entropy=entropy,
            media=media,
            placement=Placement(media.shards(), defaults.spread_from),
            limits=limits,
            defaults=defaults,
            observe=observe,
        )
        self._groups = itertools.count(1)
        self._rooms: dict[RoomName, Room] = {}
        self._closed = False

    @property
    def rooms(self) -> tuple[Room, ...]:
        """Those that are open."""
        return tuple(self._rooms.values())

    @property
    def participants(self) -> int:
        """On this server, all rooms together."""
        return sum(len(room.audience) for room in self._rooms.values())

    def find(self, name: RoomName) -> Room | None:
        """The open room of this name."""
        return self._rooms.get(name)

    def check_join(self, grant: Grant, profile: Profile) -> RoomName:
        """The room that this grant leads to; ``profile``: what the newcomer will say about itself.

        Raises `NotPermittedError`, `RoomMissingError`, `RoomFullError`, `RoomClosedError` or `LimitExceededError`.
        Keeps nothing: `join` checks again.
        """
        if self._closed:
            raise RoomClosedError("This server is shutting down.", "Join again: another or the restarted one answers.")
        name = grant.room.room
        if not grant.room.join or name is None or not grant.identity:
            raise NotPermittedError(
                "The grant does not allow to join a room.", "Ask for a token with roomJoin and a room."
            )
        self._check_names(name, grant.identity)
        profile.check(self._around.limits)
        room = self._rooms.get(name)
        if room is not None:
            room.check_room_for(grant.identity)
            replaces = room.audience.by_identity(grant.identity) is not None
        elif not (self._around.defaults.auto_create or grant.room.create):
            raise RoomMissingError("The requested room does not exist.", "Create it first.")
        elif len(self._rooms) >= self._around.limits.rooms:
            raise RoomFullError(f"The server holds {self._around.limits.rooms} rooms.", "Try again later.")
        else:
            replaces = False
        if not replaces and self.participants >= self._around.limits.participants:
            raise RoomFullError(
                f"The server holds {self._around.limits.participants} participants.", "Try again later."
            )
        return name

    def join(self, grant: Grant, options: JoinOptions, sink: Sink) -> tuple[Room, Participant]:
        """Takes the bearer of a grant into its room, which is made if need be. Raises as `check_join`."""
        name = self.check_join(grant, options.profile)
        room = self._rooms.get(name) or self._make(name, grant)
        return room, room.admit(grant, options, sink)

    def close(self, room: Room, reason: DepartureReason) -> None:
        """Sends everyone away. A room of the same name may be made at once."""
        if self._rooms.get(room.name) is room:
            del self._rooms[room.name]
        room.close(reason)

    def close_all(self, reason: DepartureReason = DepartureReason.SERVER_SHUTDOWN) -> None:
        """Sends everyone away from everywhere, and lets nobody in any more."""
        self._closed = True
        for room in self.rooms:
            self.close(room, reason)

    def _make(self, name: RoomName, grant: Grant) -> Room:
        place = RoomPlace(shard=self._around.placement.place_room(), speakers=SpeakersGroup(next(self._groups)))
        room = Room(name, place, self._around, grant.settings, self._expire)
        self._rooms[name] = room
        return room

    def _expire(self, room: Room) -> None:
        self.close(room, DepartureReason.ROOM_CLOSED)

    def _check_names(self, name: str, identity: str) -> None:
        longest = self._around.limits.name_characters
        if len(name) > longest or len(identity) > longest:
            raise LimitExceededError(f"The room's name or the identity is longer than {longest} characters.")
