"""Media parameters as SDP negotiates them and as the packet core takes them.

The model follows ORTC: a transport (ICE, DTLS, SRTP, SCTP), producers on it, consumers on it. `sdp/` makes these
values, `rooms/` carries them and `media/` hands them to the core, which knows no SDP.
"""

from __future__ import annotations

import enum

from msgspec import Struct

from tureen.model.ids import SpeakersGroup

RED = "audio/red"

BEST_LAYER = 255
"""A layer above every real one, spatial or temporal: the best that flows."""


class MediaKind(enum.StrEnum):
    """The media of an RTP stream."""

    AUDIO = "audio"
    VIDEO = "video"


class Codec(Struct, frozen=True, kw_only=True):
    """One negotiated codec of a section (RFC 8866 section 6.6 ``rtpmap`` and ``fmtp``)."""

    mime_type: str
    """``audio/opus``, ``video/VP8``, …: spelt as in the SDP, compared without case."""
    payload_type: int
    """0 to 127."""
    clock_rate: int
    """In Hz."""
    channels: int = 1
    parameters: str = ""
    """The value of ``a=fmtp`` as on the wire; empty without one."""
    feedback: tuple[str, ...] = ()
    """The values of ``a=rtcp-fb`` as on the wire, ``nack pli`` for example."""
    rtx_payload_type: int | None = None
    """The payload type of its retransmissions (RFC 4588), if negotiated."""

    @property
    def is_red(self) -> bool:
        """Packets of another codec, each with earlier ones once more (RFC 2198)."""
        return self.mime_type.lower() == RED


class HeaderExtensionIds(Struct, frozen=True, kw_only=True):
    """RTP header extension ids of a transport (RFC 8285), 1 to 255; ``None`` where not negotiated.

    Bundled sections share one number space (RFC 8843 section 9.1), so the ids belong to the transport.
    """

    mid: int | None = None
    rid: int | None = None
    repaired_rid: int | None = None
    transport_cc: int | None = None
    abs_send_time: int | None = None
    audio_level: int | None = None
    dependency_descriptor: int | None = None
    video_orientation: int | None = None
    abs_capture_time: int | None = None
    playout_delay: int | None = None


class Encoding(Struct, frozen=True, kw_only=True):
    """One RTP stream of a producer: known by its rid (RFC 8851), its SSRC, or both."""

    rid: str | None = None
    ssrc: int | None = None
    rtx_ssrc: int | None = None


SHARD_SIGNS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
"""The first character of our user name fragments, by the shard that their transport is on: all that these may hold (RFC
8839 section 5.4). Where shards share a port, it brings a peer's checks to the right one;
`crates/packetio/src/steering.rs` is the other side."""


class IceCredentials(Struct, frozen=True, kw_only=True):
    """ICE user name fragment (4 to 256 characters) and password (22 to 256; RFC 8839 section 5.4)."""

    ufrag: str
    password: str


class Fingerprint(Struct, frozen=True, kw_only=True):
    """Hash of a DTLS certificate (RFC 8122 section 5)."""

    algorithm: str
    """``sha-256`` is the only one that we accept."""
    value: str
    """Upper-case hexadecimal bytes joined by colons."""


class CandidateAddress(Struct, frozen=True, kw_only=True):
    """A host candidate of ours: a literal IPv4 or IPv6 address and a UDP port."""

    address: str
    port: int


class RemoteTransport(Struct, frozen=True, kw_only=True):
    """What a peer's description says about its side of the transport."""

    ice: IceCredentials
    fingerprint: Fingerprint
    extensions: HeaderExtensionIds
    max_message_size: int = 65536
    """Largest data channel message that the peer takes, in bytes (RFC 8841 section 6)."""


class LocalTransport(Struct, frozen=True, kw_only=True):
    """What our description says about our side of the transport."""

    ice: IceCredentials
    fingerprint: Fingerprint
    candidates: tuple[CandidateAddress, ...]
    max_message_size: int = 262144


class ProducerParameters(Struct, frozen=True, kw_only=True):
    """A track that a peer sends us in one section."""

    kind: MediaKind
    mid: str
    codecs: tuple[Codec, ...]
    """In the order of preference that our answer states."""
    encodings: tuple[Encoding, ...]
    """From the lowest layer to the highest; exactly one without simulcast."""
    speakers: SpeakersGroup | None = None
    """Forwarded only while it is among the loudest of this group."""


class PayloadTypeMapping(Struct, frozen=True, kw_only=True):
    """How a producer's payload type appears at a subscriber."""

    producer: int
    """May be that of RED (RFC 2198), as the producer's codecs tell."""
    consumer: int
    """Never that of RED: what comes as RED is unpacked for a subscriber without ``consumer_red``."""
    consumer_rtx: int | None = None
    consumer_red: int | None = None
    """The payload type under which the subscriber takes RED whose blocks are of type ``consumer``, as the publisher
    made it or made by us. ``None``: it takes none."""


class ConsumerParameters(Struct, frozen=True, kw_only=True):
    """A producer's track as one subscriber receives it in one section."""

    kind: MediaKind
    mid: str
    ssrc: int
    """Chosen by us, fresh for each consumer: under AES-GCM an SSRC and sequence pair must never return."""
    rtx_ssrc: int | None
    payload_types: tuple[PayloadTypeMapping, ...]


class ConsumerLimits(Struct, frozen=True, kw_only=True):
    """How much of a track a subscriber can use. The core sends that much at most, and less where the path is narrow."""

    paused: bool = False
    """Nothing is sent."""
    max_layer: int = BEST_LAYER
    """The highest spatial layer: an index into the producer's encodings, or the spatial id of a scalable stream."""
    max_temporal: int = BEST_LAYER
    """The highest temporal layer, 0 being the slowest."""
    priority: int = 0
    """0 to 255. Where not everything fits, higher ones are served first."""
