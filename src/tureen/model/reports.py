"""What the packet core measured of one transport over the last interval (2 s)."""

from __future__ import annotations

from msgspec import Struct

from tureen.model.ids import ConsumerId, ProducerId


class LayerReport(Struct, frozen=True, kw_only=True):
    """One RTP stream that a peer sends us."""

    layer: int
    """Index into the producer's encodings."""
    bitrate: int
    """Bits per second that arrived, retransmissions included."""
    loss: int
    """Packets that did not arrive at the first try, per mille of those expected."""
    jitter_ms: int
    """Interarrival jitter (RFC 3550 section 6.4.1)."""


class ProducerReport(Struct, frozen=True, kw_only=True):
    """A track that a peer sends us."""

    producer: ProducerId
    layers: tuple[LayerReport, ...]
    """Those that flow."""


class ConsumerReport(Struct, frozen=True, kw_only=True):
    """A track that we send to a peer."""

    consumer: ConsumerId
    layer: int | None
    """The spatial layer that is forwarded; ``None`` while nothing is."""
    temporal: int | None
    """The highest temporal layer that is forwarded; ``None`` where the codec does not tell."""
    paused: bool
    """Nothing is sent because the path is too narrow."""
    bitrate: int
    """Bits per second sent, retransmissions included."""
    loss: int
    """Packets lost on the way to the peer by its reports, per mille."""
    jitter_ms: int
    """As the peer reports it."""


class TransportReport(Struct, frozen=True, kw_only=True):
    """One peer."""

    round_trip_ms: int | None
    """``None`` before the first answer to a report of ours."""
    estimate: int | None
    """What the path to the peer carries by our estimate, bits per second; ``None`` while nothing tells."""
    sent: int
    """Bits per second sent to the peer, with headers."""
    received: int
    """Bits per second that came from the peer, with headers."""
    producers: tuple[ProducerReport, ...]
    consumers: tuple[ConsumerReport, ...]
