"""What an offer must have, and what we read from it."""

from __future__ import annotations

import pytest

from tests.sdp_offers import Peer, captured_offers
from tureen.model.media import Encoding, MediaKind
from tureen.sdp import Direction, Offer, OfferedSection, SdpError, SectionKind, read_offer_untrusted
from tureen.sdp.codec import OPUS_PARAMETERS
from tureen.sdp.offer import DEFAULT_MESSAGE_SIZE, LARGEST_MESSAGE_SIZE


def joined() -> str:
    peer = Peer()
    peer.join()
    return peer.offer()


def refusal(text: str) -> str:
    with pytest.raises(SdpError) as caught:
        read_offer_untrusted(text)
    return str(caught.value)


def only_section(peer: Peer) -> OfferedSection:
    return read_offer_untrusted(peer.offer()).sections[0]


def video(direction: str = "sendonly", *extra: str, rids: tuple[str, ...] = ()) -> OfferedSection:
    peer = Peer()
    mid = peer.add("video", direction, rids=rids)
    peer.change(mid, extra=extra)
    return only_section(peer)


class TestCapturedOffers:
    @pytest.mark.parametrize("name", [name for name in captured_offers() if name.endswith("join")])
    def test_a_join_has_placeholders_and_data(self, name: str) -> None:
        offer = read_offer_untrusted(captured_offers()[name])
        kinds = [section.kind for section in offer.sections]
        assert kinds.count(SectionKind.AUDIO) == 3
        assert kinds.count(SectionKind.VIDEO) == 3
        assert kinds.count(SectionKind.APPLICATION) == 1
        assert offer.has_data
        assert offer.bundle == tuple(section.mid for section in offer.sections)
        for section in offer.sections:
            if section.media_kind:
                assert section.direction is Direction.RECVONLY
                assert (section.receives, section.sends, section.encodings) == (True, False, ())
                assert section.codecs

    @pytest.mark.parametrize("name", ["chromium-publish", "firefox-publish"])
    def test_simulcast_layers_come_from_low_to_high_by_rid(self, name: str) -> None:
        offer = read_offer_untrusted(captured_offers()[name])
        microphone, camera = offer.sections[-2:]
        assert (microphone.kind, camera.kind) == (SectionKind.AUDIO, SectionKind.VIDEO)
        assert camera.encodings == (Encoding(rid="q"), Encoding(rid="h"), Encoding(rid="f"))
        assert camera.simulcast
        assert len(microphone.encodings) == 1
        assert microphone.track_id
        assert camera.track_id
        assert microphone.stream_id == camera.stream_id

    @pytest.mark.parametrize("name", captured_offers())
    def test_each_browser_states_what_the_core_needs(self, name: str) -> None:
        remote = read_offer_untrusted(captured_offers()[name]).remote
        assert len(remote.ice.ufrag) >= 4
        assert remote.fingerprint.algorithm == "sha-256"
        assert len(remote.fingerprint.value) == 95
        extensions = remote.extensions
        assert None not in (extensions.mid, extensions.transport_cc, extensions.audio_level)
        # Firefox names rids only once it has simulcast to offer: the ids of a transport grow with later offers.
        assert name == "firefox-join" or None not in (extensions.rid, extensions.repaired_rid)

    def test_chromium_codecs(self) -> None:
        section = read_offer_untrusted(captured_offers()["chromium-join"]).sections[3]
        names = [codec.mime_type for codec in section.codecs]
        assert names[0] == "video/VP8"
        assert set(names) >= {"video/VP8", "video/VP9", "video/H264", "video/AV1"}
        assert all(codec.rtx_payload_type is not None for codec in section.codecs)

    @pytest.mark.parametrize("name", ["chromium-stop", "firefox-stop"])
    def test_a_stopped_section_is_rejected_and_has_no_media(self, name: str) -> None:
        offer = read_offer_untrusted(captured_offers()[name])
        stopped = offer.sections[-1]
        assert (stopped.rejected, stopped.sends, stopped.receives) == (True, False, False)
        assert stopped.mid not in offer.bundle


