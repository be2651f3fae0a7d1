"""Tracks offered and taken within one room: publications on one side, subscriptions on the other."""

from __future__ import annotations

from collections.abc import Iterable

from tureen.model.grant import TrackSource
from tureen.model.ids import ProducerId, TrackSid
from tureen.model.media import MediaKind, ProducerParameters
from tureen.ports import Clock, Entropy
from tureen.rooms.audience import Audience
from tureen.rooms.demand import Demands, Wanted
from tureen.rooms.errors import NotPermittedError, UnknownTrackError
from tureen.rooms.events import (
    DemandChanged,
    ParticipantChanged,
    RefusalReason,
    SubscriptionAdjusted,
    SubscriptionClosed,
    SubscriptionOpened,
    SubscriptionPermitted,
    SubscriptionRefused,
    TrackMuted,
    TrackSubscribed,
    TrackUnpublished,
)
from tureen.rooms.limits import RoomLimits
from tureen.rooms.observer import RoomObserver
from tureen.rooms.participant import Participant
from tureen.rooms.permissions import SubscriptionPolicy
from tureen.rooms.publication import Publication
from tureen.rooms.subscription import SubscriptionChange, Subscriptions, TrackSettings, Wish
from tureen.rooms.track import LayerQuality, TrackCodec, TrackDescription
from tureen.rooms.wanted_layer import wanted_quality

BACKUP_S = 10.0
"""How long a subscriber waits for a codec that the publisher is asked for until it hears that there is none."""

_SID_LETTERS = {
    TrackSource.MICROPHONE: "AM",
    TrackSource.CAMERA: "VC",
    TrackSource.SCREEN_SHARE: "VS",
    TrackSource.SCREEN_SHARE_AUDIO: "AS",
}
_SID_LETTERS_BY_KIND = {MediaKind.AUDIO: "AU", MediaKind.VIDEO: "VU"}


