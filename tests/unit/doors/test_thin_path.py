"""Join with offer, connect, publish, subscribe: the way that every client takes."""

from __future__ import annotations

from livekit.protocol import models

from tests.unit.doors.guest import House


def test_join_comes_first_then_the_answer_to_its_offer() -> None:
    guest = House().join("ann", connect=False)
    assert guest.kinds()[:3] == ["join", "answer", "refresh_token"]
    join = guest.last("join")
    assert join.participant.state == models.ParticipantInfo.State.JOINED
    assert join.participant.sid.startswith("PA_")
    assert join.room.sid.startswith("RM_")
    assert join.participant.client_protocol == 2
    assert list(join.participant.capabilities) == [2]
    assert guest.answers[0].id == 1
    assert not guest.answers[0].mid_to_track_id


def test_a_track_reaches_the_other_participant() -> None:
    house = House()
    ann, ben = house.join("ann"), house.join("ben")
    track = ann.publish("video", "cam", rids=("q", "h", "f"), width=1280, height=720)
    (seen,) = ben.about("ann")[-1].tracks
    assert seen.sid == track.sid
    assert seen.mime_type == "video/VP8"
    assert seen.simulcast
    assert ben.bound == {track.sid: f"{ann.sid}|camera"}
    assert list(ben.answers[-1].mid_to_track_id.values()) == [track.sid]
    (consumer,) = house.media.consumers.values()
    assert consumer.transport == ben.transport
    assert ann.all("track_subscribed")[0].track_sid == track.sid


def test_a_newcomer_is_seen_by_the_others_in_the_very_turn_of_its_join() -> None:
    house = House()
    ann = house.join("ann")
    # No time passes here, and no timer fires: whatever Ann knows now was sent while Ben joined.
    ben = house.join("ben", connect=False)
    assert [(info.sid, info.state) for info in ann.about("ben")] == [(ben.sid, models.ParticipantInfo.State.JOINED)]


def test_a_later_offer_says_how_large_messages_may_be() -> None:
    house = House()
    ann = house.join("ann", rewrite=lambda sdp: sdp.replace("a=max-message-size:262144\r\n", ""))
    first = house.media.transports[ann.transport]
    assert first.remote.max_message_size == 65536
    ann.rewrite = str
    ann.negotiate()
    later = house.media.transports[ann.transport]
    assert later.remote.max_message_size == 262144
    assert later.local_ice == first.local_ice
    ann.peer.ufrag = "restarted"
    ann.negotiate()
    restarted = house.media.transports[ann.transport]
    assert restarted.remote.ice.ufrag == "restarted"
    assert restarted.local_ice != first.local_ice


def test_only_an_active_participant_receives_what_is_there() -> None:
    house = House()
    ann = house.join("ann")
    track = ann.publish("audio", "mic")
    ben = house.join("ben", connect=False)
    assert [info.identity for info in ben.last("join").other_participants] == ["ann"]
    assert not house.media.consumers
    ben.connect()
    assert list(ben.bound) == [track.sid]
    assert ben.last("media_sections_requirement").num_audios == 0
    assert ann.about("ben")[-1].state == models.ParticipantInfo.State.ACTIVE
