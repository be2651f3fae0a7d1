"""How much of what there is reaches a participant, and what its client hears about it."""

from __future__ import annotations

from typing import Any

import pytest
from livekit.protocol import models, rtc

from tests.sdp_conformance import read
from tests.unit.doors.fakes import OpenConsumer
from tests.unit.doors.guest import Guest, House
from tureen.model.ids import ParticipantSid, TrackSid
from tureen.model.media import BEST_LAYER
from tureen.model.reports import LayerReport, ProducerReport, TransportReport
from tureen.rooms import RoomDefaults
from tureen.rooms.exchange import BACKUP_S

VP8, VP9 = 96, 98
OPUS, RED = 111, 63
Reason = rtc.RequestResponse.Reason
EXCELLENT, POOR, LOST = models.ConnectionQuality.EXCELLENT, models.ConnectionQuality.POOR, models.ConnectionQuality.LOST
PAUSED, ACTIVE = rtc.StreamState.PAUSED, rtc.StreamState.ACTIVE


def with_vp9(offer: str) -> str:
    """The peer also knows VP9."""
    offered = offer.replace("SAVPF 96 97 102 103 116", f"SAVPF 96 97 102 103 {VP9} 116")
    return offered.replace("a=rtpmap:116", f"a=rtpmap:{VP9} VP9/90000\r\na=rtpmap:116")


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


THREE_SIZES = [
    models.VideoLayer(quality=quality, width=320 << quality, height=180 << quality)
    for quality in (models.VideoQuality.LOW, models.VideoQuality.MEDIUM, models.VideoQuality.HIGH)
]


def setting(track: models.TrackInfo, **fields: object) -> dict[str, rtc.UpdateTrackSettings]:
    return {"track_setting": rtc.UpdateTrackSettings(track_sids=[track.sid], **fields)}  # type: ignore[arg-type]


class TestWantedLayers:
    @pytest.mark.parametrize(
        ("fps", "temporal"), [(0, BEST_LAYER), (30, BEST_LAYER), (16, BEST_LAYER), (15, 1), (9, 1), (8, 0), (1, 0)]
    )
    def test_few_pictures_per_second_need_few_temporal_layers(self, fps: int, temporal: int) -> None:
        house = House()
        ann, ben = house.join("ann"), house.join("ben")
        camera = ann.publish("video", "cam")
        ben.send(**setting(camera, fps=fps))
        assert consumer_of(ben, camera.sid).limits.max_temporal == temporal

    def test_a_scalable_stream_has_as_many_sizes_as_its_publisher_says(self) -> None:
        house = House()
        ann, ben = house.join("ann", rewrite=with_vp9), house.join("ben", rewrite=with_vp9)
        svc = rtc.SimulcastCodec(codec="vp9", cid="cam", layers=THREE_SIZES)
        camera = ann.publish("video", "cam", simulcast_codecs=[svc], layers=THREE_SIZES, payload_type=VP9)
        consumer = consumer_of(ben, camera.sid)
        assert consumer.limits.max_layer == BEST_LAYER
        for size, layer in (((300, 150), 0), ((600, 300), 1), ((1200, 700), BEST_LAYER)):
            ben.send(**setting(camera, width=size[0], height=size[1]))
            assert consumer.limits.max_layer == layer

    def test_other_sizes_count_for_those_who_watch_already(self) -> None:
        house = House()
        ann, ben = house.join("ann"), house.join("ben")
        camera = ann.publish("video", "cam", rids=("q", "h", "f"), layers=THREE_SIZES)
        ben.send(**setting(camera, width=600, height=300))
        consumer = consumer_of(ben, camera.sid)
        assert consumer.limits.max_layer == 1
        larger = [models.VideoLayer(quality=it.quality, width=2 * it.width, height=2 * it.height) for it in THREE_SIZES]
        ann.send(update_layers=rtc.UpdateVideoLayers(track_sid=camera.sid, layers=larger))
        assert consumer.limits.max_layer == 0
        house.clock.advance(10)
        assert enabled(ann) == {"vp8": ["LOW"]}

    def test_one_stream_of_another_codec_is_not_split(self) -> None:
        house = House()
        ann, ben = house.join("ann"), house.join("ben")
        camera = ann.publish("video", "cam", layers=THREE_SIZES)
        ben.send(**setting(camera, quality=models.VideoQuality.LOW))
        assert consumer_of(ben, camera.sid).limits.max_layer == BEST_LAYER

    def test_changed_sizes_count_from_then_on(self) -> None:
        house = House()
        ann, ben = house.join("ann", rewrite=with_vp9), house.join("ben", rewrite=with_vp9)
        svc = rtc.SimulcastCodec(codec="vp9", cid="cam", layers=THREE_SIZES)
        camera = ann.publish("video", "cam", simulcast_codecs=[svc], payload_type=VP9)
        ann.send(update_layers=rtc.UpdateVideoLayers(track_sid=camera.sid, layers=[]))
        ben.send(**setting(camera, width=10, height=10))
        assert consumer_of(ben, camera.sid).limits.max_layer == BEST_LAYER


