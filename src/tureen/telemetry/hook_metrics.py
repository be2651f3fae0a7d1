"""Metrics of what the application is asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from prometheus_client.core import GaugeMetricFamily, Metric

from tureen.telemetry.metrics import PREFIX, Metrics


class HookMetrics:
    """Implements `hooks.guard.Watcher`, for one hook."""

    def __init__(self, metrics: Metrics, name: str, levels: Callable[[], Mapping[str, float]]) -> None:
        """``levels``: what is so now, by the second half of the metric's name; read at each scrape."""
        self._name = name
        self._calls = metrics.counter(
            "hook_calls", "Questions to the application, by what became of them.", ("hook", "outcome")
        )
        self._seconds = metrics.histogram("hook_seconds", "From the question to the answer or its absence.", ("hook",))
        self._levels = levels
        metrics.collect(self._collect)

    def handle_call(self, outcome: str, seconds: float | None) -> None:
        """See `Watcher`."""
        self._calls.labels(self._name, outcome).inc()
        if seconds is not None:
            self._seconds.labels(self._name).observe(seconds)

    def _collect(self) -> Iterator[Metric]:
        for name, value in self._levels().items():
            family = GaugeMetricFamily(
                f"{PREFIX}_hook_{name}", "Of questions to the application, now.", labels=["hook"]
            )
            family.add_metric([self._name], value)
            yield family
