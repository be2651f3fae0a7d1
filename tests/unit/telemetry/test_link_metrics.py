"""Metrics of links as a scraper sees them."""

from __future__ import annotations

from prometheus_client.parser import text_string_to_metric_families

from tests.unit.rooms.links import link, received, sent
from tests.unit.rooms.people import Building
from tureen.model.ids import RoomName
from tureen.telemetry.link_metrics import link_metrics
from tureen.telemetry.metrics import Metrics


def samples(building: Building, named_rooms: int = 20) -> dict[str, float]:
    """Every sample of ours, by name with labels."""
    metrics = Metrics()
    metrics.collect(link_metrics(lambda: building.registry.rooms, named_rooms))
    page = metrics.render().decode()
    return {
        f"{sample.name}{sorted(sample.labels.values())}": sample.value
        for family in text_string_to_metric_families(page)
        if family.name.startswith("tureen_")
        for sample in family.samples
    }


def test_an_empty_node_has_a_page_too() -> None:
    assert samples(Building())["tureen_consumers_paused[]"] == 0


def test_quantiles_over_participants() -> None:
    building = Building()
    for number in range(21):
        person = building.enter(f"guest{number}")
        camera = person.publish()
        found = link(sent(camera, (500_000, number * 10)), round_trip_ms=10 * number)
        building.room.quality.handle_link(person.participant, found)
    page = samples(building)
    assert [page[f"tureen_link_round_trip_seconds['{q}']"] for q in (0.05, 0.5, 0.95)] == [0.01, 0.1, 0.19]
    assert page["tureen_link_loss_ratio['0.5', 'up']"] == 0.1
    assert page["tureen_participants_by_quality['excellent']"] < 21
    assert sum(value for name, value in page.items() if "by_quality" in name) == 21


def test_what_is_forwarded_by_layer() -> None:
    building = Building()
    ann, ben = building.enter("ann"), building.enter("ben")
    camera = ann.publish()
    tracks = (received(camera, 1, 0), received(camera, 1, 0), received(camera, 0, 0, paused=True))
    building.room.quality.handle_link(ben.participant, link(*tracks))
    page = samples(building)
    assert page["tureen_consumers_by_layer['', '0']"] == 2
    assert page["tureen_consumers_paused[]"] == 1


def test_only_the_largest_rooms_have_names() -> None:
    building = Building()
    for size, name in enumerate(("small", "middle", "large"), 1):
        for number in range(size):
            building.enter(f"guest{number}", room=RoomName(name))
    assert samples(building, 2)["tureen_room_participants['large']"] == 3
    assert "tureen_room_participants['small']" not in samples(building, 2)
    assert not any("room_" in name for name in samples(building, 0))
