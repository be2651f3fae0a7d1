"""Metrics as a scraper sees them."""

from __future__ import annotations

from tureen.telemetry.metrics import Metrics


def test_names_carry_the_prefix() -> None:
    metrics = Metrics()
    metrics.counter("joins", "Joins.", ["door"]).labels("livekit").inc(2)
    metrics.gauge("rooms", "Open rooms.").set(3)
    metrics.histogram("join_seconds", "Join to answer.").observe(0.03)
    page = metrics.render().decode()
    assert 'tureen_joins_total{door="livekit"} 2.0' in page
    assert "tureen_rooms 3.0" in page
    assert 'tureen_join_seconds_bucket{le="0.05"} 1.0' in page


def test_servers_do_not_share_counts() -> None:
    first, second = Metrics(), Metrics()
    first.counter("joins", "Joins.").inc()
    second.counter("joins", "Joins.")
    assert b"tureen_joins_total 0.0" in second.render()


def test_sampled_values_are_read_at_each_scrape() -> None:
    counts = {"core_packets": 1.0}
    metrics = Metrics()
    metrics.sample(lambda: counts, rising=True, help_text="Counted by the packet core.")
    assert b"tureen_core_packets_total 1.0" in metrics.render()
    counts["core_packets"] = 5
    assert b"tureen_core_packets_total 5.0" in metrics.render()


def test_the_process_itself_is_measured() -> None:
    assert b"process_resident_memory_bytes" in Metrics().render()
