"""Whatever participants publish, subscribe and take back, every answer is conformant and everyone receives what is due.

`Guest` checks each answer as it comes (`tests.sdp_conformance`), and the fake core that no SSRC returns.
"""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from livekit.protocol import models

from tests.unit.doors.guest import House

KINDS = st.sampled_from(["audio", "video"])
WHO = st.integers(0, 2)


class Meeting(RuleBasedStateMachine):
    """Three participants who publish, unpublish, mute, subscribe, unsubscribe, leave and come back."""

    @initialize()
    def open(self) -> None:
        self.house = House()
        self.names = ["ann", "ben", "cid"]
        self.guests = [self.house.join(name) for name in self.names]
        self.sending: list[dict[str, str]] = [{}, {}, {}]
        self.unwanted: list[set[str]] = [set(), set(), set()]
        self.count = 0

    @rule(who=WHO, kind=KINDS, simulcast=st.booleans())
    @precondition(lambda self: sum(map(len, self.sending)) < 12)
    def publish(self, who: int, kind: str, simulcast: bool) -> None:
        self.count += 1
        rids = ("q", "h", "f") if simulcast and kind == "video" else ()
        guest = self.guests[who]
        track = guest.publish(kind, f"cid{self.count}", rids=rids)
        self.sending[who][track.sid] = guest.peer.sections[-1].mid

    @rule(who=WHO)
    def unpublish(self, who: int) -> None:
        if self.sending[who]:
            sid, mid = self.sending[who].popitem()
            self.guests[who].peer.change(mid, direction="inactive", rids=(), msid="")
            self.guests[who].negotiate()
            for unwanted in self.unwanted:
                unwanted.discard(sid)

    @rule(who=WHO, subscribe=st.booleans(), choice=st.integers(0))
    def subscribe(self, who: int, subscribe: bool, choice: int) -> None:
        others = [sid for index, tracks in enumerate(self.sending) if index != who for sid in tracks]
        if others:
            sid = others[choice % len(others)]
            (self.unwanted[who].discard if subscribe else self.unwanted[who].add)(sid)
            self.guests[who].send(subscription={"track_sids": [sid], "subscribe": subscribe})

    @rule(who=WHO)
    def restart_ice(self, who: int) -> None:
        self.guests[who].peer.ufrag += "x"
        self.guests[who].negotiate()

    @rule(who=WHO, politely=st.booleans())
    def come_back(self, who: int, politely: bool) -> None:
        if politely:
            self.guests[who].send(leave={})
        for sid in self.sending[who]:
            for unwanted in self.unwanted:
                unwanted.discard(sid)
        self.sending[who], self.unwanted[who] = {}, set()
        self.guests[who] = self.house.join(self.names[who])

    @invariant()
    def everyone_receives_what_is_due(self) -> None:
        if not hasattr(self, "guests"):
            return
        for who, guest in enumerate(self.guests):
            guest.settle()
            due = {sid for index, tracks in enumerate(self.sending) if index != who for sid in tracks}
            due -= self.unwanted[who]
            assert set(guest.bound) == due
            assert set(guest.answers[-1].mid_to_track_id.values()) == due
            consumers = [open_ for open_ in self.house.media.consumers.values() if open_.transport == guest.transport]
            assert len(consumers) == len(due)

    @invariant()
    def the_core_holds_nothing_else(self) -> None:
        if not hasattr(self, "guests"):
            return
        assert len(self.house.media.transports) == len(self.guests)
        assert len(self.house.media.producers) == sum(map(len, self.sending))

    @invariant()
    def versions_rise(self) -> None:
        for guest in getattr(self, "guests", []):
            versions: dict[str, int] = {}
            for update in guest.all("update"):
                for info in update.participants:
                    assert info.version > versions.get(info.sid, 0)
                    versions[info.sid] = info.version


Meeting.TestCase.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
TestMeeting = Meeting.TestCase


def test_more_tracks_than_placeholders_ask_for_sections() -> None:
    house = House()
    ann, ben = house.join("ann"), house.join("ben", answers_requirements=False)
    tracks = [ann.publish("video", f"cam{number}").sid for number in range(3)]
    assert (ben.last("media_sections_requirement").num_videos, ben.bound) == (0, {})
    ben.negotiate()
    assert set(ben.bound) == set(tracks)
    tracks += [ann.publish(kind, f"more{number}").sid for number, kind in enumerate(["video", "video", "audio"])]
    # One is asked for at a time; what else is missing is asked for after the next answer.
    asked = ben.all("media_sections_requirement")
    assert (asked[-1].num_videos, asked[-1].num_audios) == (1, 0)
    ben.peer.add("video")
    ben.negotiate()
    assert (ben.last("media_sections_requirement").num_videos, ben.last("media_sections_requirement").num_audios) == (
        1,
        0,
    )
    ben.peer.add("video")
    ben.negotiate()
    assert set(ben.bound) == set(tracks)