class TestPriorities:
    def test_the_subscribers_word_counts_first_and_one_is_the_highest(self) -> None:
        house = House()
        ann, ben = house.join("ann"), house.join("ben")
        screen = ann.publish("video", "screen", source=models.TrackSource.SCREEN_SHARE)
        cameras = [ann.publish("video", f"cam{number}") for number in range(3)]
        for camera, priority in zip(cameras, (1, 2, 500), strict=True):
            ben.send(**setting(camera, priority=priority))
        first, second, last = (consumer_of(ben, camera.sid).limits.priority for camera in cameras)
        assert 255 == first > second > last > consumer_of(ben, screen.sid).limits.priority

    def test_screens_come_before_speakers_before_large_tiles_before_small_ones(self) -> None:
        house = House()
        ann, ben, cem = house.join("ann"), house.join("ben"), house.join("cem")
        screen = ann.publish("video", "screen", source=models.TrackSource.SCREEN_SHARE)
        silent, second, spoken = ann.publish("video", "c1"), ann.publish("video", "c2"), ben.publish("video", "c3")
        cem.send(**setting(silent, width=1280, height=720))
        cem.send(**setting(second, width=160, height=90))
        speak(ben)
        order = [consumer_of(cem, it.sid).limits.priority for it in (screen, spoken, silent, second)]
        assert order == sorted(order, reverse=True)
        assert len(set(order)) == 4

    def test_a_small_change_of_size_is_no_command(self) -> None:
        house = House()
        ann, ben = house.join("ann"), house.join("ben")
        camera = ann.publish("video", "cam")
        for width in range(600, 640, 4):
            ben.send(**setting(camera, width=width, height=400))
        assert consumer_of(ben, camera.sid).updates == 1

    def test_who_goes_on_speaking_costs_no_command(self) -> None:
        house = House()
        ann, ben = house.join("ann"), house.join("ben")
        camera = ann.publish("video", "cam")
        for _ in range(5):
            speak(ann)
            house.clock.advance(3.0)
        assert consumer_of(ben, camera.sid).updates == 1


def enabled(guest: Guest) -> dict[str, list[str]]:
    """What the client was asked to send last, by codec."""
    update = guest.last("subscribed_quality_update")
    return {
        codec.codec: [models.VideoQuality.Name(it.quality) for it in codec.qualities if it.enabled]
        for codec in update.subscribed_codecs
    }


class TestDynacast:
    def test_the_publisher_hears_which_layers_are_wanted(self) -> None:
        house = House()
        ann, ben = house.join("ann"), house.join("ben")
        camera = ann.publish("video", "cam", rids=("q", "h", "f"), layers=THREE_SIZES)
        assert enabled(ann) == {"vp8": ["LOW", "MEDIUM", "HIGH"]}
        ben.send(**setting(camera, width=600, height=300))
        house.clock.advance(10)
        assert enabled(ann) == {"vp8": ["LOW", "MEDIUM"]}
        ben.send(**setting(camera, disabled=True))
        house.clock.advance(10)
        update = ann.last("subscribed_quality_update")
        assert update.track_sid == camera.sid
        assert enabled(ann) == {"vp8": []}
        assert [(it.quality, it.enabled) for it in update.subscribed_qualities] == [(0, False), (1, False), (2, False)]
        assert not ben.all("subscribed_quality_update")

    def test_it_hears_so_after_the_track_has_its_sid(self) -> None:
        ann = House().join("ann")
        ann.publish("video", "cam")
        kinds = ann.kinds()
        assert kinds.index("track_published") < kinds.index("subscribed_quality_update")


