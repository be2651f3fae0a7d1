"""Metrics in the Prometheus text format; every name begins with ``tureen_``.

A registry is an object that is passed down, not a global: two servers in one process (tests) do not share counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

CONTENT_TYPE = CONTENT_TYPE_LATEST
PREFIX = "tureen"

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Buckets for durations, from one event-loop turn to a client's patience."""


class Metrics:
    """The metrics of one server."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry(auto_describe=True)
        ProcessCollector(registry=self._registry)
        GCCollector(registry=self._registry)

    def counter(self, name: str, help_text: str, labels: Sequence[str] = ()) -> Counter:
        """A count that only rises. ``name`` without prefix and without ``_total``."""
        return Counter(name, help_text, labels, namespace=PREFIX, registry=self._registry)

    def gauge(self, name: str, help_text: str, labels: Sequence[str] = ()) -> Gauge:
        """A value that rises and falls. ``name`` without prefix."""
        return Gauge(name, help_text, labels, namespace=PREFIX, registry=self._registry)

    def histogram(
        self, name: str, help_text: str, labels: Sequence[str] = (), buckets: Sequence[float] = SECONDS
    ) -> Histogram:
        """A distribution. ``name`` without prefix, with its unit (``_seconds``, ``_bytes``)."""
        return Histogram(name, help_text, labels, namespace=PREFIX, registry=self._registry, buckets=buckets)

    def sample(self, read: Callable[[], Mapping[str, float]], *, rising: bool, help_text: str) -> None:
        """Exports values that somebody else counts (the packet core): ``read`` is called at each scrape.

        Its keys are names without prefix; ``rising`` tells counters from gauges.
        """
        self._registry.register(_Sampled(read, rising=rising, help_text=help_text))

    def collect(self, families: Callable[[], Iterable[Metric]]) -> None:
        """Exports whole families, whose names bear the prefix, that ``families`` makes at each scrape."""
        self._registry.register(_Collected(families))

    def render(self) -> bytes:
        """The page for a scrape, of type `CONTENT_TYPE`."""
        return generate_latest(self._registry)


class _Collected(Collector):
    def __init__(self, families: Callable[[], Iterable[Metric]]) -> None:
        self._families = families

    def describe(self) -> Iterable[Metric]:
        """Nothing: families are made at a scrape only."""
        return ()

    def collect(self) -> Iterable[Metric]:
        """The families of this moment."""
        return self._families()


class _Sampled(Collector):
    def __init__(self, read: Callable[[], Mapping[str, float]], *, rising: bool, help_text: str) -> None:
        self._read = read
        self._family = CounterMetricFamily if rising else GaugeMetricFamily
        self._help_text = help_text

    def describe(self) -> Iterable[Metric]:
        """Nothing: names are known at a scrape only."""
        return ()

    def collect(self) -> Iterable[Metric]:
        """The values of this moment."""
        for name, value in self._read().items():
            yield self._family(f"{PREFIX}_{name}", self._help_text, value=value)
