"""Round trips: what we write, we read as the same value."""

from __future__ import annotations

from typing import TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sdp_offers import captured_offers
from tureen.model.media import Fingerprint
from tureen.sdp import Direction, MediaDescription, SdpError, SessionDescription, parse_untrusted
from tureen.sdp.attributes import MEDIA_ATTRIBUTES, SESSION_ATTRIBUTES, Attribute
from tureen.sdp.candidate import IceCandidate
from tureen.sdp.description import Line
from tureen.sdp.header_extension import ExtMap
from tureen.sdp.origin import Origin
from tureen.sdp.rtp_format import Fmtp, RtcpFeedback, RtpMap
from tureen.sdp.simulcast import Rid, RidDirection, Simulcast, SimulcastAlternative
from tureen.sdp.source import Msid, SsrcAttribute, SsrcGroup
from tureen.sdp.transport import Group, Setup

T = TypeVar("T")

TOKEN = st.text("abcXYZ019!#$%&'*+-.^_`{|}~", min_size=1, max_size=12)
TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=30)
WORD = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=12)
REST = st.lists(WORD, min_size=1, max_size=4).map(" ".join)
ICE = st.text("abcXYZ019+/", min_size=22, max_size=40)
SSRC = st.integers(0, 2**32 - 1)
UNKNOWN_NAME = TOKEN.filter(
    lambda name: name not in MEDIA_ATTRIBUTES and name not in SESSION_ATTRIBUTES and name not in list(Direction)
)


def tuples(values: st.SearchStrategy[T], least: int = 0) -> st.SearchStrategy[tuple[T, ...]]:
    return st.lists(values, min_size=least, max_size=3).map(tuple)


def maybe(values: st.SearchStrategy[T]) -> st.SearchStrategy[T | None]:
    return st.none() | values


