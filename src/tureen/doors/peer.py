"""One participant's transport: negotiation decisions carried out in the packet core and told to the room."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

import msgspec
from msgspec import Struct

from tureen.doors.consumer_limits import limits
from tureen.doors.negotiation import Negotiated, Negotiation, PendingTrack, Requirement, UplinkKey, WantedTrack
from tureen.doors.negotiation.negotiation import fresh_credentials
from tureen.model.grant import TrackSource
from tureen.model.ids import ConsumerId, ProducerId, TrackSid, TransportId
from tureen.model.media import RED, ConsumerLimits, IceCredentials, ProducerParameters
from tureen.model.reports import TransportReport
from tureen.ports import Entropy, MediaPort, TransportListener
from tureen.rooms import Participant, Publication, Room
from tureen.rooms.carrier import Carrier
from tureen.rooms.link import Link, ReceivedTrack, SentTrack
from tureen.rooms.subscription import TrackSettings
from tureen.telemetry.room_log import participant_log


class _Received(Struct):
    """A subscribed track."""

    publication: Publication
    settings: TrackSettings
    carrier: Carrier
    limits: ConsumerLimits
    """As they were stated last."""
    consumer: ConsumerId | None = None


class _Uplink:
    """Tells the room, and the log, what the core says about one published track."""

    def __init__(self, room: Room, participant: Participant, publication: Publication, codec: str | None) -> None:
        self._room = room
        self._participant = participant
        self._publication = publication
        self._codec = codec
        self._flows = False

    def handle_producer_started(self, layer: int, payload_type: int) -> None:
        log = participant_log(self._room, self._participant)
        report = log.debug if self._flows else log.info
        report("first media", track=self._publication.sid, layer=layer)
        self._flows = True
        if self._publication in self._participant.publications:
            self._room.tracks.start(self._participant, self._publication, payload_type, self._codec)

    def handle_audio_level(self, level: int) -> None:
        if not (self._publication.muted or self._participant.hidden):
            self._room.speaking.handle_level(self._participant.sid, level)


class PeerListener(TransportListener, Protocol):
    """Hears of a peer's transport, and of what it receives."""

    def handle_stream_paused(self, publication: Publication, *, paused: bool) -> None:
        """The path became too narrow for a track that the peer receives, or wide enough again."""


class _Downlink:
    """Tells the listener what the core says about one track that is received."""

    def __init__(self, listener: PeerListener, publication: Publication) -> None:
        self._listener = listener
        self._publication = publication

    def handle_consumer_paused(self, *, paused: bool) -> None:
        self._listener.handle_stream_paused(self._publication, paused=paused)


