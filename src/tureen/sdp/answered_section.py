"""One section of an answer: accepted for media, accepted for data channels, or rejected."""

from __future__ import annotations

from msgspec import Struct

from tureen.model.media import Codec, LocalTransport
from tureen.sdp.candidate import IceCandidate, host_candidates
from tureen.sdp.description import Line, MediaDescription
from tureen.sdp.direction import Direction
from tureen.sdp.errors import SdpError
from tureen.sdp.grammar import read_token, shown
from tureen.sdp.offered_section import DATA_CHANNEL_FORMAT, OfferedSection
from tureen.sdp.rtp_format import Fmtp, RtcpFeedback, RtpMap
from tureen.sdp.simulcast import Rid, RidDirection, Simulcast, SimulcastAlternative
from tureen.sdp.source import Msid, SsrcAttribute, SsrcGroup
from tureen.sdp.transport import Setup

SCTP_PORT = 5000
DISCARD_PORT = 9
"""The candidates say where we are (RFC 8840 section 4.1)."""
REJECTED_PORT = 0

_NO_CONNECTION = (Line("c", "IN IP4 0.0.0.0"),)


class Downlink(Struct, frozen=True, kw_only=True):
    """A track that we send to the peer in one section."""

    stream_id: str
    """Stream of ``a=msid``: 1 to 256 token characters (RFC 8866 section 9; RFC 8830 says 64, browsers take more)."""
    track_id: str
    """Track of ``a=msid``, likewise."""
    ssrc: int
    rtx_ssrc: int | None = None
    """Stated only where the section negotiated retransmission."""
    cname: str
    """RTCP canonical name, a token too."""
    codecs: tuple[Codec, ...] = ()
    """Restricts and orders the section's codecs; empty: all of them, in the offer's order."""


def answer_rejected(section: OfferedSection) -> MediaDescription:
    """Port 0, outside the BUNDLE group (RFC 8843 section 7.3.3); formats echoed, as one at least must stand there."""
    return MediaDescription(
        media=section.media,
        port=REJECTED_PORT,
        protocol=section.protocol,
        formats=section.formats,
        lines=_NO_CONNECTION,
        mid=section.mid or None,
        direction=Direction.INACTIVE,
    )


def answer_data(section: OfferedSection, local: LocalTransport, *, tagged: bool) -> MediaDescription:
    """Data channels (RFC 8841 section 10). ``tagged``: the first of the bundle, which carries our candidates."""
    return MediaDescription(
        media=section.media,
        port=DISCARD_PORT,
        protocol=section.protocol,
        formats=(DATA_CHANNEL_FORMAT,),
        lines=_NO_CONNECTION,
        mid=section.mid,
        ice_ufrag=local.ice.ufrag,
        ice_pwd=local.ice.password,
        fingerprints=(local.fingerprint,),
        setup=Setup.PASSIVE,
        candidates=_candidates(local, tagged=tagged),
        end_of_candidates=tagged,
        sctp_port=SCTP_PORT,
        max_message_size=local.max_message_size,
    )


def answer_rtp(
    section: OfferedSection,
    local: LocalTransport,
    *,
    tagged: bool,
    receives: bool,
    downlink: Downlink | None,
    preferred: str = "",
) -> MediaDescription:
    """Audio or video; inactive, and without any source of ours, if nothing flows. ``preferred``: see `chosen_codecs`.

    Header extensions and simulcast are answered in inactive sections too: Chromium otherwise refuses its own later
    simulcast offer, or stays on one layer for good.
    """
    codecs = chosen_codecs(section, downlink, preferred)
    return MediaDescription(
        media=section.media,
        port=DISCARD_PORT,
        protocol=section.protocol,
        formats=tuple(str(payload_type) for codec in codecs for payload_type in _payload_types(codec)),
        lines=_NO_CONNECTION,
        mid=section.mid,
        direction=Direction.of(sends=downlink is not None, receives=receives),
        ice_ufrag=local.ice.ufrag,
        ice_pwd=local.ice.password,
        fingerprints=(local.fingerprint,),
        setup=Setup.PASSIVE,
        candidates=_candidates(local, tagged=tagged),
        end_of_candidates=tagged,
        rtcp_mux=True,
        rtcp_rsize=section.reduced_size_rtcp,
        extmap_allow_mixed=section.allow_mixed,
        ext_maps=tuple(ext_map.answered() for ext_map in section.extensions),
        rtp_maps=tuple(rtp_map for codec in codecs for rtp_map in _rtp_maps(codec)),
        feedback=tuple(
            RtcpFeedback(format=str(codec.payload_type), value=value) for codec in codecs for value in codec.feedback
        ),
        fmtps=tuple(fmtp for codec in codecs for fmtp in _fmtps(codec)),
        rids=tuple(Rid(id=rid, direction=RidDirection.RECV) for rid in section.rids),
        simulcast=_simulcast(section),
        msids=_msids(downlink),
        ssrc_groups=_ssrc_groups(codecs, downlink),
        ssrcs=_ssrcs(codecs, downlink),
    )


