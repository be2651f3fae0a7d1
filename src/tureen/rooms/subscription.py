"""A receiver's interest in a publication: what it wishes, what it may have, and how much of it."""

from __future__ import annotations

import enum
from collections.abc import Iterator

from msgspec import Struct

from tureen.model.ids import ParticipantSid, TrackSid
from tureen.rooms.participant import Participant
from tureen.rooms.publication import Publication
from tureen.rooms.track import LayerQuality


class Wish(enum.StrEnum):
    """What the subscriber said about a track."""

    DEFAULT = "default"
    """Nothing: its ``auto_subscribe`` decides."""
    WANTED = "wanted"
    UNWANTED = "unwanted"


class TrackSettings(Struct, frozen=True, kw_only=True):
    """How much of a track the subscriber can use."""

    disabled: bool = False
    """Stops forwarding, keeps the subscription."""
    quality: LayerQuality = LayerQuality.HIGH
    width: int = 0
    """Pixels on screen, as is ``height``; 0: ``quality`` decides."""
    height: int = 0
    fps: int = 0
    """Pictures per second that it shows at most; 0: all."""
    priority: int = 0
    """Where not everything fits, 1 is served first; 0: we decide."""


class SubscriptionChange(enum.StrEnum):
    """What `Subscriptions.refresh` did."""

    OPENED = "opened"
    CLOSED = "closed"


class _Interest(Struct):
    wish: Wish = Wish.DEFAULT
    settings: TrackSettings = TrackSettings()
    codec: str | None = None
    """The carrier that the subscriber can decode: a backup, or the main one (``None``)."""
    due: bool = False
    """The subscriber wishes and may have the track; whether it comes in that codec is another matter."""
    open: bool = False


_NO_INTEREST = _Interest()


class Subscriptions:
    """All interests of a room. One is open while the subscriber wishes, may have and can receive the track."""

    def __init__(self) -> None:
        self._by_track: dict[TrackSid, dict[ParticipantSid, _Interest]] = {}

    def wish(self, subscriber: Participant, track: TrackSid, wish: Wish) -> None:
        """Takes down what the subscriber said; `refresh` makes it so."""
        self._interest(subscriber, track).wish = wish

    def wishes(self, subscriber: Participant, track: TrackSid) -> bool:
        """Whether the subscriber wants the track, by its word or by default."""
        wish = self._look(subscriber, track).wish
        return subscriber.auto_subscribe if wish is Wish.DEFAULT else wish is Wish.WANTED

    def adjust(self, subscriber: Participant, track: TrackSid, settings: TrackSettings) -> bool:
        """Takes down settings. ``True`` if the subscription is open, so that they matter now."""
        interest = self._interest(subscriber, track)
        interest.settings = settings
        return interest.open

    def settings(self, subscriber: Participant, track: TrackSid) -> TrackSettings:
        """As last stated."""
        return self._look(subscriber, track).settings

    def refresh(self, subscriber: Participant, publisher: Participant, track: Publication) -> SubscriptionChange | None:
        """Opens or closes the subscription if its conditions changed."""
        due = self._is_due(subscriber, publisher, track)
        known = self._look(subscriber, track.sid)
        opens = due and _is_carried(track, known.codec)
        if (due, opens) == (known.due, known.open):
            return None
        interest = self._interest(subscriber, track.sid)
        was_open, interest.due, interest.open = interest.open, due, opens
        if opens == was_open:
            return None
        return SubscriptionChange.OPENED if opens else SubscriptionChange.CLOSED

    def is_open(self, subscriber: Participant, track: TrackSid) -> bool:
        """Whether the subscriber receives the track now."""
        return self._look(subscriber, track).open

    def codec(self, subscriber: Participant, track: TrackSid) -> str | None:
        """The carrier that the subscriber receives, or waits for."""
        return self._look(subscriber, track).codec

    def choose_codec(self, subscriber: Participant, track: TrackSid, codec: str | None) -> bool:
        """The subscriber is to get that carrier; `refresh` makes it so. ``True`` if it loses another by that."""
        interest = self._interest(subscriber, track)
        was_open, interest.codec, interest.open = interest.open, codec, False
        return was_open

    def demands(self, track: TrackSid) -> Iterator[tuple[str | None, TrackSettings]]:
        """What each subscriber, also one that waits for its codec, would receive."""
        for interest in self._by_track.get(track, {}).values():
            if interest.due:
                yield interest.codec, interest.settings

    def subscribers(self, track: TrackSid) -> tuple[ParticipantSid, ...]:
        """Those to whom the track is open."""
        return tuple(sid for sid, interest in self._by_track.get(track, {}).items() if interest.open)

    def forget_track(self, track: TrackSid) -> None:
        """Drops all interest in an ended track."""
        self._by_track.pop(track, None)

    def forget_participant(self, subscriber: ParticipantSid) -> None:
        """Drops all interests of a subscriber that left."""
        for interests in self._by_track.values():
            interests.pop(subscriber, None)

    def _look(self, subscriber: Participant, track: TrackSid) -> _Interest:
        return self._by_track.get(track, {}).get(subscriber.sid, _NO_INTEREST)

    def _interest(self, subscriber: Participant, track: TrackSid) -> _Interest:
        return self._by_track.setdefault(track, {}).setdefault(subscriber.sid, _Interest())

    def _is_due(self, subscriber: Participant, publisher: Participant, track: Publication) -> bool:
        return (
            self.wishes(subscriber, track.sid)
            and subscriber.active
            and subscriber.grant.room.subscribe
            and subscriber.sid != publisher.sid
            and not publisher.hidden
            and track.announced
            and publisher.policy.allows(subscriber.identity, track.sid)
        )


def _is_carried(track: Publication, codec: str | None) -> bool:
    """The main carrier once it has a producer, as muted tracks send nothing; a backup once its media came."""
    carrier = track.carrier(codec)
    return carrier is not None and (carrier.producer is not None if codec is None else carrier.flows)
