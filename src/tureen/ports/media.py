"""The packet core, as the domain sees it. All calls are made on one thread and return at once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from tureen.model.ids import ConsumerId, ProducerId, SpeakersGroup, TransportId
from tureen.model.media import (
    ConsumerLimits,
    ConsumerParameters,
    IceCredentials,
    LocalTransport,
    ProducerParameters,
    RemoteTransport,
)
from tureen.model.reports import TransportReport


class TransportListener(Protocol):
    """Hears what happens to one transport."""

    def handle_transport_connected(self, remote: str, srtp_profile: str) -> None:
        """ICE and DTLS are up; ``remote``: the peer's address and port, ``srtp_profile``: as IANA names it."""

    def handle_transport_disconnected(self) -> None:
        """The peer fell silent; `handle_transport_reconnected` or `handle_transport_closed` follows."""

    def handle_transport_reconnected(self) -> None:
        """The peer is back."""

    def handle_transport_closed(self, reason: str) -> None:
        """The core closed the transport by itself; ``reason``: a `media.events.TransportCloseReason`."""

    def handle_data_message(self, label: str, payload: bytes, *, binary: bool) -> None:
        """A whole message came on the data channel with this label."""

    def handle_report(self, report: TransportReport) -> None:
        """What was measured since the last one; every 2 s while it is connected."""

    def handle_command_failed(self, command: str, code: str, message: str) -> None:
        """A command for this transport had no effect. It is a defect of ours or a limit of the core."""


class ProducerListener(Protocol):
    """Hears what happens to one producer."""

    def handle_producer_started(self, layer: int, payload_type: int) -> None:
        """The first packet of a layer arrived.

        ``layer`` is an index into the producer's encodings, ``payload_type`` tells the codec that is really sent.
        """

    def handle_audio_level(self, level: int) -> None:
        """It was audible over the last 400 ms: 0 (loudest) to 127, in -dBov. Silence is not reported."""


class ConsumerListener(Protocol):
    """Hears what happens to one consumer."""

    def handle_consumer_paused(self, *, paused: bool) -> None:
        """The path to the subscriber became too narrow for it, or wide enough again."""


class MediaPort(Protocol):
    """The packet core. Commands take effect in the order of the calls; ids are never reused."""

    def shards(self) -> int:
        """Number of shards; at least 1."""

    def local_transport(self, shard: int, ice: IceCredentials) -> LocalTransport:
        """What an answer must say about a transport of this shard with these credentials."""

    def open_transport(
        self, shard: int, local_ice: IceCredentials, remote: RemoteTransport, listener: TransportListener
    ) -> TransportId:
        """Starts to wait for the peer's ICE checks."""

    def update_transport(
        self, transport: TransportId, remote: RemoteTransport, *, restarted_ice: IceCredentials | None = None
    ) -> None:
        """Takes over what a later description changed; new credentials of ours restart ICE."""

    def close_transport(self, transport: TransportId) -> None:
        """Closes it with its producers and consumers; its listener hears nothing more."""

    def open_producer(
        self, transport: TransportId, parameters: ProducerParameters, listener: ProducerListener
    ) -> ProducerId:
        """Starts to receive a track."""

    def update_producer(self, producer: ProducerId, parameters: ProducerParameters) -> None:
        """Replaces its codecs and encodings after another offer."""

    def limit_speakers(self, group: SpeakersGroup, limit: int) -> None:
        """Forwards only so many producers of a group at a time, the loudest ones; 0 forwards all again."""

    def pause_producer(self, producer: ProducerId, *, paused: bool) -> None:
        """Stops or resumes forwarding to everyone: a mute that the server enforces."""

    def close_producer(self, producer: ProducerId) -> None:
        """Stops receiving it, and closes its consumers."""

    def open_consumer(
        self,
        transport: TransportId,
        producer: ProducerId,
        parameters: ConsumerParameters,
        limits: ConsumerLimits,
        listener: ConsumerListener,
    ) -> ConsumerId:
        """Forwards a producer to a transport."""

    def update_consumer(self, consumer: ConsumerId, limits: ConsumerLimits) -> None:
        """Pauses or resumes it, and says how much of the track the subscriber can use."""

    def close_consumer(self, consumer: ConsumerId) -> None:
        """Stops forwarding."""

    def request_key_frame(self, producer: ProducerId) -> None:
        """Asks the publisher for a key frame on every layer."""

    def send_data(self, transports: Iterable[TransportId], label: str, payload: bytes, *, binary: bool = True) -> None:
        """Sends one message on the data channel with this label of each transport; dropped where there is none."""
