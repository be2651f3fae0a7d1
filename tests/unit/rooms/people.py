"""Participants of a room whose events are kept."""

from __future__ import annotations

from typing import Any, TypeVar

from tests.unit.doors.fakes import FakeClock, FakeEntropy, FakeMedia
from tureen.model.grant import Grant, ParticipantKind, RoomGrant, RoomSettings, TrackSource
from tureen.model.ids import Identity, ProducerId, RoomName, TransportId
from tureen.model.media import Codec, Encoding, MediaKind, ProducerParameters
from tureen.rooms import Participant, Publication, Room, RoomDefaults, RoomEvent, RoomLimits, RoomRegistry
from tureen.rooms.events import ParticipantChanged
from tureen.rooms.observer import Observe, unobserved
from tureen.rooms.participant import JoinOptions
from tureen.rooms.profile import Profile
from tureen.rooms.track import TrackDescription

ROOM = RoomName("soup")
EventT = TypeVar("EventT")
VP8 = Codec(mime_type="video/VP8", payload_type=96, clock_rate=90000, rtx_payload_type=97)


def grant(
    identity: str, *, settings: RoomSettings | None = None, kind: ParticipantKind | None = None, **rights: Any
) -> Grant:
    return Grant(
        identity=Identity(identity),
        api_key="devkey",
        expires_at=0.0,
        kind=kind or ParticipantKind.STANDARD,
        room=RoomGrant(**{"join": True, "room": ROOM, **rights}),
        settings=settings or RoomSettings(),
    )


class Person:
    """One participant and what it was told, with states as they were then."""

    def __init__(self, building: Building, identity: str, **rights: Any) -> None:
        self.events: list[RoomEvent] = []
        self.seen: list[tuple[str, str, int]] = []
        self.building = building
        auto = rights.pop("auto_subscribe", True)
        options = JoinOptions(profile=Profile(name=identity.title()), auto_subscribe=auto)
        self.room, self.participant = building.registry.join(grant(identity, **rights), options, self._take)

    def _take(self, event: RoomEvent) -> None:
        self.events.append(event)
        if isinstance(event, ParticipantChanged):
            who = event.participant
            self.seen.append((who.identity, who.state.value, len(who.announced)))

    def activate(self) -> Person:
        self.room.activate(self.participant, self.building.new_transport())
        return self

    def publish(
        self,
        *,
        muted: bool = False,
        started: bool = True,
        source: TrackSource = TrackSource.CAMERA,
        layers: int = 1,
    ) -> Publication:
        kind = MediaKind.AUDIO if source is TrackSource.MICROPHONE else MediaKind.VIDEO
        description = TrackDescription(kind=kind, source=source, client_id="cid", muted=muted)
        publication = self.room.tracks.publish(self.participant, description)
        producer = ProducerId(self.building.new_transport())
        encodings = tuple(Encoding(ssrc=7 + layer) for layer in range(layers))
        parameters = ProducerParameters(kind=kind, mid="1", codecs=(VP8,), encodings=encodings)
        self.room.tracks.attach(self.participant, publication, producer, parameters)
        if started:
            self.room.tracks.start(self.participant, publication)
        return publication

    def told(self, kind: type[EventT]) -> list[EventT]:
        return [event for event in self.events if isinstance(event, kind)]


class Building:
    def __init__(
        self,
        *,
        limits: RoomLimits | None = None,
        defaults: RoomDefaults | None = None,
        observe: Observe = unobserved,
    ) -> None:
        self.clock = FakeClock()
        self.media = FakeMedia()
        self.registry = RoomRegistry(
            self.clock,
            FakeEntropy(),
            media=self.media,
            limits=limits or RoomLimits(),
            defaults=defaults or RoomDefaults(),
            observe=observe,
        )
        self._transports = 0

    def new_transport(self) -> TransportId:
        self._transports += 1
        return TransportId(self._transports)

    def enter(self, identity: str, **rights: Any) -> Person:
        return Person(self, identity, **rights).activate()

    @property
    def room(self) -> Room:
        (room,) = self.registry.rooms
        return room


def identities(participants: tuple[Participant, ...]) -> list[str]:
    return [participant.identity for participant in participants]
