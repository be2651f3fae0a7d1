"""Hostile and broken text: one error, with the line, and soon."""

from __future__ import annotations

import contextlib
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sdp_offers import captured_offers
from tureen.sdp import SdpError, parse_untrusted, read_offer_untrusted
from tureen.sdp.parser import MAX_ATTRIBUTES, MAX_LINE, MAX_LINES, MAX_SECTIONS, MAX_TEXT

HEAD = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"
SECTION = "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n"
OFFERS = list(captured_offers().values())


def refusal(text: str) -> SdpError:
    with pytest.raises(SdpError) as caught:
        parse_untrusted(text)
    return caught.value


@settings(deadline=None)
@given(st.text(max_size=300))
def test_arbitrary_text_raises_only_the_one_error(text: str) -> None:
    for candidate in (text, HEAD + text, HEAD + SECTION + text):
        _read(candidate)


@settings(deadline=None)
@given(
    st.lists(
        st.sampled_from(["m=audio 9 UDP/TLS/RTP/SAVPF 111", "a=mid:0", "a=rtpmap:111 opus/48000/2"])
        | st.text("=:;,/ ~-09abmvosc*\t", max_size=40),
        max_size=30,
    )
)
def test_arbitrary_lines_raise_only_the_one_error(lines: list[str]) -> None:
    _read(HEAD + "\r\n".join(lines))


@settings(deadline=None)
@given(st.data())
def test_mutations_of_real_offers_parse_or_raise_only_the_one_error(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from(OFFERS))
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(text)))
        end = data.draw(st.integers(start, min(len(text), start + 60)))
        text = (
            text[:start] + data.draw(st.text(max_size=8) | st.sampled_from(["\r\n", "m=", "a=", ":", ";"])) + text[end:]
        )
    _read(text)


@settings(deadline=None)
@given(st.sampled_from(OFFERS), st.data())
def test_truncated_offers_parse_or_raise_only_the_one_error(text: str, data: st.DataObject) -> None:
    _read(text[: data.draw(st.integers(0, len(text)))])


@settings(deadline=None)
@given(st.sampled_from(OFFERS), st.randoms(use_true_random=False))
def test_shuffled_lines_parse_or_raise_only_the_one_error(text: str, random: Random) -> None:
    lines = text.split("\r\n")
    random.shuffle(lines)
    _read("\r\n".join([*HEAD.split("\r\n")[:3], *lines]))


