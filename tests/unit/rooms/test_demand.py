"""Publishers hear how much of their tracks is wanted: more at once, less after a while."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.unit.rooms.people import Building, Person
from tureen.model.grant import TrackSource
from tureen.rooms import DepartureReason, Publication
from tureen.rooms.demand import HOLD_S, Demand
from tureen.rooms.events import DemandChanged
from tureen.rooms.subscription import TrackSettings
from tureen.rooms.track import LayerQuality

LOW, MEDIUM, HIGH = LayerQuality


def wanted(person: Person) -> list[LayerQuality | None]:
    """What the publisher was told of its track, of the main codec."""
    return [event.wanted[None] for event in person.told(DemandChanged)]


def adjust(person: Person, track: Publication, **settings: object) -> None:
    person.room.tracks.adjust(person.participant, [track.sid], TrackSettings(**settings))  # type: ignore[arg-type]
    person.building.clock.advance()


def settled() -> tuple[Building, Person, Person, Publication]:
    """Ann publishes three layers, Ben receives them, and both know."""
    building = Building()
    ann, ben = building.enter("ann"), building.enter("ben")
    track = ann.publish(layers=3)
    building.clock.advance(2 * HOLD_S)
    ann.events.clear()
    return building, ann, ben, track


def test_the_state_at_the_beginning_is_told_and_again_when_clients_must_be_ready() -> None:
    building = Building()
    ann, _ = building.enter("ann"), building.enter("ben")
    ann.publish(layers=3)
    assert wanted(ann) == [HIGH]
    building.clock.advance(HOLD_S)
    assert wanted(ann) == [HIGH, HIGH]
    building.clock.advance(100)
    assert len(wanted(ann)) == 2


def test_without_subscribers_nothing_is_wanted_after_a_while() -> None:
    building = Building()
    ann = building.enter("ann")
    ann.publish()
    building.clock.advance(HOLD_S - 0.1)
    assert wanted(ann) == [HIGH]
    building.clock.advance(0.1)
    assert wanted(ann) == [HIGH, None]


def test_the_first_subscriber_gets_a_track_that_rested_at_once() -> None:
    building = Building()
    ann = building.enter("ann")
    ann.publish()
    building.clock.advance(100)
    building.enter("ben")
    building.clock.advance()
    assert wanted(ann)[-1] is HIGH


def test_less_is_told_after_a_while_and_more_at_once() -> None:
    building, ann, ben, track = settled()
    adjust(ben, track, quality=LOW)
    building.clock.advance(HOLD_S - 0.1)
    assert wanted(ann) == []
    building.clock.advance(0.1)
    assert wanted(ann) == [LOW]
    adjust(ben, track, quality=MEDIUM)
    assert wanted(ann) == [LOW, MEDIUM]
    adjust(ben, track, disabled=True)
    building.clock.advance(HOLD_S)
    assert wanted(ann) == [LOW, MEDIUM, None]
    adjust(ben, track, quality=HIGH)
    assert wanted(ann) == [LOW, MEDIUM, None, HIGH]


def test_who_changes_its_mind_in_time_moves_nothing() -> None:
    building, ann, ben, track = settled()
    for _ in range(5):
        adjust(ben, track, disabled=True)
        building.clock.advance(HOLD_S - 0.5)
        adjust(ben, track)
        building.clock.advance(1.0)
    building.clock.advance(2 * HOLD_S)
    assert wanted(ann) == []


def test_the_most_that_anyone_wants_counts() -> None:
    building, ann, ben, track = settled()
    cem = building.enter("cem")
    adjust(ben, track, quality=LOW)
    adjust(cem, track, quality=MEDIUM)
    building.clock.advance(HOLD_S)
    assert wanted(ann) == [MEDIUM]
    cem.room.tracks.subscribe(cem.participant, [track.sid], wanted=False)
    building.clock.advance(HOLD_S)
    assert wanted(ann) == [MEDIUM, LOW]


def test_one_who_leaves_wants_nothing_more() -> None:
    building, ann, ben, _ = settled()
    building.room.remove(ben.participant, DepartureReason.CLIENT_LEFT)
    building.clock.advance(HOLD_S)
    assert wanted(ann) == [None]


def test_many_subscribers_in_one_turn_are_one_message() -> None:
    building = Building()
    ann = building.enter("ann")
    ann.publish()
    building.clock.advance(100)
    ann.events.clear()
    for number in range(20):
        building.enter(f"guest{number}")
    building.clock.advance()
    assert wanted(ann) == [HIGH]


def test_a_muted_track_may_rest_and_wakes_up() -> None:
    building = Building()
    ann, ben = building.enter("ann"), building.enter("ben")
    track = ann.publish(muted=True, started=False)
    adjust(ben, track, disabled=True)
    building.clock.advance(HOLD_S)
    assert wanted(ann)[-1] is None
    adjust(ben, track)
    assert wanted(ann)[-1] is HIGH


def test_sound_has_no_layers() -> None:
    building = Building()
    ann, _ = building.enter("ann"), building.enter("ben")
    ann.publish(source=TrackSource.MICROPHONE)
    building.clock.advance(100)
    assert ann.told(DemandChanged) == []


def test_nothing_is_timed_for_a_track_that_ended() -> None:
    building, ann, ben, track = settled()
    adjust(ben, track, disabled=True)
    before = building.clock.pending
    building.room.tracks.end(ann.participant, track)
    assert building.clock.pending < before


QUALITIES = st.sampled_from([None, LOW, MEDIUM, HIGH])


@given(st.lists(st.tuples(QUALITIES, QUALITIES, st.floats(0, 2 * HOLD_S)), max_size=30))
def test_what_is_told_always_suffices_and_is_exact_in_the_end(steps: list[tuple[object, object, float]]) -> None:
    """For two codecs: never less than is wanted now, and never more than was wanted within the last while."""
    demand, now = Demand(0.0), 0.0
    known = dict(demand.told)
    want: dict[str | None, LayerQuality | None] = {None: None}
    for first, second, pause in steps:
        now += pause
        if demand.due is not None and now >= demand.due and demand.update(want, now):
            known = dict(demand.told)
        want = {None: first, "video/vp8": second}  # type: ignore[dict-item]
        if demand.update(want, now):
            known = dict(demand.told)
        for codec, most in want.items():
            told = known.get(codec)
            assert most is None or (told is not None and told >= most)
    while demand.due is not None:
        now = demand.due
        if demand.update(want, now):
            known = dict(demand.told)
    assert {codec: most for codec, most in known.items() if most is not None} == {
        codec: most for codec, most in want.items() if most is not None
    }
