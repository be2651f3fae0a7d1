"""A place where participants meet. The room wires its parts; each part does its own work."""

from __future__ import annotations

import enum
from collections.abc import Callable

from msgspec import Struct

from tureen.model.grant import Grant, RoomSettings
from tureen.model.ids import Identity, ParticipantSid, RoomName, RoomSid, SpeakersGroup, TransportId
from tureen.ports import Clock, Entropy, MediaPort, Timer
from tureen.rooms.audience import Audience, Sink
from tureen.rooms.data import DataAudience, DataRouting
from tureen.rooms.errors import LimitExceededError, NotPermittedError, RoomClosedError, RoomFullError
from tureen.rooms.events import GrantChanged, ParticipantChanged, Removed, RoomChanged
from tureen.rooms.exchange import Exchange
from tureen.rooms.lifetime import RoomLifetime
from tureen.rooms.limits import RoomDefaults, RoomLimits
from tureen.rooms.observer import Observe
from tureen.rooms.participant import DepartureReason, JoinOptions, Participant, ParticipantState
from tureen.rooms.placement import Placement
from tureen.rooms.profile import Profile
from tureen.rooms.qualities import Qualities
from tureen.rooms.speaking import Speaking

COUNTS_INTERVAL_S = 5.0
"""How often participants hear of changed counts."""


class RoomState(enum.StrEnum):
    """A closed room takes nobody."""

    OPEN = "open"
    CLOSED = "closed"


class Surroundings(Struct, frozen=True, kw_only=True):
    """What every room of a server shares."""

    clock: Clock
    entropy: Entropy
    media: MediaPort
    placement: Placement
    limits: RoomLimits
    defaults: RoomDefaults
    observe: Observe


class RoomPlace(Struct, frozen=True, kw_only=True):
    """Where the packet core carries a room."""

    shard: int
    """Where its people are while they are few."""
    speakers: SpeakersGroup
    """Its microphones: only the loudest few are forwarded."""