class TestConnectionQuality:
    def report(self, guest: Guest, loss: int) -> None:
        """The core measured this loss of all that the guest sends."""
        producers = [key for key, it in guest.house.media.producers.items() if it.transport == guest.transport]
        layer = LayerReport(layer=0, bitrate=40_000, loss=loss, jitter_ms=3)
        assert guest.session is not None
        guest.session.handle_report(
            TransportReport(
                round_trip_ms=30,
                estimate=1_000_000,
                sent=1,
                received=2,
                producers=tuple(ProducerReport(producer=key, layers=(layer,)) for key in producers),
                consumers=(),
            )
        )

    def told(self, guest: Guest) -> dict[str, int]:
        return {it.participant_sid: it.quality for it in guest.last("connection_quality").updates}

    def test_people_hear_of_themselves_and_of_the_others(self) -> None:
        house = House()
        ann, ben = house.join("ann"), house.join("ben")
        ann.publish("audio", "mic")
        self.report(ann, 0)
        self.report(ben, 0)
        house.clock.advance(5)
        assert self.told(ann) == self.told(ben) == {ann.sid: EXCELLENT, ben.sid: EXCELLENT}
        assert ann.last("connection_quality").updates[0].score > 4
        self.report(ann, 300)
        house.clock.advance(1)
        assert self.told(ben) == {ann.sid: POOR}

    def test_lost_is_what_the_transport_says(self) -> None:
        house = House()
        ann, ben = house.join("ann"), house.join("ben")
        assert ann.session is not None
        ann.session.handle_transport_disconnected()
        house.clock.advance(1)
        assert self.told(ben) == {ann.sid: LOST}
        ann.session.handle_transport_reconnected()
        house.clock.advance(5)
        assert self.told(ben) == {ann.sid: EXCELLENT}


VP9_AND_BACKUP = [rtc.SimulcastCodec(codec="vp9", cid="cam"), rtc.SimulcastCodec(codec="vp8")]


