"""One section of an offer, reduced to what both sides support."""

from __future__ import annotations

import enum
from collections.abc import Iterable

from msgspec import Struct

from tureen.model.media import Codec, Encoding, MediaKind
from tureen.sdp.codec import supported_codecs
from tureen.sdp.description import MediaDescription, SessionDescription
from tureen.sdp.direction import Direction
from tureen.sdp.errors import SdpError
from tureen.sdp.grammar import shown
from tureen.sdp.header_extension import ExtMap, supported_extensions
from tureen.sdp.ladder import from_low_to_high
from tureen.sdp.simulcast import Rid, RidDirection
from tureen.sdp.source import NO_STREAM, SsrcGroup

MAX_MID = 32
"""Characters; a one-byte header extension carries 16."""
MAX_ENCODINGS = 4
"""Simulcast layers that the packet core takes; further ones are not answered, and so not sent."""
DATA_CHANNEL_FORMAT = "webrtc-datachannel"

_RTP_PROTOCOLS = frozenset({"UDP/TLS/RTP/SAVPF", "TCP/DTLS/RTP/SAVPF"})
_SCTP_PROTOCOLS = frozenset({"UDP/DTLS/SCTP", "TCP/DTLS/SCTP"})
_RETRANSMISSION_GROUP = "FID"


class SectionKind(enum.StrEnum):
    """What a section carries."""

    AUDIO = "audio"
    VIDEO = "video"
    APPLICATION = "application"
    """Data channels (RFC 8841)."""
    UNSUPPORTED = "unsupported"


class OfferedSection(Struct, frozen=True, kw_only=True):
    """One section of an offer, reduced to what both sides support."""

    index: int
    """Its place in the offer, from 0; places never change (RFC 3264 section 8)."""
    mid: str
    """Empty only in a stopped section."""
    kind: SectionKind
    media: str
    """The media word of the ``m=`` line, to be echoed."""
    protocol: str
    formats: tuple[str, ...]
    """Every offered format, to be echoed in a refusal."""
    direction: Direction
    """The offerer's: ``sendonly`` means that the peer sends."""
    rejected: bool
    """The peer stopped the section, or we support nothing in it. Our answer gives it port 0."""
    stream_id: str | None = None
    """Stream of ``a=msid``; ``None`` without one (or ``-``)."""
    track_id: str | None = None
    """Track of ``a=msid``; a LiveKit client's ``cid``."""
    codecs: tuple[Codec, ...] = ()
    """Those that we support, in the offer's order, with their retransmission types."""
    encodings: tuple[Encoding, ...] = ()
    """What the peer sends, from the lowest layer to the highest; empty unless it sends."""
    rids: tuple[str, ...] = ()
    """Rids of ``a=rid:… send``, in the offer's order; to be mirrored even while the peer does not send."""
    simulcast: bool = False
    """``a=simulcast:send`` was offered for ``rids``."""
    extensions: tuple[ExtMap, ...] = ()
    """The header extensions that we support, with the peer's ids."""
    allow_mixed: bool = False
    """``a=extmap-allow-mixed`` stands in the section itself."""
    reduced_size_rtcp: bool = False

    @property
    def sends(self) -> bool:
        """Whether the peer offers to send in this section."""
        return not self.rejected and self.direction.sends

    @property
    def receives(self) -> bool:
        """Whether the peer offers to receive in this section."""
        return not self.rejected and self.direction.receives

    @property
    def media_kind(self) -> MediaKind | None:
        """Audio or video; ``None`` for data and for what we do not support."""
        return _MEDIA_KINDS.get(self.kind)


