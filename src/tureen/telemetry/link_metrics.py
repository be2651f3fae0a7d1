"""Metrics of the links of all participants, as they were measured last; worked out at each scrape.

Quantiles instead of one series per participant, and only the largest rooms by name: a scraper keeps every name that it
ever saw.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from prometheus_client.core import GaugeMetricFamily, Metric

from tureen.rooms import Room
from tureen.rooms.link import Link, blend
from tureen.rooms.quality import Quality
from tureen.telemetry.metrics import PREFIX

_QUANTILES = (0.05, 0.5, 0.95)
_MS = 1000.0
_PER_MILLE = 1000.0


def link_metrics(rooms: Callable[[], Iterable[Room]], named_rooms: int) -> Callable[[], Iterator[Metric]]:
    """For `Metrics.collect`. ``named_rooms``: how many of the largest rooms get series of their own."""

    def collect() -> Iterator[Metric]:
        present = tuple(rooms())
        links = [link for room in present for link in _links(room)]
        yield _quantiles("link_round_trip_seconds", "Round trips.", _round_trips(links))
        yield _quantiles("link_estimate_bits_per_second", "What paths to participants carry.", _estimates(links))
        yield from _directions(links)
        yield _qualities(present)
        yield from _consumers(links)
        yield from _rooms(sorted(present, key=lambda room: (-len(room.audience), room.name))[:named_rooms])

    return collect


def _links(room: Room) -> list[Link]:
    return [link for member in room.audience if (link := room.quality.link(member.sid)) is not None]


def _round_trips(links: Iterable[Link]) -> list[float]:
    return [it.transport.round_trip_ms / _MS for it in links if it.transport.round_trip_ms is not None]


def _estimates(links: Iterable[Link]) -> list[float]:
    return [it.transport.estimate for it in links if it.transport.estimate is not None]


def _quantiles(name: str, help_text: str, values: list[float]) -> Metric:
    family = GaugeMetricFamily(f"{PREFIX}_{name}", f"{help_text} Over participants, now.", labels=["quantile"])
    _add_quantiles(family, [], values)
    return family


def _add_quantiles(family: GaugeMetricFamily, labels: list[str], values: list[float]) -> None:
    ordered = sorted(values)
    for quantile in _QUANTILES if ordered else ():
        family.add_metric([*labels, str(quantile)], ordered[round(quantile * (len(ordered) - 1))])


def _directions(links: Iterable[Link]) -> Iterator[Metric]:
    blended = {
        "up": [flow for link in links if (flow := blend(link.uplink())).bitrate],
        "down": [flow for link in links if (flow := blend(link.downlink())).bitrate],
    }
    labels = ["direction", "quantile"]
    loss = GaugeMetricFamily(f"{PREFIX}_link_loss_ratio", "Packets lost. Over participants, now.", labels=labels)
    jitter = GaugeMetricFamily(f"{PREFIX}_link_jitter_seconds", "Jitter. Over participants, now.", labels=labels)
    for direction, flows in blended.items():
        _add_quantiles(loss, [direction], [flow.loss / _PER_MILLE for flow in flows])
        _add_quantiles(jitter, [direction], [flow.jitter_ms / _MS for flow in flows])
    yield loss
    yield jitter


def _qualities(rooms: Iterable[Room]) -> Metric:
    standings = (room.quality.standing(member.sid) for room in rooms for member in room.audience)
    counts = Counter(standing.quality for standing in standings if standing is not None)
    family = GaugeMetricFamily(
        f"{PREFIX}_participants_by_quality", "Participants by the quality of their connection.", labels=["quality"]
    )
    for quality in Quality:
        family.add_metric([quality.name.lower()], counts[quality])
    return family


def _consumers(links: Iterable[Link]) -> Iterator[Metric]:
    reports = [track.report for link in links for track in link.received]
    layers = GaugeMetricFamily(
        f"{PREFIX}_consumers_by_layer", "Forwarded tracks by layer.", labels=["spatial", "temporal"]
    )
    counts = Counter((it.layer, it.temporal) for it in reports if it.layer is not None)
    for (spatial, temporal), count in sorted(counts.items(), key=str):
        layers.add_metric([str(spatial), "" if temporal is None else str(temporal)], count)
    yield layers
    yield GaugeMetricFamily(
        f"{PREFIX}_consumers_paused",
        "Tracks that wait because the path is too narrow.",
        value=sum(1 for it in reports if it.paused),
    )


def _rooms(rooms: Iterable[Room]) -> Iterator[Metric]:
    people = GaugeMetricFamily(f"{PREFIX}_room_participants", "Participants of the largest rooms.", labels=["room"])
    labels = ["room", "direction"]
    rate = GaugeMetricFamily(f"{PREFIX}_room_bits_per_second", "Traffic of the largest rooms.", labels=labels)
    loss = GaugeMetricFamily(f"{PREFIX}_room_loss_ratio", "Packets lost in the largest rooms.", labels=labels)
    for room in rooms:
        links = _links(room)
        people.add_metric([room.name], len(room.audience))
        rate.add_metric([room.name, "up"], sum(link.transport.received for link in links))
        rate.add_metric([room.name, "down"], sum(link.transport.sent for link in links))
        loss.add_metric([room.name, "up"], blend(it for link in links for it in link.uplink()).loss / _PER_MILLE)
        loss.add_metric([room.name, "down"], blend(it for link in links for it in link.downlink()).loss / _PER_MILLE)
    yield people
    yield rate
    yield loss
