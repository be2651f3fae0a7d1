"""What was measured of a participant's link, in the domain's terms."""

from __future__ import annotations

from msgspec import Struct

from tureen.model.reports import ConsumerReport, ProducerReport, TransportReport
from tureen.rooms.publication import Publication


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
