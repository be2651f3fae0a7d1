"""Sources of RTP: ``ssrc`` and ``ssrc-group`` (RFC 5576), ``msid`` (RFC 8830)."""

from __future__ import annotations

from msgspec import Struct

from tureen.sdp.errors import SdpError
from tureen.sdp.grammar import read_integer, read_token, read_words, shown, split_once

MAX_SSRC = 2**32 - 1
MAX_GROUPED_SSRCS = 32
NO_STREAM = "-"
"""Stream of a track that belongs to none (RFC 8829 section 5.2.1)."""


class Msid(Struct, frozen=True, kw_only=True):
    """``a=msid``: the stream and track of a section."""

    stream_id: str
    track_id: str | None = None
    """Optional in the grammar; browsers always send it."""

    def encode(self) -> str:
        """The value of the attribute."""
        return self.stream_id if self.track_id is None else f"{self.stream_id} {self.track_id}"


class SsrcAttribute(Struct, frozen=True, kw_only=True):
    """``a=ssrc``: an attribute of one source, ``cname`` for example."""

    ssrc: int
    attribute: str
    value: str | None = None

    def encode(self) -> str:
        """The value of the attribute."""
        value = "" if self.value is None else f":{self.value}"
        return f"{self.ssrc} {self.attribute}{value}"


class SsrcGroup(Struct, frozen=True, kw_only=True):
    """``a=ssrc-group``: sources that belong together; ``FID`` ties media to its retransmission."""

    semantics: str
    ssrcs: tuple[int, ...]

    def encode(self) -> str:
        """The value of the attribute."""
        return " ".join((self.semantics, *map(str, self.ssrcs)))


def parse_msid(value: str) -> Msid:
    """Reads ``<stream>[ <track>]``. Raises `SdpError`."""
    found = read_words(value, "the msid", 1, 2)
    track_id = read_token(found[1], "the track of the msid") if len(found) == 2 else None
    return Msid(stream_id=read_token(found[0], "the stream of the msid"), track_id=track_id)


def parse_ssrc(value: str) -> SsrcAttribute:
    """Reads ``<ssrc> <attribute>[:<value>]``. Raises `SdpError`."""
    ssrc, rest = split_once(value, " ", "the ssrc")
    attribute, colon, attribute_value = rest.partition(":")
    return SsrcAttribute(
        ssrc=_read_ssrc(ssrc),
        attribute=read_token(attribute, "the attribute of the ssrc"),
        value=attribute_value if colon else None,
    )


def parse_ssrc_group(value: str) -> SsrcGroup:
    """Reads ``<semantics> <ssrc>…``. Raises `SdpError`."""
    semantics, *ssrcs = read_words(value, "the ssrc-group", 1, 1 + MAX_GROUPED_SSRCS)
    if not ssrcs:
        raise SdpError(f"the ssrc-group {shown(semantics)} is empty", "it must name the sources that it groups")
    return SsrcGroup(semantics=read_token(semantics, "the semantics"), ssrcs=tuple(map(_read_ssrc, ssrcs)))


def _read_ssrc(text: str) -> int:
    return read_integer(text, "the SSRC", 0, MAX_SSRC)
