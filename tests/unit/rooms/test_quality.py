"""How good a link is, and who hears of it when."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.rooms.links import link, received, sent
from tests.unit.rooms.people import Building, Person
from tureen.model.grant import TrackSource
from tureen.rooms import Publication
from tureen.rooms.events import QualitiesChanged
from tureen.rooms.qualities import GATHER_S, INTERVAL_S, SMALL_ROOM
from tureen.rooms.quality import BEST_RATING, Quality, opinion_score, quality_of, rating

LOST, POOR, GOOD, EXCELLENT = Quality
SPEECH, PICTURE = 32_000, 1_500_000


def track(source: TrackSource, *, muted: bool = False) -> Publication:
    publication = Building().enter("ann").publish(source=source)
    if muted:
        publication.mute(muted=True, now=0.0)
    return publication


VOICE, FACE = track(TrackSource.MICROPHONE), track(TrackSource.CAMERA)


class TestRating:
    @pytest.mark.parametrize(
        ("loss", "speech", "picture"),
        [
            (0, EXCELLENT, EXCELLENT),
            (20, EXCELLENT, EXCELLENT),
            (50, GOOD, EXCELLENT),
            (90, GOOD, GOOD),
            (150, POOR, GOOD),
            (300, POOR, POOR),
            (1000, POOR, POOR),
        ],
    )
    def test_loss_costs_speech_more_than_repaired_pictures(self, loss: int, speech: Quality, picture: Quality) -> None:
        for up in (True, False):
            voice = sent(VOICE, (SPEECH, loss)) if up else received(VOICE, SPEECH, loss)
            face = sent(FACE, (PICTURE, loss)) if up else received(FACE, PICTURE, loss)
            assert (quality_of(rating(link(voice))), quality_of(rating(link(face)))) == (speech, picture)

    @pytest.mark.parametrize(
        ("round_trip_ms", "quality"),
        [(None, EXCELLENT), (30, EXCELLENT), (350, EXCELLENT), (500, GOOD), (650, GOOD), (800, POOR)],
    )
    def test_delay_counts_without_any_track(self, round_trip_ms: int | None, quality: Quality) -> None:
        assert quality_of(rating(link(round_trip_ms=round_trip_ms))) is quality

    def test_jitter_is_delay(self) -> None:
        calm, restless = (rating(link(received(VOICE, SPEECH, 0, jitter_ms=jitter))) for jitter in (2, 150))
        assert quality_of(calm) is EXCELLENT
        assert quality_of(restless) is GOOD

    def test_the_worse_direction_counts(self) -> None:
        good, bad = received(VOICE, SPEECH, 0), sent(VOICE, (SPEECH, 200))
        assert rating(link(good, bad)) == rating(link(bad))

    def test_many_good_pictures_do_not_hide_a_bad_voice(self) -> None:
        pictures = [received(FACE, PICTURE, 0)] * 8
        assert quality_of(rating(link(*pictures, received(VOICE, SPEECH, 200)))) is POOR

    def test_who_is_muted_or_sends_nothing_is_not_poor(self) -> None:
        muted = track(TrackSource.MICROPHONE, muted=True)
        for silent in (link(), link(sent(muted, (SPEECH, 1000))), link(sent(FACE))):
            assert quality_of(rating(silent)) is EXCELLENT

    def test_a_lost_packet_of_comfort_noise_is_no_share(self) -> None:
        assert quality_of(rating(link(sent(VOICE, (1_500, 250))))) is EXCELLENT

    def test_pictures_that_stand_still_for_want_of_bandwidth_count(self) -> None:
        flows, stands = received(FACE, PICTURE, 0), received(FACE, 0, 0, paused=True)
        assert quality_of(rating(link(flows, stands))) is GOOD
        assert quality_of(rating(link(stands))) is POOR

    @given(st.integers(0, 1000), st.integers(0, 10_000), st.integers(0, 5_000), st.booleans())
    def test_it_stays_within_its_range_and_falls_with_each_impairment(
        self, loss: int, round_trip_ms: int, jitter_ms: int, up: bool
    ) -> None:
        def measured(loss: int, jitter_ms: int, round_trip_ms: int) -> float:
            voice = (
                sent(VOICE, (SPEECH, loss), jitter_ms=jitter_ms)
                if up
                else received(VOICE, SPEECH, loss, jitter_ms=jitter_ms)
            )
            return rating(link(voice, round_trip_ms=round_trip_ms))

        here = measured(loss, jitter_ms, round_trip_ms)
        assert 0.0 <= here <= BEST_RATING
        assert 1.0 <= opinion_score(here) <= 4.5
        worse = (
            measured(min(1000, loss + 10), jitter_ms, round_trip_ms),
            measured(loss, jitter_ms + 10, round_trip_ms),
            measured(loss, jitter_ms, round_trip_ms + 10),
        )
        assert all(other <= here for other in worse)


def heard(person: Person) -> list[dict[str, Quality]]:
    """What a participant was told, by identity."""
    names = {member.sid: member.identity for member in person.room.audience}
    return [
        {names[standing.participant]: standing.quality for standing in event.standings}
        for event in person.told(QualitiesChanged)
    ]


def measure(person: Person, *tracks: object) -> None:
    person.room.quality.handle_link(person.participant, link(*tracks))  # type: ignore[arg-type]


class TestTelling:
    def test_everyone_hears_of_everyone_at_regular_intervals(self) -> None:
        building = Building()
        ann, ben = building.enter("ann"), building.enter("ben")
        measure(ann)
        measure(ben)
        building.clock.advance(2 * INTERVAL_S)
        assert heard(ann) == heard(ben) == [{"ann": EXCELLENT, "ben": EXCELLENT}] * 2
        assert ann.told(QualitiesChanged)[0] is ben.told(QualitiesChanged)[0]

    def test_a_drop_is_told_at_once_and_recovery_by_and_by(self) -> None:
        building = Building()
        ann, ben = building.enter("ann"), building.enter("ben")
        measure(ann)
        building.clock.advance(INTERVAL_S)
        measure(ann, sent(VOICE, (SPEECH, 300)))
        building.clock.advance(GATHER_S)
        assert heard(ben)[1:] == [{"ann": POOR}]
        measure(ann)
        building.clock.advance(GATHER_S)
        assert len(heard(ben)) == 2
        for _ in range(3):
            measure(ann)
            building.clock.advance(INTERVAL_S)
        assert [told["ann"] for told in heard(ben)[2:]] == [GOOD, EXCELLENT, EXCELLENT]

    def test_drops_of_one_moment_are_one_message(self) -> None:
        building = Building()
        people = [building.enter(name) for name in ("ann", "ben", "cem")]
        for person in people:
            measure(person, sent(VOICE, (SPEECH, 300)))
        building.clock.advance(GATHER_S)
        assert heard(people[0]) == [{"ann": POOR, "ben": POOR, "cem": POOR}]

    def test_lost_is_told_only_of_a_transport_that_fell_silent(self) -> None:
        building = Building()
        ann, ben = building.enter("ann"), building.enter("ben")
        measure(ann, sent(VOICE, (SPEECH, 1000)))
        building.clock.advance(GATHER_S)
        assert heard(ben)[-1] == {"ann": POOR}
        building.room.quality.handle_lost(ann.participant, lost=True)
        building.clock.advance(GATHER_S)
        assert heard(ben)[-1] == {"ann": LOST}
        building.room.quality.handle_lost(ann.participant, lost=False)
        building.clock.advance(INTERVAL_S)
        assert heard(ben)[-1] == {"ann": POOR}

    def test_the_hidden_hear_of_themselves_and_nobody_hears_of_them(self) -> None:
        building = Building()
        ann, spy = building.enter("ann"), building.enter("spy", hidden=True)
        measure(ann)
        measure(spy)
        building.clock.advance(INTERVAL_S)
        assert heard(ann) == [{"ann": EXCELLENT}]
        assert heard(spy) == [{"ann": EXCELLENT}, {"spy": EXCELLENT}]

    def test_in_a_large_room_only_changes_are_told_but_newcomers_hear_all(self) -> None:
        building = Building()
        crowd = [building.enter(f"guest{number}") for number in range(SMALL_ROOM + 1)]
        for person in crowd:
            measure(person)
        building.clock.advance(INTERVAL_S)
        before = len(heard(crowd[0]))
        building.clock.advance(3 * INTERVAL_S)
        assert len(heard(crowd[0])) == before
        late = building.enter("late")
        measure(late)
        building.clock.advance(INTERVAL_S)
        assert len(heard(late)[-1]) == SMALL_ROOM + 2
        assert heard(crowd[0])[before:] == [{"late": EXCELLENT}]

    def test_nothing_is_timed_once_nobody_is_measured(self) -> None:
        building = Building()
        ann, ben = building.enter("ann"), building.enter("ben")
        before = building.clock.pending
        measure(ann, sent(VOICE, (SPEECH, 300)))
        assert building.clock.pending > before
        building.room.quality.forget(ann.participant.sid)
        assert building.clock.pending == before
        assert ben.told(QualitiesChanged) == []
