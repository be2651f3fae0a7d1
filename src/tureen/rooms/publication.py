"""A track that a participant offers to its room."""

from __future__ import annotations

import enum
from collections.abc import Iterator

import msgspec

from tureen.model.ids import Identity, ParticipantSid, ProducerId, TrackSid
from tureen.model.media import Codec, ProducerParameters
from tureen.rooms.errors import InvalidRequestError
from tureen.rooms.track import TrackDescription


class PublicationState(enum.StrEnum):
    """Only an announced publication is visible to others."""

    PENDING = "pending"
    """Added; no media yet."""
    ANNOUNCED = "announced"
    ENDED = "ended"


class Publication:
    """The track's life: added, given a producer when a description carries it, announced when media comes, ended."""

    def __init__(
        self,
        sid: TrackSid,
        publisher: tuple[ParticipantSid, Identity],
        description: TrackDescription,
        now: float,
    ) -> None:
        """``now``: Unix seconds."""
        self.sid = sid
        self.publisher_sid, self.publisher = publisher
        self._description = description
        self._state = PublicationState.PENDING
        self._muted = description.muted
        self._producer: ProducerId | None = None
        self._parameters: ProducerParameters | None = None
        self._sent_payload_type: int | None = None
        self._revision = int(now * 1_000_000)
        self._subscribed_once = False

    @property
    def description(self) -> TrackDescription:
        """As last stated by the publisher."""
        return self._description

    @property
    def state(self) -> PublicationState:
        """Where it is in its life."""
        return self._state

    @property
    def announced(self) -> bool:
        """Whether others may know of it."""
        return self._state is PublicationState.ANNOUNCED

    @property
    def muted(self) -> bool:
        """Whether the publisher, or an administrator, muted it."""
        return self._muted

    @property
    def producer(self) -> ProducerId | None:
        """The core's object; ``None`` until a description carries the track."""
        return self._producer

    @property
    def parameters(self) -> ProducerParameters | None:
        """What was negotiated with the publisher, together with ``producer``."""
        return self._parameters

    @property
    def revision(self) -> int:
        """Rises with every change; microseconds of Unix time, or just above the last."""
        return self._revision

    @property
    def codec(self) -> Codec | None:
        """The codec in which media comes, and until it comes the one that the publisher prefers.

        ``None`` until a description carries the track.
        """
        codecs = self._parameters.codecs if self._parameters is not None else ()
        return next((codec for codec in codecs if codec.payload_type == self._sent_payload_type), None) or next(
            self._preferred(codecs), None
        )

    @property
    def mime_type(self) -> str:
        """Of the codec, or as the publisher stated it before; empty while nothing is known."""
        codec = self.codec
        return codec.mime_type if codec is not None else next(self._stated_mime_types(), "")

    def attach(self, producer: ProducerId, parameters: ProducerParameters, now: float) -> None:
        """Media will come, or comes, under this producer."""
        self._check_alive()
        self._producer, self._parameters = producer, parameters
        self._touch(now)

    def announce(self, now: float) -> bool:
        """Makes it visible. ``False`` if it was already."""
        self._check_alive()
        if self.announced:
            return False
        self._state = PublicationState.ANNOUNCED
        self._touch(now)
        return True

    def note_sent(self, payload_type: int, now: float) -> bool:
        """Media comes under this payload type. ``True`` if that is another codec than was expected."""
        self._check_alive()
        expected, self._sent_payload_type = self.codec, payload_type
        if self.codec == expected:
            return False
        self._touch(now)
        return True

    def mute(self, *, muted: bool, now: float) -> bool:
        """``False`` if nothing changes."""
        self._check_alive()
        if self._muted == muted:
            return False
        self._muted = muted
        self._touch(now)
        return True

    def describe(self, description: TrackDescription, now: float) -> None:
        """Takes over a changed description. The kind and the source stay. Raises `InvalidRequestError` otherwise."""
        self._check_alive()
        if (description.kind, description.source) != (self._description.kind, self._description.source):
            raise InvalidRequestError("A track cannot change its kind or its source.", "Publish another track instead.")
        self._description = msgspec.structs.replace(description, muted=self._muted)
        self._touch(now)

    def end(self, now: float) -> None:
        """Nothing follows."""
        self._state = PublicationState.ENDED
        self._touch(now)

    def note_first_subscriber(self) -> bool:
        """``True`` the first time."""
        first, self._subscribed_once = not self._subscribed_once, True
        return first

    def _touch(self, now: float) -> None:
        self._revision = max(self._revision + 1, int(now * 1_000_000))

    def _check_alive(self) -> None:
        if self._state is PublicationState.ENDED:
            raise InvalidRequestError(f"The track {self.sid} has ended.", "Publish it again.")

    def _preferred(self, codecs: tuple[Codec, ...]) -> Iterator[Codec]:
        """First those that the publisher named, then all in the order of the answer."""
        for stated in self._stated_mime_types():
            yield from (codec for codec in codecs if codec.mime_type.lower() == stated.lower())
        yield from codecs

    def _stated_mime_types(self) -> Iterator[str]:
        for codec in self._description.codecs:
            if codec.mime_type:
                kind = self._description.kind.value
                yield codec.mime_type if "/" in codec.mime_type else f"{kind}/{codec.mime_type}"
