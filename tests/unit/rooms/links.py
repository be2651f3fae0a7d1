"""Reports of the core, made up."""

from __future__ import annotations

from tureen.model.ids import ConsumerId, ProducerId
from tureen.model.reports import ConsumerReport, LayerReport, ProducerReport, TransportReport
from tureen.rooms import Publication
from tureen.rooms.link import Link, ReceivedTrack, SentTrack


def transport(round_trip_ms: int | None = 40) -> TransportReport:
    return TransportReport(round_trip_ms=round_trip_ms, estimate=None, sent=0, received=0, producers=(), consumers=())


def sent(track: Publication, *layers: tuple[int, int], jitter_ms: int = 5) -> SentTrack:
    """``layers``: bits per second and loss per mille."""
    reports = (
        LayerReport(layer=index, bitrate=bitrate, loss=loss, jitter_ms=jitter_ms)
        for index, (bitrate, loss) in enumerate(layers)
    )
    return SentTrack(track, ProducerReport(producer=ProducerId(1), layers=tuple(reports)))


def received(track: Publication, bitrate: int, loss: int, *, jitter_ms: int = 5, paused: bool = False) -> ReceivedTrack:
    report = ConsumerReport(
        consumer=ConsumerId(1),
        layer=None if paused else 0,
        temporal=None,
        paused=paused,
        bitrate=bitrate,
        loss=loss,
        jitter_ms=jitter_ms,
    )
    return ReceivedTrack(track, report)


def link(*tracks: SentTrack | ReceivedTrack, round_trip_ms: int | None = 40) -> Link:
    return Link(
        transport=transport(round_trip_ms),
        sent=tuple(track for track in tracks if isinstance(track, SentTrack)),
        received=tuple(track for track in tracks if isinstance(track, ReceivedTrack)),
    )
