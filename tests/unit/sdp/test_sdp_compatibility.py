"""Which payload type of a subscriber carries which of a publisher."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sdp_offers import captured_offers
from tureen.model.media import Codec, MediaKind, PayloadTypeMapping
from tureen.sdp import payload_type_mappings, read_offer_untrusted

CB, BASELINE, HIGH = "42e01f", "42001f", "64001f"


def codec(mime_type: str, payload_type: int, parameters: str = "", rtx: int | None = None) -> Codec:
    return Codec(
        mime_type=mime_type, payload_type=payload_type, clock_rate=90000, parameters=parameters, rtx_payload_type=rtx
    )


def h264(payload_type: int, profile: str, mode: int | None) -> Codec:
    mode_parameter = "" if mode is None else f"packetization-mode={mode};"
    return codec("video/H264", payload_type, f"level-asymmetry-allowed=1;{mode_parameter}profile-level-id={profile}")


def chosen(producer: Codec, *consumers: Codec) -> int | None:
    mappings = payload_type_mappings((producer,), consumers)
    return mappings[0].consumer if mappings else None


def test_types_are_matched_by_name_without_case_and_carry_the_retransmission() -> None:
    mappings = payload_type_mappings(
        (codec("video/vp8", 96), codec("video/AV1", 45)), (codec("video/VP8", 120, rtx=124), codec("video/VP9", 121))
    )
    assert mappings == (PayloadTypeMapping(producer=96, consumer=120, consumer_rtx=124),)


def audio(mime_type: str, payload_type: int, parameters: str = "") -> Codec:
    return Codec(mime_type=mime_type, payload_type=payload_type, clock_rate=48000, channels=2, parameters=parameters)


def test_red_goes_to_those_who_take_it_and_to_the_others_unpacked() -> None:
    publisher = (audio("audio/red", 63, "111/111"), audio("audio/opus", 111))
    with_red = payload_type_mappings(publisher, (audio("audio/opus", 96), audio("audio/red", 97, "96/96")))
    assert with_red == (
        PayloadTypeMapping(producer=63, consumer=96, consumer_red=97),
        PayloadTypeMapping(producer=111, consumer=96, consumer_red=97),
    )
    without = payload_type_mappings(publisher, (audio("audio/opus", 96),))
    assert without == (PayloadTypeMapping(producer=63, consumer=96), PayloadTypeMapping(producer=111, consumer=96))


def test_red_alone_decodes_nothing() -> None:
    red = audio("audio/red", 63, "111/111")
    assert payload_type_mappings((audio("audio/opus", 111),), (red,)) == ()
    assert payload_type_mappings((red,), (audio("audio/opus", 111),)) == ()


def test_clock_rate_and_channels_must_agree() -> None:
    mono = Codec(mime_type="audio/opus", payload_type=1, clock_rate=48000)
    stereo = Codec(mime_type="audio/opus", payload_type=2, clock_rate=48000, channels=2)
    assert chosen(mono, stereo) is None
    assert chosen(stereo, mono, stereo) == 2


@pytest.mark.parametrize(
    ("mime_type", "ours", "theirs", "fits"),
    [
        ("video/VP9", "", "profile-id=0", True),
        ("video/VP9", "profile-id=2", "profile-id=2", True),
        ("video/VP9", "profile-id=2", "profile-id=0", False),
        ("video/AV1", "level-idx=5;profile=0;tier=0", "", True),
        ("video/AV1", "profile=1", "profile=0", False),
        ("video/H265", "level-id=156;profile-id=1;tier-flag=0;tx-mode=SRST", "profile-id=1", True),
        ("video/H265", "profile-id=2", "profile-id=1", False),
        ("video/VP8", "max-fr=30", "", True),
    ],
)
def test_profiles(mime_type: str, ours: str, theirs: str, *, fits: bool) -> None:
    assert (chosen(codec(mime_type, 1, ours), codec(mime_type, 2, theirs)) == 2) is fits


def test_h264_prefers_the_very_profile_and_mode() -> None:
    consumers = (h264(1, BASELINE, 0), h264(2, BASELINE, 1), h264(3, CB, 0), h264(4, CB, 1))
    assert chosen(h264(9, CB, 1), *consumers) == 4
    assert chosen(h264(9, CB, 0), *consumers) == 3
    assert chosen(h264(9, BASELINE, 1), *consumers) == 2
    assert chosen(h264(9, BASELINE, None), *consumers) == 1


def test_h264_level_does_not_matter() -> None:
    assert chosen(h264(9, "42e034", 1), h264(4, "42e01f", 1)) == 4


def test_h264_goes_to_decoders_that_can_do_more_but_not_less() -> None:
    assert chosen(h264(9, CB, 1), h264(1, BASELINE, 1)) == 1
    assert chosen(h264(9, BASELINE, 1), h264(1, CB, 1)) is None
    assert chosen(h264(9, CB, 0), h264(1, CB, 1)) == 1
    assert chosen(h264(9, CB, 1), h264(1, CB, 0)) is None


def test_h264_constrained_baseline_in_its_other_spellings() -> None:
    for profile in ("42c01f", "4d801f", "58c01f"):
        assert chosen(h264(9, profile, 1), h264(1, CB, 1)) == 1


def test_h264_other_profiles_fit_only_themselves() -> None:
    assert chosen(h264(9, HIGH, 1), h264(1, CB, 1)) is None
    assert chosen(h264(9, HIGH, 1), h264(1, HIGH, 1)) == 1
    assert chosen(h264(9, HIGH, 1), h264(1, "4d001f", 1)) is None


@pytest.mark.parametrize(
    ("publisher", "subscriber"),
    [
        ("chromium-publish", "firefox-join"),
        ("firefox-publish", "chromium-join"),
        ("chromium-publish", "python-sdk-join"),
        ("chromium-livekit-client-join", "firefox-join"),
    ],
)
def test_browsers_understand_each_other(publisher: str, subscriber: str) -> None:
    ours = read_offer_untrusted(captured_offers()[publisher]).sections
    theirs = read_offer_untrusted(captured_offers()[subscriber]).sections
    for kind in MediaKind:
        producer = next(section for section in reversed(ours) if section.media_kind is kind)
        consumer = next(section for section in theirs if section.media_kind is kind)
        mappings = payload_type_mappings(producer.codecs, consumer.codecs)
        assert mappings[0].producer == producer.codecs[0].payload_type
        assert mappings[0].consumer == consumer.codecs[0].payload_type


PARAMETERS = st.text("=;abcdef0123456789-profilevdt ", max_size=40)
CODECS = st.lists(
    st.builds(
        codec,
        st.sampled_from(["video/H264", "video/VP8", "video/VP9", "video/AV1", "video/h265"]),
        st.integers(0, 127),
        PARAMETERS,
    ),
    max_size=8,
    unique_by=lambda one: one.payload_type,
).map(tuple)


@settings(deadline=None)
@given(CODECS, CODECS)
def test_a_mapping_joins_offered_types_of_one_codec(ours: tuple[Codec, ...], theirs: tuple[Codec, ...]) -> None:
    by_type = {one.payload_type: one for one in theirs}
    mappings = payload_type_mappings(ours, theirs)
    sources = [mapping.producer for mapping in mappings]
    assert sources == [one.payload_type for one in ours if one.payload_type in sources]
    for mapping in mappings:
        source = next(one for one in ours if one.payload_type == mapping.producer)
        assert source.mime_type.lower() == by_type[mapping.consumer].mime_type.lower()


@settings(deadline=None)
@given(CODECS)
def test_every_codec_fits_itself(codecs: tuple[Codec, ...]) -> None:
    assert len(payload_type_mappings(codecs, codecs)) == len(codecs)