class TestBackupCodec:
    """A camera in VP9; Ben knows it, Cem does not."""

    def set_table(self) -> tuple[House, Guest, Guest, Guest, models.TrackInfo]:
        house = House()
        ann, ben = house.join("ann", rewrite=with_vp9), house.join("ben", rewrite=with_vp9)
        cem = house.join("cem")
        camera = ann.publish("video", "cam", simulcast_codecs=VP9_AND_BACKUP, layers=THREE_SIZES, payload_type=VP9)
        return house, ann, ben, cem, camera

    def add_backup(self, ann: Guest, camera: models.TrackInfo, *, starts: bool = True) -> models.TrackInfo:
        """As an SDK does when it is asked to."""
        codec = rtc.SimulcastCodec(codec="vp8", cid="cam2", layers=THREE_SIZES)
        ann.send(
            add_track=rtc.AddTrackRequest(
                cid="cam2", sid=camera.sid, type=models.TrackType.VIDEO, simulcast_codecs=[codec]
            )
        )
        published: rtc.TrackPublishedResponse = ann.last("track_published")
        assert published.cid == "cam2"
        mid = ann.peer.add("video", "sendonly", rids=("q", "h", "f"), msid="stream cam2")
        ann.negotiate()
        if starts:
            ann.start(mid, VP8)
        return published.track

    def test_the_publisher_is_asked_for_it_once_somebody_needs_it(self) -> None:
        house, ann, ben, cem, camera = self.set_table()
        house.clock.advance(1)
        assert enabled(ann) == {"vp9": ["LOW", "MEDIUM", "HIGH"], "vp8": ["LOW", "MEDIUM", "HIGH"]}
        assert list(ben.bound) == [camera.sid]
        assert cem.bound == {}
        assert not cem.all("subscription_response")

    def test_the_answer_puts_the_codec_first_that_each_section_is_for(self) -> None:
        _, ann, _, _, camera = self.set_table()
        self.add_backup(ann, camera)
        ann.negotiate()
        codecs = {
            section.values("mid")[0]: section.values("rtpmap")[0]
            for section in read(ann.answers[-1].sdp).sections
            if section.media == "video" and section.direction == "recvonly"
        }
        assert list(codecs.values()) == [f"{VP9} VP9/90000", f"{VP8} VP8/90000"]

    def test_nobody_needs_it_where_everyone_can_decode_the_first(self) -> None:
        house = House()
        ann, ben = house.join("ann", rewrite=with_vp9), house.join("ben", rewrite=with_vp9)
        ann.publish("video", "cam", simulcast_codecs=VP9_AND_BACKUP, payload_type=VP9)
        house.clock.advance(20)
        assert set(enabled(ann)) == {"vp9"}
        assert list(ben.bound)

    def test_each_gets_the_codec_that_it_knows(self) -> None:
        _, ann, ben, cem, camera = self.set_table()
        track = self.add_backup(ann, camera)
        assert track.sid == camera.sid
        assert list(ben.bound) == list(cem.bound) == [camera.sid]
        producers = ann.house.media.producers
        sources = [producers[consumer_of(guest, camera.sid).producer].parameters for guest in (ben, cem)]
        assert [len(parameters.encodings) for parameters in sources] == [1, 3]
        mapping = consumer_of(cem, camera.sid).parameters.payload_types
        assert VP8 in [it.producer for it in mapping]

    def test_the_track_lists_both_codecs_with_their_sections(self) -> None:
        _, ann, ben, _, camera = self.set_table()
        self.add_backup(ann, camera)
        (info,) = ben.about("ann")[-1].tracks
        listed = {codec.mime_type: codec for codec in info.codecs}
        assert set(listed) == {"video/VP9", "video/VP8"}
        assert info.mid == listed["video/VP9"].mid != listed["video/VP8"].mid != ""
        assert (listed["video/VP9"].cid, listed["video/VP8"].cid) == ("cam", "cam2")

    def test_it_rests_when_nobody_needs_it_any_more(self) -> None:
        house, ann, _, cem, camera = self.set_table()
        self.add_backup(ann, camera)
        house.clock.advance(10)
        cem.send(**setting(camera, width=300, height=150))
        house.clock.advance(10)
        assert enabled(ann) == {"vp9": ["LOW", "MEDIUM", "HIGH"], "vp8": ["LOW"]}
        cem.send(subscription=rtc.UpdateSubscription(track_sids=[camera.sid], subscribe=False))
        house.clock.advance(10)
        assert enabled(ann) == {"vp9": ["LOW", "MEDIUM", "HIGH"], "vp8": []}

    def test_it_ends_with_the_track_and_mute_holds_for_both(self) -> None:
        house, ann, _, cem, camera = self.set_table()
        self.add_backup(ann, camera)
        room = house.registry.rooms[0]
        publisher = room.audience.by_sid(ParticipantSid(ann.sid))
        assert publisher is not None
        publication = publisher.publication(TrackSid(camera.sid))
        room.tracks.mute(publisher, publication, muted=True, by_server=True)
        assert [producer.paused for producer in house.media.producers.values()] == [True, True]
        room.tracks.end(publisher, publication, by_server=True)
        assert not house.media.producers
        assert not house.media.consumers
        cem.settle()
        assert cem.bound == {}

    def test_a_backup_that_is_no_longer_sent_leaves_its_subscribers_waiting(self) -> None:
        _, ann, ben, cem, camera = self.set_table()
        self.add_backup(ann, camera)
        mid = next(section.mid for section in ann.peer.sections if section.msid == "stream cam2")
        ann.peer.change(mid, direction="inactive")
        ann.negotiate()
        cem.settle()
        assert (list(ben.bound), list(cem.bound)) == ([camera.sid], [])

    def test_who_waits_in_vain_hears_so(self) -> None:
        house, _, _, cem, camera = self.set_table()
        house.clock.advance(BACKUP_S - 1)
        assert not cem.all("subscription_response")
        house.clock.advance(1)
        (refusal,) = cem.all("subscription_response")
        assert (refusal.track_sid, refusal.err) == (camera.sid, models.SubscriptionError.SE_CODEC_UNSUPPORTED)

    def test_a_repeated_request_adds_nothing(self) -> None:
        house, ann, _, _, camera = self.set_table()
        for _ in range(2):
            codec = rtc.SimulcastCodec(codec="vp8", cid="cam2")
            ann.send(
                add_track=rtc.AddTrackRequest(
                    cid="cam2", sid=camera.sid, type=models.TrackType.VIDEO, simulcast_codecs=[codec]
                )
            )
        assert [it.cid for it in ann.all("track_published")] == ["cam", "cam2", "cam2"]
        assert not ann.all("request_response")
        assert len(house.media.producers) == 1

    @pytest.mark.parametrize(
        ("fields", "reason"),
        [
            ({"simulcast_codecs": [rtc.SimulcastCodec(codec="vp9", cid="x")]}, Reason.INVALID_REQUEST),
            ({"simulcast_codecs": []}, Reason.INVALID_REQUEST),
            ({"type": models.TrackType.AUDIO}, Reason.INVALID_REQUEST),
            ({"sid": "TR_absent"}, Reason.NOT_FOUND),
        ],
    )
    def test_what_cannot_be_added_is_refused(self, fields: dict[str, Any], reason: int) -> None:
        _, ann, _, _, camera = self.set_table()
        known: dict[str, Any] = {
            "cid": "cam2",
            "sid": camera.sid,
            "type": models.TrackType.VIDEO,
            "simulcast_codecs": [rtc.SimulcastCodec(codec="vp8", cid="cam2")],
        }
        ann.send(add_track=rtc.AddTrackRequest(**(known | fields)))
        assert ann.last("request_response").reason == reason


