"""RTP header extensions: ``extmap`` (RFC 8285 section 8) and the ones that the packet core works with."""

from __future__ import annotations

import re
from collections.abc import Iterable

from msgspec import Struct

from tureen.model.media import HeaderExtensionIds
from tureen.sdp.direction import Direction
from tureen.sdp.errors import SdpError
from tureen.sdp.grammar import read_integer, shown, split_once

MAX_EXTENSION_ID = 255
"""The largest that fits a two-byte header."""
MAX_OFFERED_ID = 4351
"""Ids from 4096 on stand for a choice that an answerer may make (RFC 8285 section 7); we never do."""

SUPPORTED_URIS = {
    "urn:ietf:params:rtp-hdrext:sdes:mid": "mid",
    "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id": "rid",
    "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id": "repaired_rid",
    "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01": "transport_cc",
    "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time": "abs_send_time",
    "urn:ietf:params:rtp-hdrext:ssrc-audio-level": "audio_level",
    "https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension": "dependency_descriptor",
    "urn:3gpp:video-orientation": "video_orientation",
    "http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time": "abs_capture_time",
    "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay": "playout_delay",
}
"""URI to the field of `HeaderExtensionIds`. A publisher's playout delay is not forwarded, as it is a wish about its own
link: the core asks for one of its own where a subscriber's link loses packets."""

_URI = re.compile(r"[!-~]{1,1024}")


class ExtMap(Struct, frozen=True, kw_only=True):
    """``a=extmap``: the id of a header extension."""

    id: int
    uri: str
    direction: Direction | None = None
    """``None``: the section's (as good as ``sendrecv``)."""
    attributes: str = ""

    def encode(self) -> str:
        """The value of the attribute."""
        direction = f"/{self.direction}" if self.direction else ""
        attributes = f" {self.attributes}" if self.attributes else ""
        return f"{self.id}{direction} {self.uri}{attributes}"

    def answered(self) -> ExtMap:
        """The same mapping in an answer, where directions are the other side's."""
        return ExtMap(id=self.id, uri=self.uri, direction=self.direction.reversed if self.direction else None)


def parse_ext_map(value: str) -> ExtMap:
    """Reads ``<id>[/<direction>] <uri>[ <attributes>]``. Raises `SdpError`."""
    head, rest = split_once(value, " ", "the extmap")
    id_, _, direction = head.partition("/")
    uri, _, attributes = rest.strip(" ").partition(" ")
    if _URI.fullmatch(uri) is None:
        raise SdpError(f"the extmap has the URI {shown(uri)}", "it must be 1 to 1024 printable ASCII characters")
    return ExtMap(
        id=read_integer(id_, "the extension id", 1, MAX_OFFERED_ID),
        uri=uri,
        direction=_read_direction(direction) if "/" in head else None,
        attributes=attributes.strip(" "),
    )


def supported_extensions(ext_maps: Iterable[ExtMap]) -> tuple[ExtMap, ...]:
    """The mappings that we take: known, with an id for the wire, the first of each URI."""
    chosen: dict[str, ExtMap] = {}
    for ext_map in ext_maps:
        if ext_map.uri in SUPPORTED_URIS and ext_map.id <= MAX_EXTENSION_ID:
            chosen.setdefault(ext_map.uri, ext_map)
    return tuple(chosen.values())


def merge_extension_ids(sections: Iterable[tuple[ExtMap, ...]]) -> HeaderExtensionIds:
    """The ids of a transport from those of its sections.

    Raises `SdpError` if bundled sections disagree: they share one space of ids (RFC 8843 section 9.2).
    """
    ids: dict[str, int] = {}
    uris: dict[int, str] = {}
    for ext_map in (ext_map for section in sections for ext_map in section):
        if (
            ids.setdefault(ext_map.uri, ext_map.id) != ext_map.id
            or uris.setdefault(ext_map.id, ext_map.uri) != ext_map.uri
        ):
            raise SdpError(
                f"header extension {ext_map.id} ({shown(ext_map.uri)}) differs between sections",
                "bundled sections must use one id for one extension",
            )
    return HeaderExtensionIds(**{SUPPORTED_URIS[uri]: id_ for uri, id_ in ids.items()})


def _read_direction(word: str) -> Direction:
    try:
        return Direction(word)
    except ValueError:
        raise SdpError(f"the extmap has the direction {shown(word)}", "it must be one of a section's four") from None