def read_section(description: SessionDescription, index: int) -> OfferedSection:
    """Reads the section at a place of an offer.

    Raises `SdpError` if a live section has no mid or does not multiplex RTCP.
    """
    section = description.media[index]
    kind = _kind(section)
    media_kind = _MEDIA_KINDS.get(kind)
    codecs = supported_codecs(section, media_kind) if media_kind else ()
    stopped = section.port == 0 and not section.bundle_only
    rejected = stopped or kind is SectionKind.UNSUPPORTED or (media_kind is not None and not codecs)
    direction = section.direction or description.direction or Direction.SENDRECV
    if not rejected:
        _check_live(section, media_kind)
    sends = media_kind is not None and not rejected and direction.sends
    rids, simulcast = _sent_rids(section) if media_kind and not rejected else ((), False)
    stream_id, track_id = _msid(section)
    return OfferedSection(
        index=index,
        mid=section.mid or "",
        kind=kind,
        media=section.media,
        protocol=section.protocol,
        formats=section.formats,
        direction=direction,
        rejected=rejected,
        stream_id=stream_id,
        track_id=track_id,
        codecs=codecs,
        encodings=_encodings(section, rids) if sends else (),
        rids=tuple(rid.id for rid in rids),
        simulcast=simulcast,
        extensions=supported_extensions((*section.ext_maps, *description.ext_maps)) if media_kind else (),
        allow_mixed=section.extmap_allow_mixed,
        reduced_size_rtcp=section.rtcp_rsize,
    )


_MEDIA_KINDS = {SectionKind.AUDIO: MediaKind.AUDIO, SectionKind.VIDEO: MediaKind.VIDEO}


def _kind(section: MediaDescription) -> SectionKind:
    if section.protocol in _RTP_PROTOCOLS and section.media in (SectionKind.AUDIO, SectionKind.VIDEO):
        return SectionKind(section.media)
    data = section.media == SectionKind.APPLICATION and section.protocol in _SCTP_PROTOCOLS
    return SectionKind.APPLICATION if data and DATA_CHANNEL_FORMAT in section.formats else SectionKind.UNSUPPORTED


def _check_live(section: MediaDescription, media_kind: MediaKind | None) -> None:
    if section.mid is None:
        raise SdpError(f"a section for {shown(section.media)} has no a=mid", "bundled sections are known by their mid")
    if len(section.mid) > MAX_MID:
        raise SdpError(f"the mid {shown(section.mid)} is too long", f"{MAX_MID} characters are the limit")
    if media_kind and not section.rtcp_mux:
        raise SdpError(f"the section {shown(section.mid)} has no a=rtcp-mux", "RTP and RTCP must share the transport")


def _msid(section: MediaDescription) -> tuple[str | None, str | None]:
    if not section.msids:
        return None, None
    msid = section.msids[0]
    return (None if msid.stream_id == NO_STREAM else msid.stream_id), msid.track_id


def _sent_rids(section: MediaDescription) -> tuple[tuple[Rid, ...], bool]:
    """The rids to receive, in the order of ``a=simulcast``, else of the ``a=rid`` lines; whether it is simulcast.

    Of alternatives the first is taken, as the sender prefers (RFC 8853 section 5.2).
    """
    declared = {rid.id: rid for rid in section.rids if rid.direction is RidDirection.SEND}
    streams = section.simulcast.send if section.simulcast else ()
    chosen = dict.fromkeys(alternatives[0].rid for alternatives in streams if alternatives[0].rid in declared)
    names = list(chosen or declared)[:MAX_ENCODINGS]
    return tuple(declared[name] for name in names), bool(chosen)


def _encodings(section: MediaDescription, rids: tuple[Rid, ...]) -> tuple[Encoding, ...]:
    """Streams of simulcast are known by rid alone: some peers state SSRCs too, but in no defined order."""
    if len(rids) > 1:
        return tuple(Encoding(rid=rid.id) for rid in from_low_to_high(rids))
    ssrc, rtx_ssrc = _first_source(section)
    return (Encoding(rid=rids[0].id if rids else None, ssrc=ssrc, rtx_ssrc=rtx_ssrc),)


def _first_source(section: MediaDescription) -> tuple[int | None, int | None]:
    """The SSRC of a section's only stream and that of its retransmissions, where stated."""
    pairs = _retransmission_pairs(section.ssrc_groups)
    retransmissions = frozenset(pairs.values())
    stated = dict.fromkeys(attribute.ssrc for attribute in section.ssrcs)
    ssrc = next((ssrc for ssrc in stated if ssrc not in retransmissions), next(iter(pairs), None))
    return ssrc, None if ssrc is None else pairs.get(ssrc)


def _retransmission_pairs(groups: Iterable[SsrcGroup]) -> dict[int, int]:
    return {
        group.ssrcs[0]: group.ssrcs[1]
        for group in groups
        if group.semantics == _RETRANSMISSION_GROUP and len(group.ssrcs) == 2
    }
