"""Events that come up from the packet core, in batches, as MessagePack maps tagged by ``type``.

`crates/sfu/src/event.rs` is the other side; `tests/contract/test_native_boundary.py` holds the two together.
"""

from __future__ import annotations

import enum

from msgspec import Struct

from tureen.model.ids import ConsumerId, ProducerId, TransportId
from tureen.model.reports import ConsumerReport, ProducerReport


class TransportCloseReason(enum.StrEnum):
    """Why the core closed a transport by itself."""

    DTLS_FAILED = "dtls_failed"
    """Handshake error, or a certificate that does not match the signalled fingerprint."""
    CONNECT_TIMEOUT = "connect_timeout"
    """ICE and DTLS did not complete within 30 s."""
    CONSENT_EXPIRED = "consent_expired"
    """No authenticated packet for 30 s."""
    PEER_CLOSED = "peer_closed"
    """The peer sent a DTLS ``close_notify``."""
    PANIC = "panic"
    """Handling this peer panicked; a defect of ours, and only this peer pays for it."""


class Event(Struct, frozen=True, kw_only=True, tag_field="type"):
    """Base of all events."""


class CommandFailed(Event, frozen=True, kw_only=True, tag="command_failed"):
    """A command had no effect."""

    request: int
    command: str
    code: str
    """``unknown_transport``, ``unknown_producer``, ``unknown_consumer``, ``duplicate_id``, ``invalid_parameter``,
    ``limit_exceeded``; ``panic`` is a defect of the core."""
    message: str


class TransportConnected(Event, frozen=True, kw_only=True, tag="transport_connected"):
    """ICE and DTLS are up; media and data flow."""

    transport: TransportId
    remote: str
    """The peer's address and port."""
    srtp_profile: str
    """``AEAD_AES_256_GCM``, ``AEAD_AES_128_GCM`` or ``AES128_CM_SHA1_80``."""


class TransportDisconnected(Event, frozen=True, kw_only=True, tag="transport_disconnected"):
    """Nothing authentic came for 10 s. The transport stays: `TransportReconnected` or `TransportClosed` follows."""

    transport: TransportId


class TransportReconnected(Event, frozen=True, kw_only=True, tag="transport_reconnected"):
    """The peer is back after `TransportDisconnected`."""

    transport: TransportId


class TransportClosed(Event, frozen=True, kw_only=True, tag="transport_closed"):
    """The core closed a transport by itself, with all that was on it."""

    transport: TransportId
    reason: TransportCloseReason


class ProducerStarted(Event, frozen=True, kw_only=True, tag="producer_started"):
    """The first packet of a producer's layer arrived."""

    producer: ProducerId
    layer: int
    """Index into the producer's encodings."""
    payload_type: int


class AudioLevel(Event, frozen=True, kw_only=True, tag="audio_level"):
    """Every 400 ms for each producer that was audible (above -35 dBov) since."""

    producer: ProducerId
    level: int
    """0 (loudest) to 127 (silence), in -dBov (RFC 6464)."""


class ConsumerPaused(Event, frozen=True, kw_only=True, tag="consumer_paused"):
    """The path to the peer became too narrow for this consumer, or wide enough again."""

    consumer: ConsumerId
    paused: bool


class ProducerReported(Event, frozen=True, kw_only=True, tag="producer_reported"):
    """Part of what `TransportReported` concludes: a track that the peer sends."""

    transport: TransportId
    report: ProducerReport


class ConsumerReported(Event, frozen=True, kw_only=True, tag="consumer_reported"):
    """Part of what `TransportReported` concludes: a track that the peer receives."""

    transport: TransportId
    report: ConsumerReport


class TransportReported(Event, frozen=True, kw_only=True, tag="transport_reported"):
    """Every 2 s for each connected transport, after its tracks: what was measured since the last one.

    The fields are those of `TransportReport`.
    """

    transport: TransportId
    round_trip_ms: int | None
    estimate: int | None
    sent: int
    received: int


class DataChannelOpened(Event, frozen=True, kw_only=True, tag="data_channel_opened"):
    """The peer opened a data channel (RFC 8832)."""

    transport: TransportId
    channel: int
    """SCTP stream id."""
    label: str
    protocol: str
    ordered: bool
    max_retransmits: int | None


class DataChannelClosed(Event, frozen=True, kw_only=True, tag="data_channel_closed"):
    """The peer closed a data channel."""

    transport: TransportId
    channel: int


class DataMessage(Event, frozen=True, kw_only=True, tag="data_message"):
    """A whole data channel message."""

    transport: TransportId
    channel: int
    label: str
    binary: bool
    payload: bytes


class DataDropped(Event, frozen=True, kw_only=True, tag="data_dropped"):
    """A message could not be queued: no such channel, or its send buffer is full."""

    transport: TransportId
    label: str
    size: int
    """Bytes."""


AnyEvent = (
    CommandFailed
    | TransportConnected
    | TransportDisconnected
    | TransportReconnected
    | TransportClosed
    | ProducerStarted
    | AudioLevel
    | ConsumerPaused
    | ProducerReported
    | ConsumerReported
    | TransportReported
    | DataChannelOpened
    | DataChannelClosed
    | DataMessage
    | DataDropped
)
