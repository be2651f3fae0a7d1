"""Every request is answered, obeyed or refused with a reason."""

from __future__ import annotations

from typing import Any

import pytest
from google.protobuf import json_format
from hypothesis import given
from hypothesis import strategies as st
from livekit.protocol import models, rtc

from tests.sdp_conformance import read
from tests.unit.doors.guest import House
from tureen.doors.livekit.requests import HANDLERS
from tureen.doors.livekit.wire import MAX_JSON_CHARACTERS
from tureen.model.ids import TrackSid

Reason = rtc.RequestResponse.Reason


def test_pings_are_answered() -> None:
    guest = House().join("ann")
    guest.send(ping=123)
    guest.send(ping_req=rtc.Ping(timestamp=77, rtt=3))
    now = int(guest.house.clock.now() * 1000)
    assert guest.last("pong") == now
    assert (guest.last("pong_resp").last_ping_timestamp, guest.last("pong_resp").timestamp) == (77, now)


@pytest.mark.parametrize(
    "request_",
    [
        rtc.SignalRequest(simulate=rtc.SimulateScenario(node_failure=True)),
        rtc.SignalRequest(sync_state=rtc.SyncState()),
        rtc.SignalRequest(answer=rtc.SessionDescription(type="answer")),
        rtc.SignalRequest(publish_data_track_request=rtc.PublishDataTrackRequest(pub_handle=3)),
        rtc.SignalRequest(update_data_subscription=rtc.UpdateDataSubscription()),
        rtc.SignalRequest(),
    ],
)
def test_what_is_not_supported_is_said_to_be(request_: rtc.SignalRequest) -> None:
    guest = House().join("ann")
    assert guest.session is not None
    guest.session.handle_frame(request_.SerializeToString())
    assert guest.last("request_response").reason == Reason.UNSUPPORTED_TYPE
    assert guest.session.state == "connected"


def test_a_refusal_carries_the_request_id_and_quotes_the_request() -> None:
    guest = House().join("ann")
    guest.send(get_data_blob_request=rtc.GetDataBlobRequest(request_id=42))
    assert guest.last("request_response").request_id == 42
    guest.send(mute=rtc.MuteTrackRequest(sid="TR_none", muted=True))
    refusal = guest.last("request_response")
    assert (refusal.reason, refusal.mute.sid) == (Reason.NOT_FOUND, "TR_none")


def test_no_kind_of_request_is_met_with_silence_or_an_exception() -> None:
    """Empty bodies of every kind: answered, refused, or harmless."""
    for field in rtc.SignalRequest.DESCRIPTOR.fields:
        guest = House().join("ann")
        request = rtc.SignalRequest()
        if field.message_type is None:
            setattr(request, field.name, 0)
        else:
            getattr(request, field.name).SetInParent()
        assert guest.session is not None
        before = len(guest.received)
        guest.session.handle_frame(request.SerializeToString())
        answered = len(guest.received) > before
        assert answered or field.name in ("trickle", "track_setting", "subscription", "subscription_permission")


def test_text_is_answered_with_text_from_then_on() -> None:
    guest = House().join("ann")
    assert guest.session is not None
    frames: list[bytes | str] = []
    take = guest.outbox.poll_frame
    guest.outbox.poll_frame = lambda: _noted(take(), frames)  # type: ignore[method-assign]
    guest.session.handle_frame(json_format.MessageToJson(rtc.SignalRequest(ping_req=rtc.Ping(timestamp=5))))
    assert isinstance(frames[-1], str)
    assert guest.last("pong_resp").last_ping_timestamp == 5


def _noted(frame: bytes | str | None, frames: list[bytes | str]) -> bytes | str | None:
    if frame is not None:
        frames.append(frame)
    return frame


@pytest.mark.parametrize("frame", [b"\xff\xff\xff", b"\x0a\xff", "{", '{"ping": {"a": 1}}', "nul\0"])
def test_what_is_no_message_ends_the_connection_with_a_reason(frame: bytes | str) -> None:
    house = House()
    guest, other = house.join("ann"), house.join("ben")
    assert guest.session is not None
    guest.session.handle_frame(frame)
    assert guest.last("request_response").reason == Reason.INVALID_REQUEST
    assert guest.closed
    other.send(ping=1)
    assert other.all("pong")


def test_a_frame_above_the_limit_is_refused() -> None:
    guest = House(frame_bytes=1000).join("ann", offer=False, connect=False)
    assert guest.session is not None
    guest.session.handle_frame(b"x" * 1001)
    assert guest.closed


def test_json_above_its_own_limit_is_not_read() -> None:
    guest = House().join("ann", offer=False, connect=False)
    assert guest.session is not None
    guest.session.handle_frame('{"ping": 1' + " " * MAX_JSON_CHARACTERS + "}")
    assert guest.closed


def test_large_requests_count_as_several() -> None:
    house = House(requests_per_second=10.0)
    guest = house.join("ann")
    house.clock.advance(2.0)
    large = rtc.UpdateParticipantMetadata(metadata="m" * 100_000)
    for _ in range(2):
        guest.send(update_metadata=large)
        assert guest.last("request_response").reason == Reason.NOT_ALLOWED
    guest.send(update_metadata=large)
    assert guest.last("request_response").reason == Reason.LIMIT_EXCEEDED
    assert guest.closed