class Room:
    """One life of a room, from the first join or creation until it has been empty for long enough."""

    def __init__(
        self,
        name: RoomName,
        place: RoomPlace,
        around: Surroundings,
        settings: RoomSettings,
        expire: Callable[[Room], None],
    ) -> None:
        """``expire`` is called when the room has been empty for too long; it shall `close` the room."""
        clock, defaults = around.clock, around.defaults
        self.name = name
        self.sid = RoomSid(f"RM_{around.entropy.token(12)}")
        self.place = place
        self.created_at = clock.now()
        self.max_participants = settings.max_participants or defaults.max_participants
        self.audience = Audience()
        self._observer = around.observe(name, self.sid)
        self.tracks = Exchange(self.audience, clock, around.entropy, around.limits, self._observer)
        self.speaking = Speaking(self.audience, clock)
        self.quality = Qualities(self.audience, clock)
        self.data = DataRouting()
        self.lifetime = RoomLifetime(
            clock,
            empty_s=_or(settings.empty_timeout_s, defaults.empty_timeout_s),
            departure_s=_or(settings.departure_timeout_s, defaults.departure_timeout_s),
            expire=lambda: expire(self),
        )
        self._around = around
        self._state = RoomState.OPEN
        self._metadata = settings.metadata or ""
        self._revision = int(self.created_at * 1_000_000)
        self._counts_timer: Timer | None = None
        around.media.limit_speakers(place.speakers, defaults.audible_speakers)
        self._observer.handle_opened()

    @property
    def state(self) -> RoomState:
        """Open until `close`."""
        return self._state

    @property
    def metadata(self) -> str:
        """The application's own words about the room."""
        return self._metadata

    @property
    def revision(self) -> int:
        """Rises with every change that participants hear of; microseconds of Unix time, or just above the last."""
        return self._revision

    @property
    def participants(self) -> tuple[Participant, ...]:
        """Everyone, the hidden ones too, in the order of arrival."""
        return tuple(self.audience)

    @property
    def visible(self) -> tuple[Participant, ...]:
        """Those that others may know of."""
        return tuple(participant for participant in self.audience if not participant.hidden)

    # Coming and going.

    def check_room_for(self, identity: Identity) -> None:
        """Raises `RoomClosedError` or `RoomFullError` if a bearer of this identity could not join now."""
        if self._state is RoomState.CLOSED:
            raise RoomClosedError(f"The room {self.name!r} is closed.", "Join again: a new room is made.")
        replaces = self.audience.by_identity(identity) is not None
        if self.max_participants and not replaces and len(self.audience) >= self.max_participants:
            raise RoomFullError(
                f"The room {self.name!r} takes {self.max_participants} participants.", "Try again when someone left."
            )

    def admit(self, grant: Grant, options: JoinOptions, sink: Sink) -> Participant:
        """Takes in a newcomer and tells the others at once. An earlier bearer of the identity goes first.

        Raises `RoomClosedError`, `RoomFullError` or `LimitExceededError`.
        """
        self.check_room_for(grant.identity)
        options.profile.check(self._around.limits)
        earlier = self.audience.by_identity(grant.identity)
        if earlier is not None:
            self.remove(earlier, DepartureReason.DUPLICATE_IDENTITY)
        sid = ParticipantSid(f"PA_{self._around.entropy.token(12)}")
        shard = self._around.placement.place(self.place.shard, len(self.audience))
        participant = Participant(sid, grant, options, self._around.clock.now(), shard)
        self.audience.add(participant, sink)
        self.lifetime.handle_arrival()
        participant.advance(ParticipantState.JOINED)
        self._observer.handle_joined(participant)
        self._tell_others(participant)
        self._schedule_counts()
        return participant

    def activate(self, participant: Participant, transport: TransportId) -> None:
        """Media and data flow to and from the participant. Only now does it receive what is there."""
        self._check_present(participant)
        participant.transport = transport
        if participant.advance(ParticipantState.ACTIVE):
            self._observer.handle_active(participant)
            self._tell_change(participant)
            self.tracks.handle_changed_rights(participant)

    def remove(self, participant: Participant, reason: DepartureReason) -> None:
        """Lets a participant go: first its tracks vanish, then it, then it is told. Harmless if it is gone."""
        if participant.sid not in self.audience:
            return
        participant.departure = reason
        participant.advance(ParticipantState.DISCONNECTED)
        sink = self.audience.remove(participant)
        self._around.placement.release(participant.shard)
        self.tracks.handle_departure(participant)
        self.speaking.forget(participant.sid)
        self.quality.forget(participant.sid)
        self.data.forget(participant.sid)
        self._observer.handle_left(participant, reason)
        participant.touch()
        self._tell_others(participant)
        self._schedule_counts()
        if sink is not None:
            sink(Removed(reason))
        if len(self.audience) == 0 and self._state is RoomState.OPEN:
            self.lifetime.handle_emptied()

    def close(self, reason: DepartureReason) -> None:
        """Sends everyone away for good. Harmless if closed."""
        was_open, self._state = self._state is RoomState.OPEN, RoomState.CLOSED
        for participant in self.participants:
            self.remove(participant, reason)
        self.lifetime.stop()
        self.tracks.stop()
        self.speaking.stop()
        self.quality.stop()
        if self._counts_timer is not None:
            self._counts_timer.cancel()
            self._counts_timer = None
        if was_open:
            self._around.media.limit_speakers(self.place.speakers, 0)
            self._observer.handle_closed(reason)

    # Changes.

    def update_profile(self, participant: Participant, profile: Profile) -> None:
        """Takes over what a participant says about itself. Raises `NotPermittedError` or `LimitExceededError`."""
        self._check_present(participant)
        if not participant.grant.room.update_own_metadata:
            raise NotPermittedError("The grant does not allow to change one's own name, metadata or attributes.")
        self.set_profile(participant, profile)

    def set_profile(self, participant: Participant, profile: Profile) -> None:
        """The same on an administrator's word. Raises `LimitExceededError`."""
        profile.check(self._around.limits)
        participant.profile = profile
        participant.touch()
        self._tell_change(participant)

    def change_grant(self, participant: Participant, grant: Grant) -> None:
        """Gives other rights, at once: tracks that are no longer allowed end, subscriptions follow."""
        self._check_present(participant)
        participant.grant = grant
        participant.touch()
        self.audience.tell(participant.sid, GrantChanged(grant))
        self._tell_change(participant)
        self.tracks.handle_changed_rights(participant)

    def set_metadata(self, metadata: str) -> None:
        """Raises `LimitExceededError`."""
        if len(metadata.encode()) > self._around.limits.metadata_bytes:
            raise LimitExceededError(f"The metadata is larger than {self._around.limits.metadata_bytes} bytes.")
        self._metadata = metadata
        self._tell_room()

    def receivers(self, sender: Participant, audience: DataAudience) -> tuple[TransportId, ...]:
        """Where a data message of this sender goes."""
        return self.data.receivers(sender, self.audience, audience)

    def _check_present(self, participant: Participant) -> None:
        if participant.sid not in self.audience:
            raise RoomClosedError(f"The participant {participant.sid} is gone.", "Join again.")

    def _tell_change(self, participant: Participant) -> None:
        self.audience.tell(participant.sid, ParticipantChanged(participant))
        self._tell_others(participant)

    def _tell_others(self, participant: Participant) -> None:
        if not participant.hidden:
            self.audience.tell_all(ParticipantChanged(participant), besides=participant.sid)

    def _schedule_counts(self) -> None:
        if self._counts_timer is None and self._state is RoomState.OPEN:
            self._counts_timer = self._around.clock.call_later(COUNTS_INTERVAL_S, self._tell_counts)

    def _tell_counts(self) -> None:
        self._counts_timer = None
        self._tell_room()

    def _tell_room(self) -> None:
        self._revision = max(self._revision + 1, int(self._around.clock.now() * 1_000_000))
        self.audience.tell_all(RoomChanged())


def _or(value: float | None, default: float) -> float:
    return default if value is None else float(value)