def chosen_codecs(section: OfferedSection, downlink: Downlink | None, preferred: str = "") -> tuple[Codec, ...]:
    """The codecs of the answer, in our order of preference: those of the preferred MIME type first, as peers send the
    first one that they can. Raises `SdpError` if the downlink wants others.
    """
    if downlink is None or not downlink.codecs:
        return tuple(sorted(section.codecs, key=lambda codec: codec.mime_type.lower() != preferred.lower()))
    offered = {codec.payload_type: codec for codec in section.codecs}
    for codec in downlink.codecs:
        if codec.payload_type not in offered:
            raise SdpError(
                f"payload type {codec.payload_type} is not offered in section {shown(section.mid)}",
                "a downlink may use the section's codecs only",
            )
    return tuple(offered[codec.payload_type] for codec in downlink.codecs)


def _candidates(local: LocalTransport, *, tagged: bool) -> tuple[IceCandidate, ...]:
    return host_candidates(local.candidates) if tagged else ()


def _payload_types(codec: Codec) -> tuple[int, ...]:
    own, rtx = codec.payload_type, codec.rtx_payload_type
    return (own,) if rtx is None else (own, rtx)


def _rtp_maps(codec: Codec) -> tuple[RtpMap, ...]:
    own = RtpMap(
        payload_type=codec.payload_type,
        encoding_name=codec.mime_type.partition("/")[2],
        clock_rate=codec.clock_rate,
        channels=codec.channels,
    )
    if codec.rtx_payload_type is None:
        return (own,)
    return own, RtpMap(payload_type=codec.rtx_payload_type, encoding_name="rtx", clock_rate=codec.clock_rate)


def _fmtps(codec: Codec) -> tuple[Fmtp, ...]:
    own = (Fmtp(format=str(codec.payload_type), parameters=codec.parameters),) if codec.parameters else ()
    if codec.rtx_payload_type is None:
        return own
    return *own, Fmtp(format=str(codec.rtx_payload_type), parameters=f"apt={codec.payload_type}")


def _simulcast(section: OfferedSection) -> Simulcast | None:
    if not section.simulcast:
        return None
    return Simulcast(recv=tuple((SimulcastAlternative(rid=rid),) for rid in section.rids))


def _msids(downlink: Downlink | None) -> tuple[Msid, ...]:
    if downlink is None:
        return ()
    return (
        Msid(
            stream_id=read_token(downlink.stream_id, "the stream of a downlink"),
            track_id=read_token(downlink.track_id, "the track of a downlink"),
        ),
    )


def _sources(codecs: tuple[Codec, ...], downlink: Downlink | None) -> tuple[int, ...]:
    """Our SSRC and, where the section has retransmission, that of it."""
    if downlink is None:
        return ()
    if downlink.rtx_ssrc is None or all(codec.rtx_payload_type is None for codec in codecs):
        return (downlink.ssrc,)
    return downlink.ssrc, downlink.rtx_ssrc


def _ssrc_groups(codecs: tuple[Codec, ...], downlink: Downlink | None) -> tuple[SsrcGroup, ...]:
    sources = _sources(codecs, downlink)
    return (SsrcGroup(semantics="FID", ssrcs=sources),) if len(sources) > 1 else ()


def _ssrcs(codecs: tuple[Codec, ...], downlink: Downlink | None) -> tuple[SsrcAttribute, ...]:
    if downlink is None:
        return ()
    cname = read_token(downlink.cname, "the cname of a downlink")
    return tuple(SsrcAttribute(ssrc=ssrc, attribute="cname", value=cname) for ssrc in _sources(codecs, downlink))
