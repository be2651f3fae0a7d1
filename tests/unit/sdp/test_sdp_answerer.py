"""Answers: what each must hold, and what a sequence of them must keep."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from tests.sdp_conformance import check_answer, read
from tests.sdp_offers import Peer, captured_offers
from tureen.model.media import (
    CandidateAddress,
    Encoding,
    Fingerprint,
    IceCredentials,
    LocalTransport,
    MediaKind,
)
from tureen.sdp import Answer, Answerer, Downlink, SdpError, parse_untrusted, read_offer_untrusted

LOCAL = LocalTransport(
    ice=IceCredentials(ufrag="srvr", password="abcdefghijklmnopqrstuv"),
    fingerprint=Fingerprint(algorithm="sha-256", value=":".join(["AB"] * 32)),
    candidates=(
        CandidateAddress(address="192.0.2.1", port=7880),
        CandidateAddress(address="192.0.2.1", port=7881),
        CandidateAddress(address="2001:db8::1", port=7880),
    ),
)
LADDER = ("q", "h", "f")


def track(number: int = 1, **changes: object) -> Downlink:
    values = {
        "stream_id": "PA_abc|camera",
        "track_id": f"TR_{number}",
        "ssrc": 1000 + 2 * number,
        "rtx_ssrc": 1001 + 2 * number,
        "cname": "PA_abc",
    }
    return Downlink(**{**values, **changes})  # type: ignore[arg-type]


class Session:
    """A peer and our answerer; every answer is checked against the rules and the answers before it."""

    def __init__(self, *, joined: bool = True) -> None:
        self.peer = Peer()
        self.answerer = Answerer(LOCAL, session_id=42)
        self.answers: list[str] = []
        if joined:
            self.peer.join()

    def answer(self, *uplinks: str, **downlinks: Downlink) -> Answer:
        """Downlinks by mid, with a leading ``m``."""
        text = self.peer.offer()
        bound = {name.removeprefix("m"): downlink for name, downlink in downlinks.items()}
        answer = self.answerer.answer(read_offer_untrusted(text), uplinks=uplinks, downlinks=bound)
        assert check_answer(text, answer.text, self.answers) == []
        self.answers.append(answer.text)
        self.peer.settle()
        return answer

    def refusal(self, **downlinks: Downlink) -> str:
        before = list(self.answers)
        with pytest.raises(SdpError) as caught:
            self.answer(**downlinks)
        assert self.answers == before
        return str(caught.value)

    def section(self, mid: str) -> list[str]:
        """Attributes of a section of the last answer."""
        return next(section.attributes for section in read(self.answers[-1]).sections if section.mid == mid)


@pytest.mark.parametrize("name", captured_offers())
def test_answers_to_captured_offers_are_conformant(name: str) -> None:
    text = captured_offers()[name]
    offer = read_offer_untrusted(text)
    uplinks = [section.mid for section in offer.sections]
    receiving = [section.mid for section in offer.sections if section.receives and section.media_kind]
    downlinks = {mid: track(number) for number, mid in enumerate(receiving)}
    bare = Answerer(LOCAL, 1).answer(offer)
    full = Answerer(LOCAL, 1).answer(offer, uplinks=uplinks, downlinks=downlinks)
    assert check_answer(text, bare.text) == []
    assert check_answer(text, full.text) == []
    assert not bare.producers
    assert set(full.producers) == {section.mid for section in offer.sections if section.sends and section.media_kind}
    assert parse_untrusted(full.text).encode() == full.text


@pytest.mark.parametrize("browser", ["chromium", "firefox"])
def test_a_captured_session_is_answered_throughout(browser: str) -> None:
    answerer, answers = Answerer(LOCAL, 1), list[str]()
    bound = {
        "bind": {"0": track(1), "3": track(2)},
        "release": {"0": track(1)},
        "rebind": {"0": track(1), "4": track(2)},
    }
    for step in ("join", "publish", "accept", "bind", "release", "rebind", "stop", "recycle"):
        text = captured_offers()[f"{browser}-{step}"]
        downlinks = bound.get(step, {})
        answer = answerer.answer(read_offer_untrusted(text), uplinks=("7", "8"), downlinks=downlinks)
        assert check_answer(text, answer.text, answers) == []
        answers.append(answer.text)


class TestUnbound:
    def test_placeholders_are_inactive_and_name_nobody(self) -> None:
        session = Session()
        session.answer()
        for mid in "012345":
            attributes = session.section(mid)
            assert "inactive" in attributes
            assert not [line for line in attributes if line.startswith(("msid", "ssrc"))]

    def test_video_placeholders_keep_the_rid_extensions(self) -> None:
        session = Session()
        session.answer()
        for mid in "345":
            assert "extmap:10 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id" in session.section(mid)
            assert "extmap:11 urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id" in session.section(mid)

    def test_simulcast_is_mirrored_even_before_it_is_accepted(self) -> None:
        session = Session(joined=False)
        session.peer.add("video", "sendonly", rids=LADDER)
        session.answer()
        assert "inactive" in session.section("0")
        assert "simulcast:recv q;h;f" in session.section("0")


class TestUplinks:
    def test_an_accepted_simulcast_track(self) -> None:
        session = Session()
        mid = session.peer.add("video", "sendonly", rids=LADDER, msid="stream cid")
        answer = session.answer(mid)
        assert {"recvonly", "rid:q recv", "rid:h recv", "rid:f recv"} <= set(session.section(mid))
        producer = answer.producers[mid]
        assert (producer.kind, producer.mid) == (MediaKind.VIDEO, mid)
        assert producer.encodings == tuple(Encoding(rid=rid) for rid in LADDER)
        assert [codec.payload_type for codec in producer.codecs] == [96, 102]

    def test_mids_that_do_not_send_are_no_uplinks(self) -> None:
        session = Session()
        assert session.answer("0", "3", "6", "99").producers == {}

    def test_unpublishing_ends_the_producer(self) -> None:
        session = Session()
        mid = session.peer.add("audio", "sendonly")
        assert set(session.answer(mid).producers) == {mid}
        session.peer.change(mid, direction="inactive")
        assert session.answer(mid).producers == {}
        assert "inactive" in session.section(mid)


class TestDownlinks:
    def test_a_bound_section(self) -> None:
        session = Session()
        session.answer(m3=track(7))
        assert {
            "sendonly",
            "msid:PA_abc|camera TR_7",
            "ssrc-group:FID 1014 1015",
            "ssrc:1014 cname:PA_abc",
            "ssrc:1015 cname:PA_abc",
        } <= set(session.section("3"))

    def test_no_retransmission_source_where_none_is_negotiated(self) -> None:
        session = Session()
        session.answer(m0=track(7))
        assert [line for line in session.section("0") if line.startswith("ssrc")] == ["ssrc:1014 cname:PA_abc"]

    def test_both_ways_in_one_section(self) -> None:
        session = Session(joined=False)
        mid = session.peer.add("video", "sendrecv")
        answer = session.answer(mid, m0=track())
        assert "sendrecv" in session.section(mid)
        assert set(answer.producers) == {mid}

    def test_codecs_can_be_restricted_and_ordered(self) -> None:
        session = Session()
        codecs = read_offer_untrusted(session.peer.offer()).sections[3].codecs
        session.answer(m3=track(codecs=codecs[1:]))
        assert [line for line in session.section("3") if line.startswith("rtpmap")] == ["rtpmap:102 H264/90000"]

    def test_bindings_that_contradict_the_offer(self) -> None:
        session = Session()
        sending = session.peer.add("video", "sendonly")
        foreign = (*read_offer_untrusted(session.peer.offer()).sections[0].codecs,)
        assert "receives no media" in session.refusal(**{f"m{sending}": track()})
        assert "receives no media" in session.refusal(m6=track())
        assert "receives no media" in session.refusal(m99=track())
        assert "not offered" in session.refusal(m3=track(codecs=foreign))

    def test_one_track_in_two_sections(self) -> None:
        assert "another section" in Session().refusal(m3=track(1), m4=track(1, ssrc=1, rtx_ssrc=2))

    def test_one_ssrc_in_two_sections(self) -> None:
        assert "used twice" in Session().refusal(m3=track(1), m4=track(2, ssrc=1002))
        assert "used twice" in Session().refusal(m3=track(1, ssrc=5, rtx_ssrc=5))

    @pytest.mark.parametrize("name", ["stream_id", "track_id", "cname"])
    @pytest.mark.parametrize("value", ["", "two words", "x\r\na=ice-lite", "é", "x" * 257])
    def test_names_must_be_tokens(self, name: str, value: str) -> None:
        assert "must be a token" in Session().refusal(m3=track(1, **{name: value}))

    def test_a_moved_track_is_released_first(self) -> None:
        session = Session()
        session.answer(m3=track(1))
        assert not session.answerer.may_bind("4", "PA_abc|camera", "TR_1")
        assert "still sent in section" in session.refusal(m4=track(1))
        session.answer()
        assert session.answerer.may_bind("4", "PA_abc|camera", "TR_1")
        session.answer(m4=track(1))

    def test_a_section_gets_another_track_only_after_a_release(self) -> None:
        session = Session()
        session.answer(m3=track(1))
        assert session.answerer.may_bind("3", "PA_abc|camera", "TR_1")
        assert not session.answerer.may_bind("3", "PA_abc|camera", "TR_2")
        assert "release it" in session.refusal(m3=track(2))
        session.answer()
        session.answer(m3=track(2))

    def test_a_refused_answer_changes_nothing(self) -> None:
        session = Session()
        session.answer(m3=track(1))
        session.refusal(m3=track(2))
        session.answer(m3=track(1))
        assert read(session.answers[-1]).version == ("42", 2)


class TestSections:
    def test_dropped_moved_or_renamed_sections_are_refused(self) -> None:
        session = Session()
        session.answer()
        good = session.peer.sections
        for bad in (good[:-1], [good[1], good[0], *good[2:]], [replace(good[0], mid="new"), *good[1:]]):
            session.peer.sections = bad
            assert "section" in session.refusal()
        session.peer.sections = good
        session.answer()

    def test_a_stopped_section_leaves_the_bundle_and_can_be_recycled(self) -> None:
        session = Session()
        mid = session.peer.add("video", "sendonly", rids=LADDER)
        session.answer(mid)
        session.peer.change(mid, stopped=True)
        assert session.answer(mid).producers == {}
        assert mid not in read(session.answers[-1]).bundle
        assert read(session.answers[-1]).sections[-1].port == 0
        again = session.peer.add("video", "sendonly", rids=LADDER)
        assert again != mid
        assert set(session.answer(again).producers) == {again}
        assert len(read(session.answers[-1]).sections) == 8

    def test_a_section_that_we_rejected_may_be_recycled(self) -> None:
        answerer = Answerer(LOCAL, 1)
        peer = Peer()
        peer.join()
        text = peer.offer()
        answerer.answer(read_offer_untrusted(text.replace("opus/48000/2", "opus/48000/1", 1)))
        answerer.answer(read_offer_untrusted(text.replace("BUNDLE 0", "BUNDLE x").replace("a=mid:0", "a=mid:x")))

    def test_a_stopped_section_without_a_mid(self) -> None:
        session = Session()
        session.answer()
        session.peer.change("5", stopped=True)
        text = session.peer.offer().replace("a=mid:5\r\n", "")
        answer = session.answerer.answer(read_offer_untrusted(text))
        assert read(answer.text).sections[5].port == 0

    def test_unsupported_media_is_rejected(self) -> None:
        peer = Peer()
        peer.join()
        text = peer.offer() + "m=text 9 UDP/TLS/RTP/SAVPF 98\r\na=mid:t\r\na=rtpmap:98 t140/1000\r\n"
        answer = Answerer(LOCAL, 1).answer(read_offer_untrusted(text), uplinks=("t",))
        assert check_answer(text, answer.text) == []
        assert "m=text 0 UDP/TLS/RTP/SAVPF 98\r\n" in answer.text


class TestTransport:
    def test_candidates_stand_once_with_the_first_the_best(self) -> None:
        session = Session()
        session.answer()
        lines = re.findall(r"a=candidate:(\S+) 1 udp (\d+) (\S+) (\d+) typ host", session.answers[-1])
        assert [(address, port) for _, _, address, port in lines] == [
            ("192.0.2.1", "7880"),
            ("192.0.2.1", "7881"),
            ("2001:db8::1", "7880"),
        ]
        assert [foundation for foundation, *_ in lines] == ["1", "1", "2"]
        # RFC 8445 section 5.1.2.1 with type preference 126, local preference 65535 downwards, component 1.
        assert [int(priority) for _, priority, *_ in lines] == [2130706431, 2130706175, 2130705919]

    def test_the_first_accepted_section_carries_the_candidates(self) -> None:
        session = Session()
        session.answer()
        session.peer.change("0", stopped=True)
        session.answer()
        assert read(session.answers[-1]).bundle[0] == "1"
        assert "end-of-candidates" in session.section("1")

    def test_ice_restart(self) -> None:
        session = Session()
        assert not session.answerer.restarts_ice(read_offer_untrusted(session.peer.offer()))
        session.answer()
        session.peer.ufrag = "next"
        assert session.answerer.restarts_ice(read_offer_untrusted(session.peer.offer()))
        session.answerer.restart_ice(IceCredentials(ufrag="anew", password="b" * 22))
        session.answer()
        assert "ice-ufrag:anew" in session.section("0")
        assert not session.answerer.restarts_ice(read_offer_untrusted(session.peer.offer()))
        assert session.answerer.local.candidates == LOCAL.candidates

    def test_extmap_allow_mixed_follows_the_offer(self) -> None:
        session = Session()
        session.answer()
        assert "extmap-allow-mixed" in read(session.answers[-1]).session.attributes
        session.peer.session_lines = ()
        session.answer()
        assert "extmap-allow-mixed" not in session.answers[-1]

    @pytest.mark.parametrize("name", ["chromium-join", "firefox-publish"])
    def test_the_playout_delay_is_negotiated(self, name: str) -> None:
        text = captured_offers()[name]
        assert "playout-delay" in text
        assert "playout-delay" in Answerer(LOCAL, 1).answer(read_offer_untrusted(text)).text

    def test_directions_of_extensions_are_turned(self) -> None:
        session = Session(joined=False)
        session.peer.add("audio")
        text = session.peer.offer().replace("a=extmap:1 ", "a=extmap:1/sendonly ")
        answer = session.answerer.answer(read_offer_untrusted(text))
        assert "a=extmap:1/recvonly urn:ietf:params:rtp-hdrext:ssrc-audio-level" in answer.text

    def test_data_channels(self) -> None:
        session = Session()
        session.answer()
        assert {"sctp-port:5000", "max-message-size:262144"} <= set(session.section("6"))