def _read(text: str) -> None:
    for read in (parse_untrusted, read_offer_untrusted):
        with contextlib.suppress(SdpError):
            read(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x" * (MAX_TEXT + 1), "characters"),
        ("\n" * (MAX_LINES + 1), "lines"),
        (HEAD + "a=x:" + "y" * MAX_LINE, "line has"),
        (HEAD + SECTION * (MAX_SECTIONS + 1), "sections"),
        (HEAD + SECTION * 2000, "sections"),
        (HEAD + SECTION + "a=x\r\n" * (MAX_ATTRIBUTES + 1), "attributes"),
        (HEAD + "a=x\r\n" * (MAX_ATTRIBUTES + 1), "attributes"),
        (HEAD + SECTION + "b=AS:1\r\n" * 100, "lines"),
        (HEAD + "m=audio 9 UDP/TLS/RTP/SAVPF " + "1 " * 500, "formats"),
        (HEAD + "a=group:BUNDLE " + "0 " * 1000, "words"),
        (HEAD + SECTION + "a=simulcast:send " + ";".join("abc" * 30), "streams"),
        (HEAD + SECTION + "a=ssrc-group:FID " + "1 " * 100, "words"),
        (HEAD + SECTION + "a=mid:" + "m" * 300, "token"),
    ],
)
def test_bounds(text: str, message: str) -> None:
    assert message in str(refusal(text))


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("", "begin with a letter"),
        ("x", "begin with a letter"),
        ("v=0", "begin with a letter"),
        ("y=1", "begin with a letter"),
        ("a=", "name must be a token"),
        ("a=b c:d", "name must be a token"),
        ("a=mid", "no value"),
        ("a=mid:", "token"),
        ("a=mid:a b", "token"),
        ("a=rtcp-mux:yes", "flag"),
        ("a=ice-ufrag:abc", "user name fragment"),
        ("a=ice-ufrag:" + "a" * 257, "user name fragment"),
        ("a=ice-pwd:short", "password"),
        ("a=ice-pwd:" + "é" * 22, "password"),
        ("a=fingerprint:sha-256 XX", "fingerprint"),
        ("a=fingerprint:sha-256", "fingerprint"),
        ("a=setup:both", "setup"),
        ("a=rtpmap:128 opus/48000", "payload type"),
        ("a=rtpmap:-1 opus/48000", "payload type"),
        ("a=rtpmap:\u0661 opus/48000", "payload type"),
        ("a=rtpmap:111 opus", "rtpmap"),
        ("a=rtpmap:111", "rtpmap"),
        ("a=rtpmap:111 opus/0", "clock rate"),
        ("a=rtpmap:111 opus/48000/2/3", "rtpmap"),
        ("a=rtpmap:111 opus/" + "9" * 5000, "clock rate"),
        ("a=fmtp:111 ", "empty"),
        ("a=extmap:0 urn:x", "extension id"),
        ("a=extmap:1/up urn:x", "direction"),
        ("a=extmap:1", "extmap"),
        ("a=rid:é send", "rid"),
        ("a=rid:q both", "direction"),
        ("a=simulcast:send", "words"),
        ("a=simulcast:send a send b", "once each"),
        ("a=simulcast:send a recv", "once each"),
        ("a=simulcast:send a;;b", "rid"),
        ("a=simulcast:send ~", "rid"),
        ("a=candidate:1 1 udp 1 10.0.0.1 9 type host", "candidate"),
        ("a=candidate:1 0 udp 1 10.0.0.1 9 typ host", "component"),
        ("a=candidate:1 1 udp 1 10.0.0.1 70000 typ host", "port"),
        ("a=ssrc:x cname:a", "SSRC"),
        ("a=ssrc:4294967296 cname:a", "SSRC"),
        ("a=ssrc-group:FID", "empty"),
        ("a=msid:a b c", "words"),
        ("a=sctp-port:65536", "SCTP port"),
        ("a=max-message-size:-1", "message size"),
        ("m=audio 9 UDP/TLS/RTP/SAVPF", "section"),
        ("m=audio 9/0 UDP/TLS/RTP/SAVPF 1", "number of ports"),
        ("m=audio 99999 UDP/TLS/RTP/SAVPF 1", "port"),
        ("m=audio 9 UDP:TLS 1", "protocol"),
        ("a=x:\x01", "control character"),
        ("a=x\ra=y", "control character"),
    ],
)
def test_a_broken_line_is_named(line: str, message: str) -> None:
    error = refusal(HEAD + SECTION + line + "\r\n" + "a=sendrecv\r\n")
    assert message in str(error)
    assert error.line == 6
    assert str(error).startswith("SDP line 6: ")


@pytest.mark.parametrize("line", ["a=mid:0", "a=sendonly", "a=setup:active", "a=ice-ufrag:abcd", "a=sctp-port:1"])
def test_what_may_stand_once_may_not_stand_twice(line: str) -> None:
    assert refusal(HEAD + SECTION + f"{line}\r\n{line}\r\n").line == 7


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", 1),
        ("v=1\no=- 1 1 IN IP4 x\ns=-", 1),
        ("v=0\ns=-\no=- 1 1 IN IP4 x", 2),
        ("v=0\no=- 1 1 IN IP4 x", 3),
        ("v=0\no=- 1 1\ns=-", 2),
        ("v=0\no=- a 1 IN IP4 x\ns=-", 2),
    ],
)
def test_the_opening_lines_must_be_there_in_order(text: str, line: int) -> None:
    assert refusal(text).line == line


def test_a_quoted_value_is_shortened_and_escaped() -> None:
    error = refusal(HEAD + SECTION + "a=rid:" + "\u202e" * 2000 + " send")
    assert len(str(error)) < 400
    assert "\u202e" not in str(error)