LINE = st.builds(Line, st.sampled_from("iuepcbtrzk"), TEXT)
OTHER = st.builds(Attribute, UNKNOWN_NAME, maybe(TEXT))
FINGERPRINT = st.builds(
    Fingerprint,
    algorithm=st.sampled_from(["sha-1", "sha-256", "sha-512"]),
    value=st.binary(min_size=1, max_size=64).map(lambda data: data.hex(":").upper()),
)
CANDIDATE = st.builds(
    IceCandidate,
    foundation=TOKEN,
    component=st.integers(1, 256),
    transport=TOKEN,
    priority=SSRC,
    address=WORD,
    port=st.integers(0, 65535),
    type=TOKEN,
    extensions=tuples(st.tuples(WORD, WORD)),
)
EXT_MAP = st.builds(
    ExtMap,
    id=st.integers(1, 4351),
    uri=WORD,
    direction=maybe(st.sampled_from(Direction)),
    attributes=st.just("") | REST,
)
RTP_MAP = st.builds(
    RtpMap,
    payload_type=st.integers(0, 127),
    encoding_name=TOKEN,
    clock_rate=st.integers(1, 2**32 - 1),
    channels=st.integers(1, 255),
)
RID_ID = st.text("abcXYZ019-_", min_size=1, max_size=16)
RID = st.builds(Rid, id=RID_ID, direction=st.sampled_from(RidDirection), restrictions=st.just("") | REST)
STREAMS = tuples(tuples(st.builds(SimulcastAlternative, rid=RID_ID, paused=st.booleans()), least=1), least=1)
SIMULCAST = (
    st.builds(Simulcast, send=STREAMS)
    | st.builds(Simulcast, recv=STREAMS)
    | st.builds(Simulcast, send=STREAMS, recv=STREAMS)
)
MEDIA = st.builds(
    MediaDescription,
    media=TOKEN,
    port=st.integers(0, 65535),
    port_count=st.integers(1, 65535),
    protocol=st.sampled_from(["UDP/TLS/RTP/SAVPF", "UDP/DTLS/SCTP"]),
    formats=tuples(TOKEN, least=1),
    lines=tuples(LINE),
    mid=maybe(TOKEN),
    direction=maybe(st.sampled_from(Direction)),
    ice_ufrag=maybe(ICE),
    ice_pwd=maybe(ICE),
    ice_options=maybe(tuples(TOKEN)),
    fingerprints=tuples(FINGERPRINT),
    setup=maybe(st.sampled_from(Setup)),
    candidates=tuples(CANDIDATE),
    end_of_candidates=st.booleans(),
    rtcp_mux=st.booleans(),
    rtcp_mux_only=st.booleans(),
    rtcp_rsize=st.booleans(),
    bundle_only=st.booleans(),
    extmap_allow_mixed=st.booleans(),
    msids=tuples(st.builds(Msid, stream_id=TOKEN, track_id=maybe(TOKEN))),
    ext_maps=tuples(EXT_MAP),
    rtp_maps=tuples(RTP_MAP),
    fmtps=tuples(st.builds(Fmtp, format=TOKEN, parameters=REST)),
    feedback=tuples(st.builds(RtcpFeedback, format=TOKEN, value=REST)),
    rids=tuples(RID),
    simulcast=maybe(SIMULCAST),
    ssrc_groups=tuples(st.builds(SsrcGroup, semantics=TOKEN, ssrcs=tuples(SSRC, least=1))),
    ssrcs=tuples(st.builds(SsrcAttribute, ssrc=SSRC, attribute=TOKEN, value=maybe(TEXT))),
    sctp_port=maybe(st.integers(0, 65535)),
    max_message_size=maybe(st.integers(0, 2**64 - 1)),
    other=tuples(OTHER),
)
SESSION = st.builds(
    SessionDescription,
    origin=st.builds(
        Origin,
        username=WORD,
        session_id=st.integers(0, 2**64 - 1),
        session_version=st.integers(0, 2**64 - 1),
        address=WORD,
    ),
    name=TEXT,
    lines=tuples(LINE),
    groups=tuples(st.builds(Group, semantics=TOKEN, mids=tuples(TOKEN))),
    extmap_allow_mixed=st.booleans(),
    ice_lite=st.booleans(),
    ice_options=maybe(tuples(TOKEN)),
    ice_ufrag=maybe(ICE),
    ice_pwd=maybe(ICE),
    fingerprints=tuples(FINGERPRINT),
    setup=maybe(st.sampled_from(Setup)),
    direction=maybe(st.sampled_from(Direction)),
    ext_maps=tuples(EXT_MAP),
    other=tuples(OTHER),
    media=tuples(MEDIA),
)


@settings(deadline=None)
@given(SESSION)
def test_what_is_written_is_read_as_the_same(description: SessionDescription) -> None:
    assert parse_untrusted(description.encode()) == description


@pytest.mark.parametrize("name", captured_offers())
def test_captured_offers_survive_writing_and_reading(name: str) -> None:
    text = captured_offers()[name]
    description = parse_untrusted(text)
    assert parse_untrusted(description.encode()) == description
    # Nothing is lost: each level has the same lines, in whatever order, but for spaces that mean nothing.
    assert _levels(description.encode()) == _levels(text)


def _levels(text: str) -> list[list[str]]:
    levels: list[list[str]] = [[]]
    for line in text.split("\r\n"):
        if line.startswith("m="):
            levels.append([])
        # One channel is the default, which Firefox states.
        levels[-1].append(line.rstrip(" ").lower().removesuffix("/1") if "rtpmap" in line else line.rstrip(" ").lower())
    return [sorted(level) for level in levels]


def test_line_feeds_alone_end_lines_too() -> None:
    text = captured_offers()["chromium-join"]
    assert parse_untrusted(text.replace("\r\n", "\n")) == parse_untrusted(text)


@pytest.mark.parametrize("ending", ["\r\na=ice-lite", "\na=ice-lite", "\ra=ice-lite", "\0"])
def test_a_value_cannot_smuggle_lines_into_a_description(ending: str) -> None:
    description = SessionDescription(origin=Origin(session_id=1, session_version=1), name="name" + ending)
    with pytest.raises(SdpError, match="line break"):
        description.encode()
