"""Which of a subscriber's payload types can carry a publisher's."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from tureen.model.media import Codec, PayloadTypeMapping
from tureen.sdp.h264_profile import H264Profile, h264_format
from tureen.sdp.rtp_format import format_parameters

Parameters = Mapping[str, str]

_NO_FIT = 0
_FITS = 1
_EXACT = 2


def payload_type_mappings(
    producer_codecs: tuple[Codec, ...], consumer_codecs: tuple[Codec, ...]
) -> tuple[PayloadTypeMapping, ...]:
    """For each producer codec that the subscriber can decode, the payload type to send it under.

    Empty if the subscriber can decode none of them. RED (RFC 2198) is judged by what it packs.
    """
    decoders = tuple(codec for codec in consumer_codecs if not codec.is_red)
    red = next((codec.payload_type for codec in consumer_codecs if codec.is_red), None)
    return tuple(
        PayloadTypeMapping(
            producer=producer.payload_type,
            consumer=consumer.payload_type,
            consumer_rtx=consumer.rtx_payload_type,
            consumer_red=red,
        )
        for producer in producer_codecs
        for packed in _packed(producer, producer_codecs)
        for consumer in _best(packed, decoders)
    )


def _packed(codec: Codec, codecs: tuple[Codec, ...]) -> Iterator[Codec]:
    """What comes in packets of a codec: itself, or the one that RED repeats."""
    if not codec.is_red:
        yield codec
        return
    first = codec.parameters.partition("/")[0]
    yield from (other for other in codecs if not other.is_red and str(other.payload_type) == first)


def _best(producer: Codec, consumer_codecs: tuple[Codec, ...]) -> Iterator[Codec]:
    """The first codec with the best fit, if any."""
    fits = [(_fit(producer, consumer), consumer) for consumer in consumer_codecs]
    best = max((fit for fit, _ in fits), default=_NO_FIT)
    if best is not _NO_FIT:
        yield next(consumer for fit, consumer in fits if fit == best)


def _fit(producer: Codec, consumer: Codec) -> int:
    mime_type = producer.mime_type.lower()
    if (mime_type, producer.clock_rate, producer.channels) != (
        consumer.mime_type.lower(),
        consumer.clock_rate,
        consumer.channels,
    ):
        return _NO_FIT
    fit = _FIT_BY_MIME_TYPE.get(mime_type)
    if fit is None:
        return _EXACT
    return fit(format_parameters(producer.parameters), format_parameters(consumer.parameters))


def _fit_h264(producer: Parameters, consumer: Parameters) -> int:
    """Constrained baseline is a part of baseline, and mode 1 takes every packet of mode 0; neither holds backwards."""
    ours, theirs = h264_format(producer), h264_format(consumer)
    if ours == theirs:
        return _EXACT if ours.profile is not H264Profile.OTHER or producer == consumer else _NO_FIT
    profile_fits = ours.profile is theirs.profile or (
        ours.profile is H264Profile.CONSTRAINED_BASELINE and theirs.profile is H264Profile.BASELINE
    )
    mode_fits = ours.packetization_mode in ("0", theirs.packetization_mode)
    return _FITS if profile_fits and mode_fits and ours.profile is not H264Profile.OTHER else _NO_FIT


def _same(*defaults: tuple[str, str]) -> Callable[[Parameters, Parameters], int]:
    """A fit that asks for equal values of these parameters, absent ones standing for the default."""

    def fit(producer: Parameters, consumer: Parameters) -> int:
        equal = all(producer.get(name, default) == consumer.get(name, default) for name, default in defaults)
        return _EXACT if equal else _NO_FIT

    return fit


_FIT_BY_MIME_TYPE: Mapping[str, Callable[[Parameters, Parameters], int]] = {
    "video/h264": _fit_h264,
    "video/vp9": _same(("profile-id", "0")),
    "video/av1": _same(("profile", "0")),
    "video/h265": _same(("profile-id", "1"), ("tier-flag", "0"), ("tx-mode", "SRST")),
}
"""RFC 6184, RFC 9628, the AV1 payload format, RFC 7798. Levels are left out: the publisher adapts to the network, and
decoders state more than they need."""
