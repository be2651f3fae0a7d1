"""The validator that other tests rely on finds what it is there to find."""

from __future__ import annotations

import pytest

from tests.sdp_conformance import check_answer
from tests.sdp_offers import Peer
from tureen.model.media import CandidateAddress, Fingerprint, IceCredentials, LocalTransport
from tureen.sdp import Answerer, Downlink, read_offer_untrusted

LOCAL = LocalTransport(
    ice=IceCredentials(ufrag="srvr", password="abcdefghijklmnopqrstuv"),
    fingerprint=Fingerprint(algorithm="sha-256", value=":".join(["AB"] * 32)),
    candidates=(CandidateAddress(address="192.0.2.1", port=7880),),
)


@pytest.fixture
def exchange() -> tuple[str, str]:
    """An offer and our answer: a bound video section (3), a published one (7), placeholders, data (6)."""
    peer = Peer()
    peer.join()
    peer.add("video", "sendonly", rids=("q", "h", "f"))
    offer = peer.offer()
    video = Downlink(stream_id="PA_1|camera", track_id="TR_1", ssrc=1, rtx_ssrc=2, cname="c")
    answer = Answerer(LOCAL, 1).answer(read_offer_untrusted(offer), uplinks=("7",), downlinks={"3": video})
    return offer, answer.text


def test_our_answer_passes(exchange: tuple[str, str]) -> None:
    assert check_answer(*exchange) == []


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("a=group:BUNDLE 0 1", "a=group:BUNDLE 1 0", "offer's order"),
        ("a=group:BUNDLE 0 1", "a=group:BUNDLE 1", "accepted sections"),
        ("a=mid:1", "a=mid:9", "is answered by"),
        ("a=rtcp-mux\r\n", "", "no rtcp-mux"),
        ("a=rtcp-rsize\r\n", "", "rtcp-rsize"),
        ("a=setup:passive", "a=setup:active", "setup"),
        ("sha-256", "sha-1", "fingerprints"),
        ("a=ice-lite\r\n", "", "ice-lite"),
        ("a=ice-ufrag:srvr", "a=ice-ufrag:other", "credentials differ"),
        ("a=end-of-candidates\r\n", "", "candidates"),
        ("typ host", "typ srflx", "host candidate"),
        ("a=extmap-allow-mixed\r\n", "", "extmap-allow-mixed"),
        ("a=extmap:10 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id\r\n", "", "not echoed"),
        ("a=extmap:10 ", "a=extmap:13 ", "offered 10"),
        ("a=rid:h recv\r\n", "", "are answered"),
        ("a=simulcast:recv q;h;f\r\n", "", "simulcast"),
        ("a=rtcp-fb:96 nack pli\r\n", "", "feedback"),
        ("a=rtcp-fb:96 nack pli", "a=rtcp-fb:96 goog-remb", "feedback"),
        ("a=fmtp:111 minptime=10;useinbandfec=1", "a=fmtp:111 useinbandfec=1", "Opus"),
        ("a=fmtp:97 apt=96", "a=fmtp:97 apt=95", "retransmission"),
        ("a=rtpmap:96 VP8/90000", "a=rtpmap:96 VP9/90000", "offered"),
        ("a=sctp-port:5000\r\n", "", "sctp-port"),
        ("a=inactive", "a=inactive\r\na=msid:PA_1|camera TR_1", "stands in"),
        ("a=inactive", "a=inactive\r\na=ssrc:9 cname:c", "inactive with msid"),
        ("a=msid:PA_1|camera TR_1\r\n", "", "sendonly with msid"),
        ("a=ssrc-group:FID 1 2\r\n", "", "grouped"),
        ("a=ssrc:2 cname:c", "a=ssrc:2 cname:d", "common cname"),
        ("a=sendonly", "a=recvonly", "is answered recvonly"),
    ],
)
def test_faults_are_found(exchange: tuple[str, str], old: str, new: str, fault: str) -> None:
    offer, answer = exchange
    assert old in answer
    spoilt = answer.replace(old, new, 1)
    assert fault in " / ".join(check_answer(offer, spoilt))


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("o=- 1 2 ", "o=- 1 1 ", "origin"),
        ("TR_1", "TR_2", "without a release"),
    ],
)
def test_faults_between_answers_are_found(exchange: tuple[str, str], old: str, new: str, fault: str) -> None:
    offer, first = exchange
    second = first.replace("o=- 1 1 ", "o=- 1 2 ")
    assert check_answer(offer, second, [first]) == []
    assert fault in " / ".join(check_answer(offer, second.replace(old, new), [first]))
