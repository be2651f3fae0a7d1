"""Reports of the packet core. They come in parts, so that none of them needs memory of its own there."""

from __future__ import annotations

from tureen.media.events import ConsumerReported, ProducerReported, TransportReported
from tureen.model.reports import TransportReport


class ReportParts:
    """Parts of the report that comes next.

    Those of one report come one after the other. What a transport leaves behind that fails between them is dropped.
    """

    def __init__(self) -> None:
        self._producers: list[ProducerReported] = []
        self._consumers: list[ConsumerReported] = []

    def conclude(self, event: TransportReported) -> TransportReport:
        """The whole report; the next part is one of another."""
        report = TransportReport(
            round_trip_ms=event.round_trip_ms,
            estimate=event.estimate,
            sent=event.sent,
            received=event.received,
            producers=tuple(part.report for part in self._producers if part.transport == event.transport),
            consumers=tuple(part.report for part in self._consumers if part.transport == event.transport),
        )
        self._producers.clear()
        self._consumers.clear()
        return report

    def add_producer(self, event: ProducerReported) -> None:
        """A track that the peer sends."""
        self._producers.append(event)

    def add_consumer(self, event: ConsumerReported) -> None:
        """A track that the peer receives."""
        self._consumers.append(event)
