"""How much of what there is reaches a participant, and what its client hears about it."""

from __future__ import annotations

from livekit.protocol import models, rtc

from tests.unit.doors.fakes import OpenConsumer
from tests.unit.doors.guest import Guest, House
from tureen.rooms import RoomDefaults

PAUSED, ACTIVE = rtc.StreamState.PAUSED, rtc.StreamState.ACTIVE


def consumer_of(receiver: Guest, sid: str) -> OpenConsumer:
    """What the receiver is sent of a track."""
    mid = next(mid for mid, track in receiver.answers[-1].mid_to_track_id.items() if track == sid)
    consumers = receiver.house.media.consumers.values()
    return next(it for it in consumers if it.transport == receiver.transport and it.parameters.mid == mid)


class TestAudibleSpeakers:
    def test_a_room_is_one_group_and_only_microphones_are_in_it(self) -> None:
        house = House(defaults=RoomDefaults(audible_speakers=3))
        ann, ben = house.join("ann"), house.join("ben")
        ann.publish("audio", "mic")
        ben.publish("audio", "mic")
        ann.publish("audio", "film", source=models.TrackSource.SCREEN_SHARE_AUDIO)
        ann.publish("video", "cam")
        groups = [producer.parameters.speakers for producer in house.media.producers.values()]
        (group,) = house.media.speaker_limits
        assert groups == [group, group, None, None]
        assert house.media.speaker_limits[group] == 3

    def test_two_rooms_are_two_groups_and_one_that_closes_is_forgotten(self) -> None:
        house = House()
        ann = house.join("ann", room="soup")
        house.join("ben", room="salad")
        assert len(house.media.speaker_limits) == 2
        ann.hang_up()
        house.clock.advance(60)
        assert len(house.media.speaker_limits) == 1


class TestNarrowPath:
    def test_the_subscriber_hears_that_a_track_pauses_and_that_it_flows_again(self) -> None:
        house = House()
        ann, ben = house.join("ann"), house.join("ben")
        camera = ann.publish("video", "cam")
        listener = consumer_of(ben, camera.sid).listener
        listener.handle_consumer_paused(paused=True)
        ben.settle()
        (state,) = ben.last("stream_state_update").stream_states
        assert (state.participant_sid, state.track_sid, state.state) == (ann.sid, camera.sid, PAUSED)
        listener.handle_consumer_paused(paused=False)
        ben.settle()
        assert ben.last("stream_state_update").stream_states[0].state == ACTIVE
        assert not ann.all("stream_state_update")

    def test_what_pauses_together_is_told_together(self) -> None:
        house = House()
        ann, ben = house.join("ann"), house.join("ben")
        tracks = [ann.publish("video", "cam"), ann.publish("video", "screen")]
        for track in tracks:
            consumer_of(ben, track.sid).listener.handle_consumer_paused(paused=True)
        ben.settle()
        (update,) = ben.all("stream_state_update")
        assert [it.track_sid for it in update.stream_states] == [track.sid for track in tracks]
