"""The codecs that we forward, found in a section's formats.

Left out: ulpfec and flexfec, because we repair by retransmission; telephone-event and comfort noise, which no room
needs. Not answering them is legal, and peers then send the plain codec. RED (RFC 2198) stands beside Opus only.
"""

from __future__ import annotations

from collections.abc import Iterable

from tureen.model.media import Codec, MediaKind
from tureen.sdp.description import MediaDescription
from tureen.sdp.h264_profile import is_baseline
from tureen.sdp.rtp_format import ANY_FORMAT, RtpMap, format_parameters

OPUS_PARAMETERS = "minptime=10;useinbandfec=1"
"""What we state for Opus wherever it appears, whatever a section offers: bundled sections must not differ."""

_RTX = "rtx"
_VIDEO_CLOCK_RATE = 90000
_OPUS_CLOCK_RATE = 48000
_OPUS_CHANNELS = 2
_AUDIO_CODECS = frozenset({"opus", "red"})
_VIDEO_CODECS = frozenset({"vp8", "vp9", "h264", "h265", "av1"})
_FEEDBACK = ("nack", "nack pli", "ccm fir", "transport-cc")
"""RFC 4585, RFC 5104, and transport-wide congestion control; ``goog-remb`` is for senders that lack the last."""


def supported_codecs(section: MediaDescription, kind: MediaKind) -> tuple[Codec, ...]:
    """The section's codecs that we forward, in its order of preference.

    The first Opus only, and RED of just that: their payload types then are the same in all sections.
    """
    maps = _rtp_maps_in_order(section)
    fmtps: dict[str, str] = {}
    for fmtp in section.fmtps:
        fmtps.setdefault(fmtp.format, fmtp.parameters)
    retransmissions = _retransmissions(maps, fmtps)
    feedback = _feedback_by_format(section)
    found = tuple(
        _codec(rtp_map, kind, fmtps.get(str(rtp_map.payload_type), ""), feedback, retransmissions)
        for rtp_map in maps
        if _is_supported(rtp_map, kind, fmtps.get(str(rtp_map.payload_type), ""))
    )
    if kind is MediaKind.VIDEO:
        return found
    plain = tuple(codec for codec in found if not codec.is_red)[:1]
    red = tuple(codec for codec in found if codec.is_red and plain and _packs_only(codec, plain[0]))[:1]
    return plain + red


def _rtp_maps_in_order(section: MediaDescription) -> tuple[RtpMap, ...]:
    """In the order of the ``m=`` line, each payload type once."""
    by_format: dict[str, RtpMap] = {}
    for rtp_map in section.rtp_maps:
        by_format.setdefault(str(rtp_map.payload_type), rtp_map)
    return tuple(by_format[format_] for format_ in dict.fromkeys(section.formats) if format_ in by_format)


def _retransmissions(maps: Iterable[RtpMap], fmtps: dict[str, str]) -> dict[str, int]:
    """Payload type to that of its retransmissions, the first if there are several (RFC 4588 section 8.6)."""
    found: dict[str, int] = {}
    for rtp_map in maps:
        if rtp_map.encoding_name.lower() == _RTX:
            associated = format_parameters(fmtps.get(str(rtp_map.payload_type), "")).get("apt", "")
            found.setdefault(associated, rtp_map.payload_type)
    return found


def _feedback_by_format(section: MediaDescription) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for feedback in section.feedback:
        found.setdefault(feedback.format, set()).add(feedback.value)
    return found


def _is_supported(rtp_map: RtpMap, kind: MediaKind, parameters: str) -> bool:
    name = rtp_map.encoding_name.lower()
    if kind is MediaKind.AUDIO:
        return name in _AUDIO_CODECS and (rtp_map.clock_rate, rtp_map.channels) == (_OPUS_CLOCK_RATE, _OPUS_CHANNELS)
    if name not in _VIDEO_CODECS or rtp_map.clock_rate != _VIDEO_CLOCK_RATE:
        return False
    return name != "h264" or is_baseline(format_parameters(parameters))


def _packs_only(red: Codec, plain: Codec) -> bool:
    """Whether all blocks are of the plain codec: ``a=fmtp:63 111/111`` (RFC 2198 section 5)."""
    return set(red.parameters.split("/")) == {str(plain.payload_type)}


def _codec(
    rtp_map: RtpMap,
    kind: MediaKind,
    parameters: str,
    feedback: dict[str, set[str]],
    retransmissions: dict[str, int],
) -> Codec:
    format_ = str(rtp_map.payload_type)
    is_opus = rtp_map.encoding_name.lower() == "opus"
    offered = feedback.get(format_, set()) | feedback.get(ANY_FORMAT, set())
    return Codec(
        mime_type=f"{kind.value}/{rtp_map.encoding_name}",
        payload_type=rtp_map.payload_type,
        clock_rate=rtp_map.clock_rate,
        channels=rtp_map.channels,
        parameters=OPUS_PARAMETERS if is_opus else parameters,
        feedback=tuple(value for value in _FEEDBACK if value in offered),
        rtx_payload_type=retransmissions.get(format_) if kind is MediaKind.VIDEO else None,
    )