class Peer:
    """Owns the participant's transport, producers and consumers. Closed together with the participant's stay."""

    def __init__(
        self, media: MediaPort, entropy: Entropy, room: Room, participant: Participant, listener: PeerListener
    ) -> None:
        """``listener`` hears of the transport; the peer itself needs none of it."""
        self._media = media
        self._room = room
        self._participant = participant
        self._listener = listener
        shard = participant.shard
        self._ice: IceCredentials = fresh_credentials(entropy, shard)
        self._negotiation = Negotiation(media.local_transport(shard, self._ice), shard, entropy)
        self._transport: TransportId | None = None
        self._published: dict[TrackSid, Publication] = {}
        self._producers: dict[UplinkKey, ProducerId] = {}
        self._received: dict[TrackSid, _Received] = {}
        self._floor = room.speaking.floor

    @property
    def transport(self) -> TransportId | None:
        """``None`` before the first offer and after the end."""
        return self._transport

    def handle_offer(self, text: str) -> Negotiated:
        """Answers an offer and makes it so. Raises `sdp.SdpError`; nothing has changed then."""
        negotiated = self._negotiation.handle_offer(text, may_publish=self._participant.grant.room.publish)
        transport = self._apply_transport(negotiated)
        for key in negotiated.ended:
            self._end(key)
        for key, parameters in negotiated.uplinks.items():
            self._carry(transport, key, parameters)
        for sid in negotiated.lost:
            self._close_consumer(sid)
        for bound in negotiated.opened:
            received = self._received[bound.sid]
            producer = received.carrier.producer
            if producer is not None:
                received.consumer = self._media.open_consumer(
                    transport,
                    producer,
                    bound.consumer,
                    received.limits,
                    _Downlink(self._listener, received.publication),
                )
        return negotiated

    def poll_requirement(self) -> Requirement | None:
        """What the client must be asked for now, if anything. Before its first offer nothing."""
        return None if self._transport is None else self._negotiation.poll_requirement()

    def awaiting(self, client_id: str) -> Publication | None:
        """A track that was announced under this id and is not carried yet."""
        for sid, publication in self._published.items():
            if UplinkKey(sid) not in self._producers and client_id and publication.description.client_id == client_id:
                return publication
        return None

    def publish(self, publication: Publication) -> None:
        """The participant announced a track; its section was offered before, or will be."""
        description = publication.description
        self._published[publication.sid] = publication
        client_ids = {description.client_id, *(codec.client_id for codec in description.codecs)}
        preferred = publication.main.stated or (RED if description.may_repeat else "")
        self._await_section(publication, UplinkKey(publication.sid), client_ids, preferred)

    def publish_backup(self, publication: Publication, codec: str, client_id: str) -> None:
        """The same for a further codec of one of its tracks."""
        self._await_section(publication, UplinkKey(publication.sid, codec), {client_id}, codec)

    def unpublish(self, publication: Publication) -> None:
        """One of the participant's tracks ended."""
        self._published.pop(publication.sid, None)
        for codec in (None, *publication.backups):
            self._close_producer(UplinkKey(publication.sid, codec))

    def pause(self, publication: Publication, *, paused: bool) -> None:
        """Enforces a mute, or lifts it."""
        for key, producer in self._producers.items():
            if key.sid == publication.sid:
                self._media.pause_producer(producer, paused=paused)

    def subscribe(self, publication: Publication, settings: TrackSettings, codec: str | None) -> None:
        """The participant shall receive a track that has a producer for this codec."""
        carrier = publication.carrier(codec)
        if carrier is None or carrier.parameters is None or carrier.codec is None:
            return
        granted = self._limits(publication, carrier, settings)
        self._received[publication.sid] = _Received(publication, settings, carrier, granted)
        self._negotiation.subscribe(
            WantedTrack(
                sid=publication.sid,
                kind=carrier.parameters.kind,
                stream_id=f"{publication.publisher_sid}|{publication.description.stream_name}",
                cname=publication.publisher_sid,
                codecs=carrier.parameters.codecs,
                sent=carrier.codec,
            )
        )

    def unsubscribe(self, publication: Publication) -> None:
        """The participant shall no longer receive a track."""
        self._negotiation.unsubscribe(publication.sid)
        self._close_consumer(publication.sid)
        self._received.pop(publication.sid, None)

    def adjust(self, publication: Publication, settings: TrackSettings) -> None:
        """The participant can use more or less of a track."""
        received = self._received.get(publication.sid)
        if received is None:
            return
        received.settings = settings
        self._limit(received)

    def follow_floor(self) -> None:
        """Others have the floor now, perhaps: what they show comes first."""
        before, self._floor = self._floor, self._room.speaking.floor
        if before is self._floor:
            return
        changed = before ^ self._floor
        for received in self._received.values():
            if received.publication.publisher_sid in changed:
                self._limit(received)

    def link(self, report: TransportReport) -> Link:
        """A report of the core with the tracks that it speaks of."""
        sent = {producer: self._published.get(key.sid) for key, producer in self._producers.items()}
        received = {it.consumer: it.publication for it in self._received.values()}
        return Link(
            transport=report,
            sent=tuple(
                SentTrack(publication, it)
                for it in report.producers
                if (publication := sent.get(it.producer)) is not None
            ),
            received=tuple(
                ReceivedTrack(publication, it)
                for it in report.consumers
                if (publication := received.get(it.consumer)) is not None
            ),
        )

    def handle_transport_closed(self) -> None:
        """The core closed the transport by itself."""
        self._transport = None

    def close(self) -> None:
        """Ends the transport and all that is on it. Harmless if done."""
        if self._transport is not None:
            self._media.close_transport(self._transport)
            self._transport = None

    def _apply_transport(self, negotiated: Negotiated) -> TransportId:
        remote = negotiated.remote
        if self._transport is None:
            self._transport = self._media.open_transport(self._participant.shard, self._ice, remote, self._listener)
        else:
            self._media.update_transport(self._transport, remote, restarted_ice=negotiated.restarted_ice)
        return self._transport

    def _await_section(
        self, publication: Publication, key: UplinkKey, client_ids: Iterable[str], preferred: str
    ) -> None:
        kind = publication.description.kind
        pending = PendingTrack(key=key, kind=kind, client_ids=frozenset(client_ids) - {""}, preferred=preferred)
        parameters = self._negotiation.publish(pending)
        if parameters is not None and self._transport is not None:
            self._carry(self._transport, key, parameters)

    def _carry(self, transport: TransportId, key: UplinkKey, parameters: ProducerParameters) -> None:
        publication = self._published.get(key.sid)
        if publication is None:
            return
        if publication.description.source is TrackSource.MICROPHONE:
            parameters = msgspec.structs.replace(parameters, speakers=self._room.place.speakers)
        producer = self._producers.get(key)
        if producer is None:
            uplink = _Uplink(self._room, self._participant, publication, key.codec)
            producer = self._producers[key] = self._media.open_producer(transport, parameters, uplink)
        else:
            self._media.update_producer(producer, parameters)
        self._room.tracks.attach(self._participant, publication, producer, parameters, key.codec)

    def _end(self, key: UplinkKey) -> None:
        publication = self._published.get(key.sid)
        if publication is None:
            return
        if key.codec is None:
            self._room.tracks.end(self._participant, publication)
            self.unpublish(publication)
        else:
            self._room.tracks.end_codec(self._participant, publication, key.codec)
            self._close_producer(key)

    def _close_producer(self, key: UplinkKey) -> None:
        self._negotiation.unpublish(key)
        producer = self._producers.pop(key, None)
        if producer is not None:
            self._media.close_producer(producer)

    def _limits(self, publication: Publication, carrier: Carrier, settings: TrackSettings) -> ConsumerLimits:
        has_floor = publication.publisher_sid in self._room.speaking.floor
        return limits(settings, publication, carrier, has_floor=has_floor)

    def _limit(self, received: _Received) -> None:
        before = received.limits
        received.limits = self._limits(received.publication, received.carrier, received.settings)
        if received.consumer is not None and received.limits != before:
            self._media.update_consumer(received.consumer, received.limits)

    def _close_consumer(self, sid: TrackSid) -> None:
        received = self._received.get(sid)
        if received is not None and received.consumer is not None:
            self._media.close_consumer(received.consumer)
            received.consumer = None