def test_no_request_is_too_large_for_a_rate_that_is_not_used() -> None:
    guest = House(requests_per_second=1.0).join("ann", offer=False)
    guest.send(update_metadata=rtc.UpdateParticipantMetadata(metadata="m" * 1_000_000))
    assert guest.last("request_response").reason == Reason.NOT_ALLOWED


def test_a_flood_ends_the_connection_but_not_a_brisk_pace() -> None:
    house = House(requests_per_second=10.0)
    guest = house.join("ann")
    for _ in range(100):
        guest.send(ping=1)
        house.clock.advance(0.1)
    assert len(guest.all("pong")) == 100
    for _ in range(40):
        guest.send(ping=1)
    assert guest.last("request_response").reason == Reason.LIMIT_EXCEEDED
    assert guest.closed


def test_the_candidates_of_a_join_are_no_flood_but_endless_ones_are() -> None:
    """The Python SDK sends some 250 within half a second: one for each section, address, protocol and gathering."""
    candidate = rtc.TrickleRequest(candidateInit='{"candidate": ""}')
    guest = House(requests_per_second=100.0).join("ann")
    for _ in range(1000):
        guest.send(trickle=candidate)
    guest.send(ping=1)
    assert guest.all("pong")
    for _ in range(3000):
        guest.send(trickle=candidate)
    assert guest.last("request_response").reason == Reason.LIMIT_EXCEEDED
    assert guest.closed


@given(st.sampled_from(sorted(HANDLERS)), st.binary(max_size=60))
def test_any_bytes_do_no_harm(kind: str, body: bytes) -> None:
    """Whatever parses is handled or refused; nothing else leaves the session."""
    guest = House().join("ann", offer=False, connect=False)
    field = rtc.SignalRequest.DESCRIPTOR.fields_by_name[kind]
    tag = field.number << 3 | 2
    header = bytes([tag]) if tag < 128 else bytes([tag & 127 | 128, tag >> 7])
    assert guest.session is not None
    guest.session.handle_frame(header + bytes([len(body)]) + body)


def test_a_broken_offer_is_refused_and_the_next_one_answered() -> None:
    guest = House().join("ann")
    guest.send(offer={"type": "offer", "sdp": "v=0\r\nnonsense", "id": 7})
    assert guest.last("request_response").reason == Reason.INVALID_REQUEST
    guest.negotiate()
    assert guest.answers[-1].id == 2


def test_metadata_changes_under_the_grant_and_is_confirmed() -> None:
    house = House()
    ann, ben = house.join("ann", update_own_metadata=True), house.join("ben")
    ann.send(update_metadata={"metadata": "m", "name": "Anna", "attributes": {"a": "1", "b": "2"}, "request_id": 5})
    assert (ann.last("request_response").reason, ann.last("request_response").request_id) == (Reason.OK, 5)
    ann.send(update_metadata={"attributes": {"a": ""}, "request_id": 6})
    info = ben.about("ann")[-1]
    assert (info.metadata, info.name, dict(info.attributes)) == ("m", "Anna", {"b": "2"})
    ben.send(update_metadata={"metadata": "no", "request_id": 8})
    assert (ben.last("request_response").reason, ben.last("request_response").request_id) == (Reason.NOT_ALLOWED, 8)
    ann.send(update_metadata={"metadata": "x" * (512 * 1024 + 1), "request_id": 9})
    assert ann.last("request_response").reason == Reason.LIMIT_EXCEEDED


def test_a_mute_is_seen_by_others() -> None:
    house = House()
    ann, ben = house.join("ann"), house.join("ben")
    track = ann.publish("audio", "mic")
    ann.send(mute={"sid": track.sid, "muted": True})
    assert ben.about("ann")[-1].tracks[0].muted
    ann.send(mute={"sid": track.sid, "muted": False})
    assert not ben.about("ann")[-1].tracks[0].muted
    versions = [info.tracks[0].version.unix_micro for info in ben.about("ann") if info.tracks]
    assert versions == sorted(set(versions))


def test_a_server_mute_pauses_the_producer_until_the_client_lifts_it() -> None:
    house = House()
    ann = house.join("ann")
    track = ann.publish("audio", "mic")
    (room,) = house.registry.rooms
    (participant,) = room.participants
    room.tracks.mute(participant, participant.publication(TrackSid(track.sid)), muted=True, by_server=True)
    (producer,) = house.media.producers.values()
    assert producer.paused
    assert ann.last("mute").muted
    ann.send(mute={"sid": track.sid, "muted": False})
    assert not producer.paused