class TestRefusals:
    @pytest.mark.parametrize(
        ("old", "new", "message"),
        [
            ("a=group:BUNDLE", "a=group:LS", "not in the BUNDLE group"),
            ("a=group:BUNDLE 0 ", "a=group:BUNDLE ", "not in the BUNDLE group"),
            ("a=group:BUNDLE 0 ", "a=group:BUNDLE 0 77 ", "no section has this mid"),
            ("a=mid:1\r\n", "a=mid:0\r\n", "a mid must be unique"),
            ("a=mid:1\r\n", "", "no a=mid"),
            ("a=mid:1\r\n", f"a=mid:{'x' * 40}\r\n", "too long"),
            ("a=rtcp-mux\r\n", "", "no a=rtcp-mux"),
            ("a=setup:actpass", "a=setup:passive", "we are DTLS server"),
            ("a=setup:actpass\r\n", "", "we are DTLS server"),
            ("sha-256 ", "sha-1 ", "SHA-256"),
            ("sha-256 0A:", "sha-256 ", "SHA-256"),
            ("a=ice-ufrag:peer\r\n", "", "ICE credentials"),
            ("a=ice-pwd:abcdefghijklmnopqrstuvwx\r\n", "", "ICE credentials"),
        ],
    )
    def test_an_offer_that_we_cannot_answer(self, old: str, new: str, message: str) -> None:
        text = joined()
        assert old in text
        assert message in refusal(text.replace(old, new))

    def test_nothing_acceptable(self) -> None:
        assert "nothing in the offer" in refusal("v=0\no=- 1 1 IN IP4 x\ns=-\n")

    def test_one_payload_type_with_two_meanings(self) -> None:
        text = joined()
        last_vp8 = text.rindex("VP8/90000")
        assert "means two things" in refusal(text[:last_vp8] + "VP9/90000" + text[last_vp8 + 9 :])

    def test_hints_to_the_own_encoder_do_not_change_a_meaning(self) -> None:
        text = joined()
        last_vp8 = text.rindex("VP8/90000\r\n") + len("VP8/90000\r\n")
        payload_type = text[:last_vp8].rpartition("a=rtpmap:")[2].partition(" ")[0]
        hint = f"a=fmtp:{payload_type} x-google-start-bitrate=1000\r\n"
        offer = read_offer_untrusted(text[:last_vp8] + hint + text[last_vp8:])
        assert len(offer.bundle) == len(read_offer_untrusted(text).bundle)

    def test_one_extension_with_two_ids(self) -> None:
        text = joined()
        old = "a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid"
        last = text.rindex(old)
        assert "differs between sections" in refusal(text[:last] + old.replace("4", "9") + text[last + len(old) :])


class TestTransport:
    def remote_of(self, old: str = "", new: str = "") -> Offer:
        return read_offer_untrusted(joined().replace(old, new))

    def test_session_level_attributes_hold_for_sections(self) -> None:
        peer = Peer(session_lines=("a=setup:active", "a=ice-ufrag:main", f"a=ice-pwd:{'p' * 22}"))
        peer.add("audio")
        text = peer.offer().replace("a=ice-ufrag:peer\r\n", "").replace("a=setup:actpass\r\n", "")
        text = text.replace("a=ice-pwd:abcdefghijklmnopqrstuvwx\r\n", "")
        assert read_offer_untrusted(text).remote.ice.ufrag == "main"

    def test_the_first_accepted_section_of_the_bundle_speaks_for_all(self) -> None:
        text = joined().replace("a=ice-ufrag:peer", "a=ice-ufrag:first", 1)
        assert read_offer_untrusted(text).remote.ice.ufrag == "first"
        reordered = text.replace("BUNDLE 0 1 2", "BUNDLE 1 0 2")
        assert read_offer_untrusted(reordered).remote.ice.ufrag == "peer"

    @pytest.mark.parametrize(
        ("stated", "meant"),
        [
            ("a=max-message-size:262144", 262144),
            ("a=max-message-size:0", LARGEST_MESSAGE_SIZE),
            (f"a=max-message-size:{2**63}", LARGEST_MESSAGE_SIZE),
            ("a=x-unknown:1", DEFAULT_MESSAGE_SIZE),
        ],
    )
    def test_message_size(self, stated: str, meant: int) -> None:
        assert self.remote_of("a=max-message-size:262144", stated).remote.max_message_size == meant

    def test_several_fingerprints(self) -> None:
        text = joined().replace("a=fingerprint:sha-256", "a=fingerprint:sha-1 00:11\r\na=fingerprint:SHA-256")
        assert read_offer_untrusted(text).remote.fingerprint.algorithm == "sha-256"


