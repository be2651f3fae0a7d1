"""A whole session description as typed values (RFC 8866)."""

from __future__ import annotations

from msgspec import Struct

from tureen.model.media import Fingerprint
from tureen.sdp.attributes import MEDIA_ATTRIBUTES, SESSION_ATTRIBUTES, Attribute, encode_attributes
from tureen.sdp.candidate import IceCandidate
from tureen.sdp.direction import Direction
from tureen.sdp.errors import SdpError
from tureen.sdp.grammar import shown
from tureen.sdp.header_extension import ExtMap
from tureen.sdp.origin import Origin
from tureen.sdp.rtp_format import Fmtp, RtcpFeedback, RtpMap
from tureen.sdp.simulcast import Rid, Simulcast
from tureen.sdp.source import Msid, SsrcAttribute, SsrcGroup
from tureen.sdp.transport import Group, Setup

_LINE_BREAKS = ("\r", "\n", "\0")


class Line(Struct, frozen=True):
    """A line that is neither ``v``, ``o``, ``s``, ``m`` nor ``a``, kept as it came."""

    type: str
    """One letter: ``c``, ``b``, ``t``, …"""
    value: str


class MediaDescription(Struct, frozen=True, kw_only=True):
    """A section: an ``m=`` line and what belongs to it. A field is ``None`` or empty where its attribute is absent."""

    media: str
    port: int
    """0: rejected or stopped, unless ``bundle_only``."""
    port_count: int = 1
    protocol: str
    formats: tuple[str, ...]
    lines: tuple[Line, ...] = ()
    mid: str | None = None
    direction: Direction | None = None
    ice_ufrag: str | None = None
    ice_pwd: str | None = None
    ice_options: tuple[str, ...] | None = None
    fingerprints: tuple[Fingerprint, ...] = ()
    setup: Setup | None = None
    candidates: tuple[IceCandidate, ...] = ()
    end_of_candidates: bool = False
    rtcp_mux: bool = False
    rtcp_mux_only: bool = False
    rtcp_rsize: bool = False
    bundle_only: bool = False
    extmap_allow_mixed: bool = False
    msids: tuple[Msid, ...] = ()
    ext_maps: tuple[ExtMap, ...] = ()
    rtp_maps: tuple[RtpMap, ...] = ()
    fmtps: tuple[Fmtp, ...] = ()
    feedback: tuple[RtcpFeedback, ...] = ()
    rids: tuple[Rid, ...] = ()
    simulcast: Simulcast | None = None
    ssrc_groups: tuple[SsrcGroup, ...] = ()
    ssrcs: tuple[SsrcAttribute, ...] = ()
    sctp_port: int | None = None
    max_message_size: int | None = None
    other: tuple[Attribute, ...] = ()

    def encode_lines(self) -> list[str]:
        """The section's lines, without line ends."""
        port = str(self.port) if self.port_count == 1 else f"{self.port}/{self.port_count}"
        return [
            f"m={self.media} {port} {self.protocol} {' '.join(self.formats)}",
            *(f"{line.type}={line.value}" for line in self.lines),
            *encode_attributes(self, MEDIA_ATTRIBUTES),
        ]


class SessionDescription(Struct, frozen=True, kw_only=True):
    """A session description."""

    origin: Origin
    name: str = "-"
    lines: tuple[Line, ...] = (Line("t", "0 0"),)
    groups: tuple[Group, ...] = ()
    extmap_allow_mixed: bool = False
    ice_lite: bool = False
    ice_options: tuple[str, ...] | None = None
    ice_ufrag: str | None = None
    ice_pwd: str | None = None
    fingerprints: tuple[Fingerprint, ...] = ()
    setup: Setup | None = None
    direction: Direction | None = None
    """Of the sections that state none."""
    ext_maps: tuple[ExtMap, ...] = ()
    """Of every section (RFC 8285 section 8)."""
    other: tuple[Attribute, ...] = ()
    media: tuple[MediaDescription, ...] = ()

    def encode(self) -> str:
        """The description as text, attributes in a fixed order, lines ended by CR LF.

        Raises `SdpError` if a value holds a line break: such a value would become attributes of its own.
        """
        lines = ["v=0", f"o={self.origin.encode()}", f"s={self.name}"]
        lines += (f"{line.type}={line.value}" for line in self.lines)
        lines += encode_attributes(self, SESSION_ATTRIBUTES)
        for section in self.media:
            lines += section.encode_lines()
        for line in lines:
            if any(character in line for character in _LINE_BREAKS):
                raise SdpError(f"the line {shown(line)} has a line break inside", "values must be one line each")
        return "\r\n".join(lines) + "\r\n"