class TestRedundantAudio:
    """RED (RFC 2198): Ben takes it, Cem does not."""

    def set_table(self, **fields: Any) -> tuple[Guest, Guest, Guest, models.TrackInfo]:
        house = House()
        ann, ben = house.join("ann"), house.join("ben")
        cem = house.join("cem", rewrite=lambda offer: offer.replace("SAVPF 111 63 0", "SAVPF 111 0"))
        return ann, ben, cem, ann.publish("audio", "mic", **fields)

    def test_a_microphone_comes_with_redundancy(self) -> None:
        ann, *_ = self.set_table()
        (producer,) = ann.house.media.producers.values()
        assert [codec.payload_type for codec in producer.parameters.codecs] == [RED, OPUS]
        (section,) = (it for it in read(ann.answers[-1].sdp).sections if it.direction == "recvonly")
        assert section.formats == [str(RED), str(OPUS)]
        assert section.pairs("fmtp")[str(RED)] == f"{OPUS}/{OPUS}"

    @pytest.mark.parametrize("fields", [{"disable_red": True}, {"encryption": models.Encryption.Type.GCM}])
    def test_not_if_its_publisher_does_without(self, fields: dict[str, Any]) -> None:
        ann, *_ = self.set_table(**fields)
        (producer,) = ann.house.media.producers.values()
        assert producer.parameters.codecs[0].payload_type == OPUS

    def test_each_gets_what_it_takes(self) -> None:
        _, ben, cem, microphone = self.set_table()
        mappings = [consumer_of(guest, microphone.sid).parameters.payload_types for guest in (ben, cem)]
        assert [[(it.producer, it.consumer, it.consumer_red) for it in of_one] for of_one in mappings] == [
            [(RED, OPUS, RED), (OPUS, OPUS, RED)],
            [(RED, OPUS, None), (OPUS, OPUS, None)],
        ]

    @pytest.mark.parametrize("payload_type", [63, 111])
    def test_with_or_without_it_is_one_codec(self, payload_type: int) -> None:
        """A publisher may send some packets plainly: nobody's subscription is opened anew, and the track is Opus."""
        ann, ben, _, microphone = self.set_table()
        before = dict(ann.house.media.consumers)
        (producer,) = ann.house.media.producers.values()
        producer.listener.handle_producer_started(0, payload_type)
        ben.settle()
        assert ann.house.media.consumers == before
        assert {track.mime_type for track in ben.about("ann")[-1].tracks} == {"audio/opus"}
        assert microphone.sid in ben.bound


def speak(guest: Guest) -> None:
    """The core hears a loud voice."""
    participant = guest.session.participant if guest.session else None
    assert participant is not None
    guest.house.registry.rooms[0].speaking.handle_level(participant.sid, 10)
    guest.house.clock.advance(0.1)
