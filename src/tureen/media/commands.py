"""Commands that go down to the packet core, in batches, as MessagePack maps tagged by ``type``.

The core applies a batch in order. A command that fails is answered by `events.CommandFailed` with its ``request``; the
ones around it are not affected. Ids are chosen here, so no command waits for another's answer.
`crates/sfu/src/command.rs` is the other side; `tests/contract/test_native_boundary.py` holds the two together.
"""

from __future__ import annotations

from msgspec import Struct

from tureen.model.ids import ConsumerId, ProducerId, TransportId
from tureen.model.media import (
    Codec,
    ConsumerLimits,
    Encoding,
    HeaderExtensionIds,
    IceCredentials,
    MediaKind,
    PayloadTypeMapping,
)


class Command(Struct, frozen=True, kw_only=True, tag_field="type"):
    """Base of all commands."""

    request: int = 0
    """Comes back in `events.CommandFailed`; 0 if nobody asks."""


class OpenTransport(Command, frozen=True, kw_only=True, tag="open_transport"):
    """Makes a transport that waits for the peer's ICE checks: we are ICE-lite (RFC 8445) and DTLS server (RFC 5763)."""

    transport: TransportId
    local_ice: IceCredentials
    remote_ice: IceCredentials
    remote_fingerprint: str
    """SHA-256 of the peer's certificate, hexadecimal with colons."""
    extensions: HeaderExtensionIds
    max_message_size: int
    """Largest data channel message that the peer takes, in bytes."""


class UpdateTransport(Command, frozen=True, kw_only=True, tag="update_transport"):
    """Takes over what a later description changed. New ICE credentials restart ICE; DTLS and SRTP go on."""

    transport: TransportId
    extensions: HeaderExtensionIds
    max_message_size: int
    """As in `OpenTransport`; a description may be the first one with a data section."""
    local_ice: IceCredentials | None = None
    remote_ice: IceCredentials | None = None


class CloseTransport(Command, frozen=True, kw_only=True, tag="close_transport"):
    """Closes a transport with its producers, consumers and data channels. Unknown ids are no error."""

    transport: TransportId


class OpenProducer(Command, frozen=True, kw_only=True, tag="open_producer"):
    """Starts to receive a track. For an id that exists, replaces codecs and encodings (a re-offer)."""

    producer: ProducerId
    transport: TransportId
    kind: MediaKind
    mid: str
    codecs: tuple[Codec, ...]
    encodings: tuple[Encoding, ...]
    speakers: int = 0
    """The group of audio producers among which only the loudest are forwarded, see `LimitSpeakers`; 0: none."""


class OpenMirror(Command, frozen=True, kw_only=True, tag="open_mirror"):
    """Makes a mirror of a producer that is on another shard, for consumers on this one.

    For a mirror that exists, takes over what changed. `CloseProducer` closes it.
    """

    shard: int
    """Where the producer is. It must relay: see `MirrorProducer`."""
    paused: bool
    producer: OpenProducer
    """As it was opened there."""


class MirrorProducer(Command, frozen=True, kw_only=True, tag="mirror_producer"):
    """Begins or ceases to relay a producer's packets to another shard, which mirrors it. To cease is never an error."""

    producer: ProducerId
    shard: int
    mirrored: bool


class LimitSpeakers(Command, frozen=True, kw_only=True, tag="limit_speakers"):
    """Forwards only so many producers of a group at a time: the loudest ones."""

    speakers: int
    """The group, as in `OpenProducer`."""
    limit: int
    """At least 1; 0 lifts the limit."""


class PauseProducer(Command, frozen=True, kw_only=True, tag="pause_producer"):
    """Stops or resumes forwarding of a track: a mute that the server enforces."""

    producer: ProducerId
    paused: bool


class CloseProducer(Command, frozen=True, kw_only=True, tag="close_producer"):
    """Stops receiving a track and closes its consumers. Unknown ids are no error."""

    producer: ProducerId


class OpenConsumer(Command, frozen=True, kw_only=True, tag="open_consumer"):
    """Forwards a producer to a transport, from the next key frame on, which the core asks for at once."""

    consumer: ConsumerId
    transport: TransportId
    producer: ProducerId
    mid: str
    ssrc: int
    rtx_ssrc: int | None
    payload_types: tuple[PayloadTypeMapping, ...]
    limits: ConsumerLimits = ConsumerLimits()


class UpdateConsumer(Command, frozen=True, kw_only=True, tag="update_consumer"):
    """Pauses or resumes a consumer, and says how much of the track it can use."""

    consumer: ConsumerId
    limits: ConsumerLimits


class CloseConsumer(Command, frozen=True, kw_only=True, tag="close_consumer"):
    """Stops forwarding. Unknown ids are no error."""

    consumer: ConsumerId


class RequestKeyFrame(Command, frozen=True, kw_only=True, tag="request_key_frame"):
    """Asks the publisher for a key frame on every layer, throttled by the core."""

    producer: ProducerId


class SendData(Command, frozen=True, kw_only=True, tag="send_data"):
    """Sends one message to the data channel with this label on each of the transports.

    Where no such channel is open or its buffer is full, the message is dropped for that transport and reported by
    `events.DataDropped`.
    """

    transports: tuple[TransportId, ...]
    label: str
    payload: bytes
    binary: bool = True


AnyCommand = (
    OpenTransport
    | UpdateTransport
    | CloseTransport
    | OpenProducer
    | OpenMirror
    | MirrorProducer
    | LimitSpeakers
    | PauseProducer
    | CloseProducer
    | OpenConsumer
    | UpdateConsumer
    | CloseConsumer
    | RequestKeyFrame
    | SendData
)