def test_a_repeated_add_track_yields_the_same_track() -> None:
    ann = House().join("ann")
    assert ann.add_track("audio", "mic").sid == ann.add_track("audio", "mic").sid


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"stream": "TRouble"}, Reason.INVALID_REQUEST),
        ({"stream": "a|b"}, Reason.INVALID_REQUEST),
        ({"type": models.TrackType.DATA}, Reason.INVALID_REQUEST),
        ({"sid": "TR_backup"}, Reason.INVALID_REQUEST),
        ({"name": "n" * 257}, Reason.LIMIT_EXCEEDED),
        ({"layers": [models.VideoLayer()] * 9}, Reason.LIMIT_EXCEEDED),
    ],
)
def test_tracks_that_cannot_be_are_refused_and_quoted(fields: dict[str, Any], reason: Reason) -> None:
    ann = House().join("ann")
    ann.send(add_track=rtc.AddTrackRequest(**{"cid": "c", "type": models.TrackType.VIDEO, **fields}))
    refusal = ann.last("request_response")
    assert (refusal.reason, refusal.add_track.cid) == (reason, "c")


def test_layers_dimensions_and_features_reach_the_others() -> None:
    house = House()
    ann, ben = house.join("ann"), house.join("ben")
    cam, mic = ann.publish("video", "cam"), ann.publish("audio", "mic")
    ann.send(update_video_track={"track_sid": cam.sid, "width": 100, "height": 50})
    layer = models.VideoLayer(quality=models.VideoQuality.LOW, width=50, height=25)
    ann.send(update_layers=rtc.UpdateVideoLayers(track_sid=cam.sid, layers=[layer]))
    feature = models.AudioTrackFeature.TF_NOISE_SUPPRESSION
    ann.send(update_audio_track=rtc.UpdateLocalAudioTrack(track_sid=mic.sid, features=[feature]))
    seen = {track.sid: track for track in ben.about("ann")[-1].tracks}
    assert (seen[cam.sid].width, seen[cam.sid].height, list(seen[cam.sid].layers)) == (100, 50, [layer])
    assert list(seen[mic.sid].audio_features) == [feature]


def test_track_settings_choose_the_layer_and_pause() -> None:
    house = House()
    ann, ben = house.join("ann"), house.join("ben")
    layers = [
        models.VideoLayer(quality=quality, width=320 << quality, height=180 << quality)
        for quality in (models.VideoQuality.LOW, models.VideoQuality.MEDIUM, models.VideoQuality.HIGH)
    ]
    track = ann.publish("video", "cam", rids=("q", "h", "f"), layers=layers)
    (consumer,) = house.media.consumers.values()
    for setting, wanted in (
        ({"quality": models.VideoQuality.LOW}, (0, False)),
        ({"width": 600, "height": 300}, (1, False)),
        ({"width": 5000, "height": 3000}, (255, False)),
        ({"quality": models.VideoQuality.HIGH}, (255, False)),
        ({"disabled": True, "quality": models.VideoQuality.HIGH}, (255, True)),
    ):
        ben.send(track_setting=rtc.UpdateTrackSettings(track_sids=[track.sid], **setting))
        assert (consumer.limits.max_layer, consumer.limits.paused) == wanted


def test_the_publisher_decides_who_receives() -> None:
    house = House()
    ann, ben = house.join("ann"), house.join("ben")
    track = ann.publish("audio", "mic")
    ann.send(subscription_permission={"all_participants": False, "track_permissions": []})
    assert ben.bound == {}
    assert not ben.last("subscription_permission_update").allowed
    ann.send(subscription_permission={"track_permissions": [{"participant_sid": ben.sid, "all_tracks": True}]})
    assert list(ben.bound) == [track.sid]


def test_a_withdrawn_permission_stops_media_before_the_subscriber_says_a_word() -> None:
    house = House()
    ann, ben = house.join("ann"), house.join("ben")
    track = ann.publish("audio", "mic")
    (mid,) = ben.answers[-1].mid_to_track_id
    ben.answers_requirements = False
    ann.send(subscription_permission={"all_participants": False})
    assert house.media.consumers == {}
    told = ben.last("subscription_permission_update")
    assert (told.participant_sid, told.track_sid, told.allowed) == (ann.sid, track.sid, False)
    # The subscriber is asked for an offer, and its answer leaves nothing of the track.
    assert ben.kinds()[-1] == "media_sections_requirement"
    ben.negotiate()
    (section,) = [section for section in read(ben.answers[-1].sdp).sections if section.mid == mid]
    assert (section.direction, section.values("msid"), section.values("ssrc")) == ("inactive", [], [])
    assert not ben.answers[-1].mid_to_track_id


def test_an_unknown_track_cannot_be_subscribed() -> None:
    ann = House().join("ann")
    ann.send(subscription={"track_sids": ["TR_none"], "subscribe": True})
    assert ann.last("subscription_response").err == models.SubscriptionError.SE_TRACK_NOTFOUND


def test_speakers_are_told() -> None:
    house = House()
    ann, ben = house.join("ann"), house.join("ben")
    ann.publish("audio", "mic")
    (producer,) = house.media.producers.values()
    producer.listener.handle_audio_level(10)
    house.clock.advance(0.1)
    (speaker,) = ben.last("speakers_changed").speakers
    assert (speaker.sid, speaker.active) == (ann.sid, True)
