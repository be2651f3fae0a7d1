"""A person or an agent in a room."""

from __future__ import annotations

import enum

from msgspec import Struct

from tureen.model.grant import Grant, ParticipantKind, TrackSource
from tureen.model.ids import Identity, ParticipantSid, TrackSid, TransportId
from tureen.rooms.errors import LimitExceededError, NotPermittedError, UnknownTrackError
from tureen.rooms.limits import RoomLimits
from tureen.rooms.permissions import SubscriptionPolicy
from tureen.rooms.profile import Profile
from tureen.rooms.publication import Publication
from tureen.rooms.track import TrackDescription


class ParticipantState(enum.StrEnum):
    """Only ever moves down this list."""

    JOINING = "joining"
    """Admitted; its session has not confirmed yet."""
    JOINED = "joined"
    """Signaling is up."""
    ACTIVE = "active"
    """Media and data flow."""
    DISCONNECTED = "disconnected"


_ORDER = tuple(ParticipantState)


class DepartureReason(enum.StrEnum):
    """Why a participant is no longer in the room."""

    CLIENT_LEFT = "client_left"
    DUPLICATE_IDENTITY = "duplicate_identity"
    SERVER_SHUTDOWN = "server_shutdown"
    REMOVED = "removed"
    ROOM_CLOSED = "room_closed"
    ROOM_DELETED = "room_deleted"
    SIGNALING_LOST = "signaling_lost"
    TRANSPORT_LOST = "transport_lost"
    JOIN_FAILED = "join_failed"


class ClientFacts(Struct, frozen=True, kw_only=True):
    """What a participant's software told about itself; shown to others and in the log, never interpreted here."""

    protocol: int = 0
    client_protocol: int = 0
    capabilities: tuple[int, ...] = ()
    sdk: str = ""
    sdk_version: str = ""


class JoinOptions(Struct, frozen=True, kw_only=True):
    """What a newcomer brings beside its grant."""

    profile: Profile
    client: ClientFacts = ClientFacts()
    auto_subscribe: bool = True


class Participant:
    """Identity, rights, profile and publications of one stay."""

    def __init__(self, sid: ParticipantSid, grant: Grant, options: JoinOptions, now: float, shard: int) -> None:
        """``now``: Unix seconds; ``shard``: the one of the packet core that carries its media."""
        self.sid = sid
        self.shard = shard
        self.identity: Identity = grant.identity
        self.kind: ParticipantKind = grant.kind
        self.client = options.client
        self.auto_subscribe = options.auto_subscribe
        self.joined_at = now
        self.grant = grant
        self.profile = options.profile
        self.policy = SubscriptionPolicy()
        self.transport: TransportId | None = None
        self.departure: DepartureReason | None = None
        self._state = ParticipantState.JOINING
        self._version = 1
        self._publications: dict[TrackSid, Publication] = {}

    @property
    def state(self) -> ParticipantState:
        """Where it is in its stay."""
        return self._state

    @property
    def active(self) -> bool:
        """Whether media and data flow."""
        return self._state is ParticipantState.ACTIVE

    @property
    def present(self) -> bool:
        """Whether it is still in the room."""
        return self._state is not ParticipantState.DISCONNECTED

    @property
    def hidden(self) -> bool:
        """Never shown to others."""
        return self.grant.room.hidden

    @property
    def version(self) -> int:
        """Rises with every change that others see."""
        return self._version

    @property
    def publications(self) -> tuple[Publication, ...]:
        """All that have not ended."""
        return tuple(self._publications.values())

    @property
    def announced(self) -> tuple[Publication, ...]:
        """Those that others may know of."""
        return tuple(publication for publication in self._publications.values() if publication.announced)

    def advance(self, state: ParticipantState) -> bool:
        """Moves on. ``False`` if it is there or past it already."""
        if _ORDER.index(state) <= _ORDER.index(self._state):
            return False
        self._state = state
        self.touch()
        return True

    def touch(self) -> None:
        """Something that others see has changed."""
        self._version += 1

    def publication(self, sid: TrackSid) -> Publication:
        """One of its own. Raises `UnknownTrackError`."""
        found = self._publications.get(sid)
        if found is None:
            raise UnknownTrackError(f"This participant has no track {sid[:64]!r}.", "Use the sid of track_published.")
        return found

    def check_publish(self, description: TrackDescription, limits: RoomLimits) -> None:
        """Raises `NotPermittedError` or `LimitExceededError` if it may not publish this."""
        if not self.may_publish(description.source):
            raise NotPermittedError(f"The grant does not allow to publish {description.source.value}.")
        if len(self._publications) >= limits.tracks_per_participant:
            raise LimitExceededError(f"A participant may publish {limits.tracks_per_participant} tracks.")
        texts = (description.name, description.client_id, description.stream)
        if any(len(text) > limits.name_characters for text in texts):
            raise LimitExceededError(f"A track's name or id is longer than {limits.name_characters} characters.")

    def may_publish(self, source: TrackSource) -> bool:
        """Whether the grant covers tracks from this source."""
        room = self.grant.room
        return room.publish and (not room.publish_sources or source in room.publish_sources)

    def add(self, publication: Publication) -> None:
        """Takes over a new publication of its own."""
        self._publications[publication.sid] = publication
        self.touch()

    def drop(self, publication: Publication) -> None:
        """Forgets an ended publication."""
        if self._publications.pop(publication.sid, None) is not None:
            self.touch()