def test_an_offer_before_its_track_is_carried_as_soon_as_the_track_is_announced() -> None:
    house = House()
    ann, ben = house.join("ann"), house.join("ben")
    mid = ann.peer.add("audio", "sendonly", msid="stream mic")
    ann.negotiate()
    assert not house.media.producers
    track = ann.add_track("audio", "mic")
    assert len(house.media.producers) == 1
    ann.start(mid)
    assert list(ben.bound) == [track.sid]


def test_a_section_is_matched_by_its_track_id_not_by_order() -> None:
    house = House()
    ann = house.join("ann")
    first, second = ann.add_track("video", "one"), ann.add_track("video", "two", source=3)
    two, one = ann.peer.add("video", "sendonly", msid="s two"), ann.peer.add("video", "sendonly", msid="s one")
    ann.negotiate()
    ann.start(two)
    ann.start(one)
    announced = {track.sid: track.mid for track in ann.about("ann")[-1].tracks}
    assert announced == {first.sid: one, second.sid: two}


def test_the_only_pending_track_of_a_kind_needs_no_id() -> None:
    house = House()
    ann = house.join("ann")
    track = ann.add_track("audio", "mic")
    mid = ann.peer.add("audio", "sendonly", msid="- something-else")
    ann.negotiate()
    ann.start(mid)
    assert [found.sid for found in ann.about("ann")[-1].tracks] == [track.sid]


def test_without_the_right_to_publish_nothing_is_received() -> None:
    house = House()
    eve = house.join("eve", publish=False)
    eve.peer.add("audio", "sendonly", msid="s mic")
    eve.negotiate()
    assert "a=recvonly" not in eve.answers[-1].sdp
    eve.send(add_track={"cid": "mic", "type": "AUDIO"})
    assert eve.last("request_response").reason == 2
    assert not house.media.producers


def test_a_codec_that_the_subscriber_lacks_is_refused_once() -> None:
    house = House()
    ann = house.join("ann", rewrite=lambda offer: offer.replace("96 97 102 103 116", "96 97"))
    ben = house.join("ben", rewrite=lambda offer: offer.replace("96 97 102 103 116", "102"))
    track = ann.publish("video", "cam")
    ben.negotiate()
    (refusal,) = ben.all("subscription_response")
    assert (refusal.track_sid, refusal.err) == (track.sid, 1)
    assert ben.bound == {}
    assert len(ben.all("media_sections_requirement")) == 1


VP8, H264 = 96, 102
ONLY_H264 = "96 97 102 103 116", "102"


def test_what_is_sent_decides_whether_a_subscriber_can_decode_it() -> None:
    house = House()
    ann, ben = house.join("ann"), house.join("ben", rewrite=lambda offer: offer.replace(*ONLY_H264))
    vp8 = ann.publish("video", "one", payload_type=VP8)
    h264 = ann.publish("video", "two", payload_type=H264)
    (refusal,) = ben.all("subscription_response")
    assert (refusal.track_sid, refusal.err) == (vp8.sid, models.SubscriptionError.SE_CODEC_UNSUPPORTED)
    assert list(ben.bound) == [h264.sid]
    assert {track.sid: track.mime_type for track in ben.about("ann")[-1].tracks} == {
        vp8.sid: "video/VP8",
        h264.sid: "video/H264",
    }


def test_before_media_comes_the_codec_that_the_publisher_named_decides() -> None:
    house = House()
    ann, ben = house.join("ann"), house.join("ben", rewrite=lambda offer: offer.replace(*ONLY_H264))
    wanted = ann.add_track("video", "one", muted=True, simulcast_codecs=[{"codec": "h264", "cid": "one"}])
    other = ann.add_track("video", "two", muted=True, simulcast_codecs=[{"codec": "vp8", "cid": "two"}])
    for cid in ("one", "two"):
        ann.peer.add("video", "sendonly", msid=f"stream {cid}")
    ann.negotiate()
    assert [refusal.track_sid for refusal in ben.all("subscription_response")] == [other.sid]
    assert list(ben.bound) == [wanted.sid]


def test_another_codec_than_expected_is_judged_again_when_it_comes() -> None:
    house = House()
    ann, ben = house.join("ann"), house.join("ben", rewrite=lambda offer: offer.replace(*ONLY_H264))
    track = ann.add_track("video", "cam", muted=True, simulcast_codecs=[{"codec": "vp8", "cid": "cam"}])
    mid = ann.peer.add("video", "sendonly", msid="stream cam")
    ann.negotiate()
    assert ben.bound == {}
    ann.start(mid, H264)
    assert list(ben.bound) == [track.sid]
    assert len(house.media.consumers) == 1
