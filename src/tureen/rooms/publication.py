"""A track that a participant offers to its room."""

from __future__ import annotations

import enum
from collections.abc import Mapping

import msgspec

from tureen.model.ids import Identity, ParticipantSid, ProducerId, TrackSid
from tureen.model.media import ProducerParameters
from tureen.rooms.carrier import Carrier
from tureen.rooms.errors import InvalidRequestError, LimitExceededError
from tureen.rooms.track import TrackCodec, TrackDescription, VideoLayer

MAX_BACKUPS = 3


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
        self._main = Carrier(codec.mime_type for codec in description.codecs)
        self._backups: dict[str, Carrier] = {}
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
    def main(self) -> Carrier:
        """The track in the codec that everyone gets who can decode it."""
        return self._main

    @property
    def backups(self) -> Mapping[str, Carrier]:
        """The track in further codecs, by MIME type in small letters."""
        return self._backups

    @property
    def revision(self) -> int:
        """Rises with every change; microseconds of Unix time, or just above the last."""
        return self._revision

    def carrier(self, codec: str | None) -> Carrier | None:
        """The carrier of a backup codec, by its MIME type in small letters; the main one for ``None``."""
        return self._main if codec is None else self._backups.get(codec)

    def layers(self, carrier: Carrier) -> tuple[VideoLayer, ...]:
        """As the publisher stated them for this carrier, from the lowest to the highest."""
        mime_type = carrier.mime_type.lower()
        stated = next((it.layers for it in self._description.codecs if it.mime_type.lower() == mime_type), ())
        return tuple(sorted(stated or self._description.layers, key=lambda layer: layer.width * layer.height))

    def next_codec(self, codec: str | None) -> str | None:
        """The backup to try for whoever cannot decode a codec (``None``: the main one); ``None`` if none is left.

        Of those that the publisher named; it need not send them yet.
        """
        named = dict.fromkeys(it.mime_type.lower() for it in self._description.codecs)
        named.pop(self._main.mime_type.lower(), None)
        names = list(named)
        following = names if codec is None else names[names.index(codec) + 1 :] if codec in named else []
        return next(iter(following), None)

    def add_codec(self, codec: TrackCodec, now: float) -> str:
        """The publisher will send the track in a further codec; returns the name of its carrier.

        Raises `InvalidRequestError` if it is sent in this codec already, `LimitExceededError` if in too many.
        """
        self._check_alive()
        name = codec.mime_type.lower()
        if len(self._backups) >= MAX_BACKUPS:
            raise LimitExceededError(f"A track may be sent in {MAX_BACKUPS + 1} codecs.")
        if name == self._main.mime_type.lower() or name in self._backups:
            raise InvalidRequestError(f"The track {self.sid} is sent in {codec.mime_type} already.")
        others = tuple(it for it in self._description.codecs if it.mime_type.lower() != name)
        self._description = msgspec.structs.replace(self._description, codecs=(*others, codec))
        self._backups[name] = Carrier((codec.mime_type,))
        self._touch(now)
        return name

    def start_backup(self, codec: str, payload_type: int, now: float) -> bool:
        """Media of a backup came. ``True`` the first time."""
        self._check_alive()
        carrier = self._backups.get(codec)
        if carrier is None or carrier.flows:
            return False
        carrier.note_sent(payload_type)
        self._touch(now)
        return True

    def drop_codec(self, codec: str, now: float) -> None:
        """The publisher no longer sends this backup."""
        if self._backups.pop(codec, None) is not None:
            self._touch(now)

    def attach(
        self, producer: ProducerId, parameters: ProducerParameters, now: float, codec: str | None = None
    ) -> None:
        """Media will come, or comes, under this producer; ``codec``: of a backup."""
        self._check_alive()
        carrier = self.carrier(codec)
        if carrier is not None:
            carrier.attach(producer, parameters)
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
        """Media of the main carrier comes under this type. ``True`` if that is another codec than was expected."""
        self._check_alive()
        if not self._main.note_sent(payload_type):
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
