"""What was measured of a participant's link, in the domain's terms."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from msgspec import Struct

from tureen.model.media import MediaKind
from tureen.model.reports import ConsumerReport, ProducerReport, TransportReport
from tureen.rooms.publication import Publication


class Flow(NamedTuple):
    """One RTP stream, or several as if they were one."""

    bitrate: int
    """Bits per second."""
    loss: float
    """Per mille."""
    jitter_ms: float


def blend(flows: Iterable[Flow]) -> Flow:
    """Several flows as one: those that carry more count for more."""
    listed = tuple(flows)
    bitrate = sum(flow.bitrate for flow in listed)
    if bitrate == 0:
        return Flow(0, 0.0, 0.0)
    return Flow(
        bitrate,
        sum(flow.loss * flow.bitrate for flow in listed) / bitrate,
        sum(flow.jitter_ms * flow.bitrate for flow in listed) / bitrate,
    )


class SentTrack(Struct, frozen=True, eq=False):
    """A track that the participant sends."""

    publication: Publication
    report: ProducerReport


class ReceivedTrack(Struct, frozen=True, eq=False):
    """A track that the participant receives."""

    publication: Publication
    report: ConsumerReport


class Link(Struct, frozen=True, kw_only=True, eq=False):
    """One participant over one interval."""

    transport: TransportReport
    sent: tuple[SentTrack, ...] = ()
    received: tuple[ReceivedTrack, ...] = ()

    def uplink(self, kind: MediaKind | None = None) -> Iterator[Flow]:
        """The streams from the participant, of one kind or all; muted tracks, of which little comes, are left out."""
        for track in self.sent:
            if kind in (None, track.publication.description.kind) and not track.publication.muted:
                for layer in track.report.layers:
                    yield Flow(layer.bitrate, layer.loss, layer.jitter_ms)

    def downlink(self, kind: MediaKind | None = None) -> Iterator[Flow]:
        """The streams to the participant, of one kind or all."""
        for track in self.received:
            if kind in (None, track.publication.description.kind):
                yield Flow(track.report.bitrate, track.report.loss, track.report.jitter_ms)