class Exchange:
    """Publishes, announces and ends tracks; opens and closes subscriptions as conditions change; tells everyone."""

    def __init__(
        self, audience: Audience, clock: Clock, entropy: Entropy, limits: RoomLimits, observer: RoomObserver
    ) -> None:
        """``audience`` and ``observer`` are the room's own; they stay in the room's hands."""
        self._audience = audience
        self._clock = clock
        self._entropy = entropy
        self._limits = limits
        self._observer = observer
        self._tracks: dict[TrackSid, Publication] = {}
        self._subscriptions = Subscriptions()
        self._demands = Demands(clock, self._wanted, self._tell_demand)

    # Publishing.

    def publish(self, publisher: Participant, description: TrackDescription) -> Publication:
        """Adds a track. A muted one is announced at once, another when its media comes (`start`).

        Raises `NotPermittedError` or `LimitExceededError`.
        """
        publisher.check_publish(description, self._limits)
        publication = Publication(
            self._new_sid(description), (publisher.sid, publisher.identity), description, self._clock.now()
        )
        self._tracks[publication.sid] = publication
        publisher.add(publication)
        self._observer.handle_published(publication)
        if description.muted:
            self.start(publisher, publication)
        return publication

    def add_codec(self, publisher: Participant, publication: Publication, codec: TrackCodec) -> str:
        """The publisher will send the track in a further codec; returns the name of its carrier.

        Raises `InvalidRequestError` or `LimitExceededError`.
        """
        name = publication.add_codec(codec, self._clock.now())
        self._tell_if_announced(publisher, publication)
        return name

    def attach(
        self,
        publisher: Participant,
        publication: Publication,
        producer: ProducerId,
        parameters: ProducerParameters,
        codec: str | None = None,
    ) -> None:
        """A description carries the track: media comes under this producer. ``codec``: of a backup."""
        publication.attach(producer, parameters, self._clock.now(), codec)
        if publication.announced:
            self._tell_change(publisher)
            self._refresh_track(publisher, publication)
            self._readjust(publication)

    def start(
        self,
        publisher: Participant,
        publication: Publication,
        payload_type: int | None = None,
        codec: str | None = None,
    ) -> None:
        """Media comes under ``payload_type``, or will not because the track is muted: the others learn of it.

        ``codec``: of a backup, which opens for those who wait for it.
        """
        now = self._clock.now()
        if codec is not None:
            if payload_type is not None and publication.start_backup(codec, payload_type, now):
                self._tell_if_announced(publisher, publication)
                self._refresh_track(publisher, publication)
            return
        surprises = payload_type is not None and publication.note_sent(payload_type, now)
        if publication.announce(now):
            self._tell_change(publisher)
            if publication.description.kind is MediaKind.VIDEO:
                self._demands.watch(publication)
            self._refresh_track(publisher, publication)
        elif surprises:
            self._tell_change(publisher)
            self._reopen(publication)

    def mute(self, publisher: Participant, publication: Publication, *, muted: bool, by_server: bool = False) -> None:
        """Tells everyone; the publisher too if it was not its own doing."""
        if not publication.mute(muted=muted, now=self._clock.now()):
            return
        if by_server:
            self._audience.tell(publisher.sid, TrackMuted(publication))
        self._tell_if_announced(publisher, publication)

    def describe(self, publisher: Participant, publication: Publication, description: TrackDescription) -> None:
        """Takes over a changed description. Raises `InvalidRequestError` if it is another kind of track."""
        publication.describe(description, self._clock.now())
        self._tell_if_announced(publisher, publication)
        self._readjust(publication)

    def end_codec(self, publisher: Participant, publication: Publication, codec: str) -> None:
        """A backup is no longer sent; those who received it wait for another."""
        publication.drop_codec(codec, self._clock.now())
        self._tell_if_announced(publisher, publication)
        self._refresh_track(publisher, publication)

    def end(self, publisher: Participant, publication: Publication, *, by_server: bool = False) -> None:
        """Takes a track away from everyone."""
        was_announced = publication.announced
        publisher.drop(publication)
        self._end(publication)
        if by_server:
            self._audience.tell(publisher.sid, TrackUnpublished(publication))
        if was_announced:
            self._tell_change(publisher)

    # Subscribing.

    def subscribe(self, subscriber: Participant, tracks: Iterable[TrackSid], *, wanted: bool) -> None:
        """Takes down what the subscriber wants. Raises `NotPermittedError` if it may not subscribe at all."""
        if wanted and not subscriber.grant.room.subscribe:
            raise NotPermittedError("The grant does not allow to subscribe.")
        for sid in tracks:
            found = self._visible(sid)
            if found is None:
                if wanted:
                    self._refuse(subscriber, sid, RefusalReason.UNKNOWN_TRACK)
                continue
            publisher, publication = found
            self._subscriptions.wish(subscriber, sid, Wish.WANTED if wanted else Wish.UNWANTED)
            self._refresh(subscriber, publisher, publication)
            if wanted and not publisher.policy.allows(subscriber.identity, sid):
                self._audience.tell(subscriber.sid, SubscriptionPermitted(publisher.sid, sid, allowed=False))

    def adjust(self, subscriber: Participant, tracks: Iterable[TrackSid], settings: TrackSettings) -> None:
        """How much of the tracks the subscriber can use, now or once it subscribes.

        Raises `UnknownTrackError` for those that are not there, once the others are adjusted.
        """
        unknown = 0
        for sid in tracks:
            publication = self._tracks.get(sid)
            if publication is None:
                unknown += 1
            elif self._subscriptions.adjust(subscriber, sid, settings):
                self._audience.tell(subscriber.sid, SubscriptionAdjusted(publication, settings))
                self._demands.touch(sid)
        if unknown:
            raise UnknownTrackError(f"{unknown} of the tracks are not in this room.")

    def handle_undecodable(self, subscriber: Participant, track: TrackSid) -> None:
        """The subscriber cannot decode a track as it comes: it waits for a backup, or is refused if there is none."""
        publication = self._tracks.get(track)
        if publication is None:
            return
        publisher = self._audience.by_sid(publication.publisher_sid)
        if publisher is None:
            return
        backup = publication.next_codec(self._subscriptions.codec(subscriber, track))
        if backup is None:
            self._refuse(subscriber, track, RefusalReason.CODEC_UNSUPPORTED)
            return
        self._switch(subscriber, publisher, publication, backup)
        if publication.carrier(backup) is None:
            self._clock.call_later(BACKUP_S, lambda: self._refuse_if_waiting(subscriber, track, backup))

    def set_policy(self, publisher: Participant, policy: SubscriptionPolicy) -> None:
        """Who may subscribe to the publisher's tracks from now on."""
        before, publisher.policy = publisher.policy, policy
        for publication in publisher.announced:
            for member in self._audience:
                allowed = policy.allows(member.identity, publication.sid)
                if member.sid == publisher.sid or allowed == before.allows(member.identity, publication.sid):
                    continue
                if self._subscriptions.wishes(member, publication.sid):
                    event = SubscriptionPermitted(publisher.sid, publication.sid, allowed=allowed)
                    self._audience.tell(member.sid, event)
                self._refresh(member, publisher, publication)

    # People.

    def handle_changed_rights(self, participant: Participant) -> None:
        """The participant became active, or its grant changed: what it may receive and publish follows."""
        for publication in participant.publications:
            if not participant.may_publish(publication.description.source):
                self.end(participant, publication, by_server=True)
        for publication in tuple(self._tracks.values()):
            publisher = self._audience.by_sid(publication.publisher_sid)
            if publisher is not None:
                self._refresh(participant, publisher, publication)

    def handle_departure(self, participant: Participant) -> None:
        """Ends the tracks of one who is no longer in the audience, and forgets its interests."""
        for publication in participant.publications:
            participant.drop(publication)
            self._end(publication)
        self._subscriptions.forget_participant(participant.sid)
        self._demands.touch_all()

    def stop(self) -> None:
        """The room is closed."""
        self._demands.stop()

    def subscribers(self, track: TrackSid) -> int:
        """How many receive the track."""
        return len(self._subscriptions.subscribers(track))

    def _refuse(self, subscriber: Participant, track: TrackSid, reason: RefusalReason) -> None:
        self._audience.tell(subscriber.sid, SubscriptionRefused(track, reason))
        self._observer.handle_subscription_refused(subscriber, track, reason)

    def _visible(self, sid: TrackSid) -> tuple[Participant, Publication] | None:
        publication = self._tracks.get(sid)
        if publication is None or not publication.announced:
            return None
        publisher = self._audience.by_sid(publication.publisher_sid)
        return None if publisher is None or publisher.hidden else (publisher, publication)

    def _end(self, publication: Publication) -> None:
        publication.end(self._clock.now())
        for sid in self._subscriptions.subscribers(publication.sid):
            self._audience.tell(sid, SubscriptionClosed(publication))
        self._subscriptions.forget_track(publication.sid)
        self._tracks.pop(publication.sid, None)
        self._demands.forget(publication.sid)
        self._observer.handle_unpublished(publication)

    def _refresh_track(self, publisher: Participant, publication: Publication) -> None:
        for member in self._audience:
            self._refresh(member, publisher, publication)

    def _refresh(self, subscriber: Participant, publisher: Participant, publication: Publication) -> None:
        change = self._subscriptions.refresh(subscriber, publisher, publication)
        self._demands.touch(publication.sid)
        if change is SubscriptionChange.CLOSED:
            self._audience.tell(subscriber.sid, SubscriptionClosed(publication))
        elif change is SubscriptionChange.OPENED:
            self._tell_opened(subscriber, publication)
            if publication.note_first_subscriber():
                self._audience.tell(publisher.sid, TrackSubscribed(publication))

    def _readjust(self, publication: Publication) -> None:
        """The layers are others than before: what the subscribers asked for may be another one of them now."""
        for sid in self._subscriptions.subscribers(publication.sid):
            subscriber = self._audience.by_sid(sid)
            if subscriber is not None:
                settings = self._subscriptions.settings(subscriber, publication.sid)
                self._audience.tell(sid, SubscriptionAdjusted(publication, settings))
        self._demands.touch(publication.sid)

    def _reopen(self, publication: Publication) -> None:
        """What subscribers were promised no longer holds: each is asked anew whether it can decode the track."""
        publisher = self._audience.by_sid(publication.publisher_sid)
        if publisher is not None:
            for member in self._audience:
                self._switch(member, publisher, publication, None)

    def _switch(
        self, subscriber: Participant, publisher: Participant, publication: Publication, codec: str | None
    ) -> None:
        """To another carrier, or to the same one anew."""
        if self._subscriptions.choose_codec(subscriber, publication.sid, codec):
            self._audience.tell(subscriber.sid, SubscriptionClosed(publication))
        self._refresh(subscriber, publisher, publication)

    def _tell_opened(self, subscriber: Participant, publication: Publication) -> None:
        settings = self._subscriptions.settings(subscriber, publication.sid)
        codec = self._subscriptions.codec(subscriber, publication.sid)
        self._audience.tell(subscriber.sid, SubscriptionOpened(publication, settings, codec))

    def _refuse_if_waiting(self, subscriber: Participant, track: TrackSid, codec: str) -> None:
        waits = self._subscriptions.codec(subscriber, track) == codec
        if waits and track in self._tracks and not self._subscriptions.is_open(subscriber, track):
            self._refuse(subscriber, track, RefusalReason.CODEC_UNSUPPORTED)

    def _wanted(self, publication: Publication) -> Wanted:
        """Of each carrier, and of each codec that somebody needs."""
        most: dict[str | None, LayerQuality | None] = dict.fromkeys((None, *publication.backups))
        for codec, settings in self._subscriptions.demands(publication.sid):
            quality = wanted_quality(settings, publication, publication.carrier(codec))
            before = most.get(codec)
            most[codec] = quality if before is None else max(before, quality or before)
        return most

    def _tell_demand(self, publication: Publication, wanted: Wanted) -> None:
        self._audience.tell(publication.publisher_sid, DemandChanged(publication, wanted))

    def _tell_if_announced(self, publisher: Participant, publication: Publication) -> None:
        if publication.announced:
            self._tell_change(publisher)

    def _tell_change(self, publisher: Participant) -> None:
        publisher.touch()
        event = ParticipantChanged(publisher)
        if publisher.hidden:
            self._audience.tell(publisher.sid, event)
        else:
            self._audience.tell_all(event)

    def _new_sid(self, description: TrackDescription) -> TrackSid:
        letters = _SID_LETTERS.get(description.source) or _SID_LETTERS_BY_KIND[description.kind]
        return TrackSid(f"TR_{letters}{self._entropy.token(12)}")