class TestSections:
    def test_unknown_media_is_rejected_and_does_not_disturb(self) -> None:
        text = joined() + "m=text 9 UDP/TLS/RTP/SAVPF 98\r\na=mid:t\r\na=rtpmap:98 t140/1000\r\n"
        section = read_offer_untrusted(text).sections[-1]
        assert (section.kind, section.rejected, section.media) == (SectionKind.UNSUPPORTED, True, "text")

    def test_old_style_data_channels_are_rejected(self) -> None:
        text = joined().replace("UDP/DTLS/SCTP webrtc-datachannel", "DTLS/SCTP 5000")
        offer = read_offer_untrusted(text)
        assert not offer.has_data
        assert offer.sections[-1].rejected

    def test_a_section_without_a_codec_of_ours_is_rejected(self) -> None:
        text = joined().replace("opus/48000/2", "opus/48000/1", 1)
        first = read_offer_untrusted(text).sections[0]
        assert (first.kind, first.rejected, first.codecs) == (SectionKind.AUDIO, True, ())

    def test_a_bundle_only_section_is_not_stopped(self) -> None:
        peer = Peer()
        peer.add("audio")
        mid = peer.add("video", "sendonly")
        peer.change(mid, extra=("a=bundle-only",))
        offer = read_offer_untrusted(peer.offer().replace("m=video 9", "m=video 0"))
        assert offer.bundle == ("0", "1")
        assert offer.sections[1].sends

    def test_direction_defaults_to_that_of_the_session_and_then_to_both(self) -> None:
        text = joined().replace("a=recvonly\r\n", "")
        assert read_offer_untrusted(text).sections[0].direction is Direction.SENDRECV
        text = text.replace("t=0 0\r\n", "t=0 0\r\na=inactive\r\n")
        assert read_offer_untrusted(text).sections[0].direction is Direction.INACTIVE

    def test_msid(self) -> None:
        peer = Peer()
        peer.add("audio", "sendonly", msid="{stream} {track}")
        assert (only_section(peer).stream_id, only_section(peer).track_id) == ("{stream}", "{track}")
        peer.change("0", msid="- track")
        assert (only_section(peer).stream_id, only_section(peer).track_id) == (None, "track")

    def test_media_kind(self) -> None:
        assert video().media_kind is MediaKind.VIDEO
        assert read_offer_untrusted(joined()).sections[-1].media_kind is None


