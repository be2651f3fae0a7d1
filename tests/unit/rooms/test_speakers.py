"""Who speaks."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.unit.rooms.people import Building
from tureen.model.ids import ParticipantSid
from tureen.rooms.events import SpeakersChanged
from tureen.rooms.speakers import HOLD_S, REPORT_INTERVAL_S, Speaker, Speakers

ANN, BEN = ParticipantSid("PA_ann"), ParticipantSid("PA_ben")


def test_a_loud_voice_is_told_and_its_silence_too() -> None:
    building = Building()
    ann, ben = building.enter("ann"), building.enter("ben")
    building.room.speaking.handle_level(ann.participant.sid, 10)
    building.clock.advance(0.1)
    (spoke,) = ben.told(SpeakersChanged)
    assert spoke.speakers[0].active
    building.clock.advance(2.0)
    assert [event.speakers[0].active for event in ben.told(SpeakersChanged)] == [True, False]
    assert ann.told(SpeakersChanged)[0] is ben.told(SpeakersChanged)[0]


def test_a_steady_voice_is_told_once() -> None:
    building = Building()
    ann = building.enter("ann")
    for _ in range(20):
        building.room.speaking.handle_level(ann.participant.sid, 10)
        building.clock.advance(REPORT_INTERVAL_S)
    assert len(ann.told(SpeakersChanged)) == 1


def test_two_voices_of_one_report_are_told_together_the_louder_first() -> None:
    building = Building()
    ann, ben = building.enter("ann"), building.enter("ben")
    building.room.speaking.handle_level(ann.participant.sid, 30)
    building.room.speaking.handle_level(ben.participant.sid, 5)
    building.clock.advance(0.1)
    (event,) = ann.told(SpeakersChanged)
    assert [speaker.participant for speaker in event.speakers] == [ben.participant.sid, ann.participant.sid]


def test_one_who_left_is_not_told_to_be_silent() -> None:
    speakers = Speakers()
    speakers.handle_level(ANN, 10, 0.0)
    speakers.poll_changes(0.0)
    speakers.forget(ANN)
    assert speakers.poll_changes(5.0) == ()
    assert speakers.quiet


def test_the_louder_of_two_tracks_counts() -> None:
    speakers = Speakers()
    speakers.handle_level(ANN, 50, 0.0)
    speakers.handle_level(ANN, 2, 0.0)
    assert speakers.poll_changes(0.0) == (Speaker(ANN, 1.0, active=True),)


def test_the_floor_belongs_to_the_last_three_who_spoke() -> None:
    people = [ParticipantSid(f"PA_{name}") for name in "abcdef"]
    speakers, now = Speakers(), 0.0
    for sid in people[:3]:
        now += 2.0
        speakers.handle_level(sid, 10, now)
        speakers.poll_changes(now)
    held = speakers.floor
    assert held == set(people[:3])
    # Whoever speaks again keeps its place, and nothing changes.
    now += 2.0
    speakers.handle_level(people[0], 10, now)
    speakers.poll_changes(now)
    assert speakers.floor is held
    # A newcomer takes the place of the one who has been silent for longest.
    now += 2.0
    speakers.handle_level(people[3], 10, now)
    speakers.poll_changes(now)
    assert speakers.floor == {people[0], people[2], people[3]}
    speakers.forget(people[0])
    assert speakers.floor == {people[2], people[3]}


def test_nobody_takes_the_floor_from_those_who_speak() -> None:
    people = [ParticipantSid(f"PA_{name}") for name in "abcd"]
    speakers = Speakers()
    for level, sid in enumerate(people):
        speakers.handle_level(sid, 10 + 10 * level, 0.0)
    speakers.poll_changes(0.0)
    assert speakers.floor == set(people[:3])


@given(st.lists(st.tuples(st.sampled_from([ANN, BEN]), st.integers(0, 127), st.floats(0, 1)), max_size=40))
def test_told_changes_add_up_to_what_was_heard(reports: list[tuple[ParticipantSid, int, float]]) -> None:
    """Whoever follows the changes knows who is heard; after silence, nobody."""
    speakers, now = Speakers(), 0.0
    known: set[ParticipantSid] = set()
    for sid, level, pause in reports:
        now += pause
        speakers.handle_level(sid, level, now)
        for speaker in speakers.poll_changes(now):
            assert 0.0 <= speaker.level <= 1.0
            (known.add if speaker.active else known.discard)(speaker.participant)
        assert sid in known
    for speaker in speakers.poll_changes(now + HOLD_S + 0.01):
        assert not speaker.active
        known.discard(speaker.participant)
    assert not known
    assert speakers.quiet