class TestCodecs:
    def test_supported_ones_in_order_with_retransmission(self) -> None:
        found = [(codec.mime_type, codec.payload_type, codec.rtx_payload_type) for codec in video().codecs]
        assert found == [("video/VP8", 96, 97), ("video/H264", 102, None)]

    def test_opus_has_one_fmtp_whatever_is_offered(self) -> None:
        peer = Peer()
        peer.add("audio")
        text = peer.offer().replace("minptime=10;useinbandfec=1", "stereo=1;usedtx=1")
        opus = read_offer_untrusted(text).sections[0].codecs[0]
        assert (opus.mime_type, opus.channels, opus.parameters) == ("audio/opus", 2, OPUS_PARAMETERS)

    @pytest.mark.parametrize(
        ("rtpmap", "fmtp", "payload_types"),
        [
            ("red/48000/2", "111/111", [111, 63]),
            ("red/48000/2", "111/111/111", [111, 63]),
            ("red/48000/2", "111/0", [111]),
            ("red/48000/2", "", [111]),
            ("red/48000/1", "111/111", [111]),
            ("red/8000", "111/111", [111]),
        ],
    )
    def test_red_of_opus_and_nothing_else_is_taken(self, rtpmap: str, fmtp: str, payload_types: list[int]) -> None:
        peer = Peer()
        peer.add("audio")
        offered = peer.offer().replace("a=rtpmap:63 red/48000/2", f"a=rtpmap:63 {rtpmap}")
        text = offered.replace("a=fmtp:63 111/111\r\n", f"a=fmtp:63 {fmtp}\r\n" if fmtp else "")
        codecs = read_offer_untrusted(text).sections[0].codecs
        assert [codec.payload_type for codec in codecs] == payload_types
        assert [codec.parameters for codec in codecs if codec.is_red] == [fmtp] * (len(payload_types) - 1)

    def test_feedback_that_we_give_is_kept(self) -> None:
        assert video().codecs[0].feedback == ("nack", "nack pli", "ccm fir", "transport-cc")

    def test_feedback_for_any_format_holds_for_all(self) -> None:
        section = video("sendonly", "a=rtcp-fb:* ccm fir")
        assert section.codecs[1].feedback == ("nack", "ccm fir")

    def test_formats_without_a_map_or_offered_twice_are_left_out(self) -> None:
        peer = Peer()
        peer.add("video")
        text = peer.offer().replace("SAVPF 96 97", "SAVPF 34 96 96 97")
        assert [codec.payload_type for codec in read_offer_untrusted(text).sections[0].codecs] == [96, 102]


class TestEncodings:
    def test_one_stream_by_ssrc_and_its_retransmission(self) -> None:
        extra = ("a=ssrc-group:FID 7 8", "a=ssrc:8 cname:c", "a=ssrc:7 cname:c")
        assert video("sendonly", *extra).encodings == (Encoding(ssrc=7, rtx_ssrc=8),)

    def test_one_stream_of_which_nothing_is_stated(self) -> None:
        assert video().encodings == (Encoding(),)

    def test_no_encodings_where_nothing_is_sent(self) -> None:
        assert video("recvonly", "a=ssrc:7 cname:c").encodings == ()

    def test_a_single_rid_keeps_its_ssrc(self) -> None:
        section = video("sendonly", "a=rid:hi send", "a=ssrc:7 cname:c")
        assert section.encodings == (Encoding(rid="hi", ssrc=7),)
        assert not section.simulcast

    def test_layers_are_sorted_and_rids_echoed_as_offered(self) -> None:
        section = video(rids=("f", "h", "q"))
        assert [encoding.rid for encoding in section.encodings] == ["q", "h", "f"]
        assert section.rids == ("f", "h", "q")

    def test_paused_layers_and_alternatives(self) -> None:
        extra = tuple(f"a=rid:{rid} send" for rid in "abc")
        section = video("sendonly", *extra, "a=simulcast:send ~a;b,c recv z")
        assert section.rids == ("a", "b")

    def test_rids_that_are_not_declared_do_not_count(self) -> None:
        section = video("sendonly", "a=rid:a send", "a=rid:b recv", "a=simulcast:send a;b;c")
        assert section.rids == ("a",)

    def test_no_more_layers_than_the_core_takes(self) -> None:
        assert len(video(rids=("a", "b", "c", "d", "e")).encodings) == 4


class TestExtensions:
    def test_ids_are_the_peers(self) -> None:
        extensions = read_offer_untrusted(joined()).remote.extensions
        assert (extensions.mid, extensions.rid, extensions.repaired_rid, extensions.audio_level) == (4, 10, 11, 1)

    def test_ids_beyond_the_header_are_left_out(self) -> None:
        section = video("sendonly", "a=extmap:4096 urn:ietf:params:rtp-hdrext:ssrc-audio-level")
        assert all(ext_map.id <= 255 for ext_map in section.extensions)

    def test_session_level_extensions_hold_for_all_sections(self) -> None:
        peer = Peer(session_lines=("a=extmap:200 http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time",))
        peer.join()
        offer = read_offer_untrusted(peer.offer())
        assert offer.remote.extensions.abs_capture_time == 200
        assert all(200 in [one.id for one in section.extensions] for section in offer.sections if section.media_kind)
