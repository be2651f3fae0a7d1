"""Restriction ids (RFC 8851) and simulcast (RFC 8853)."""

from __future__ import annotations

import enum
import re

from msgspec import Struct

from tureen.sdp.errors import SdpError
from tureen.sdp.grammar import read_words, shown, split_once

MAX_RID = 32
"""Characters; a one-byte header extension carries 16."""
MAX_SIMULCAST_STREAMS = 16

_RID = re.compile(r"[0-9A-Za-z_-]{1,32}")


class RidDirection(enum.StrEnum):
    """Whether the author sends or receives the stream."""

    SEND = "send"
    RECV = "recv"


class Rid(Struct, frozen=True, kw_only=True):
    """``a=rid``: a stream known by name."""

    id: str
    direction: RidDirection
    restrictions: str = ""
    """As on the wire: ``max-width=1280;max-fps=30`` for example."""

    def encode(self) -> str:
        """The value of the attribute."""
        restrictions = f" {self.restrictions}" if self.restrictions else ""
        return f"{self.id} {self.direction}{restrictions}"


class SimulcastAlternative(Struct, frozen=True, kw_only=True):
    """One rid of a simulcast stream."""

    rid: str
    paused: bool = False


SimulcastStream = tuple[SimulcastAlternative, ...]
"""Alternatives for one stream, the best first; never empty."""


class Simulcast(Struct, frozen=True, kw_only=True):
    """``a=simulcast``: which rids are sent and received at the same time. One of the two is not empty."""

    send: tuple[SimulcastStream, ...] = ()
    recv: tuple[SimulcastStream, ...] = ()

    def encode(self) -> str:
        """The value of the attribute."""
        halves = ((RidDirection.SEND, self.send), (RidDirection.RECV, self.recv))
        return " ".join(f"{direction} {_encode_streams(streams)}" for direction, streams in halves if streams)


def parse_rid(value: str) -> Rid:
    """Reads ``<rid> send|recv[ <restrictions>]``. Raises `SdpError`."""
    id_, rest = split_once(value, " ", "the rid")
    direction, _, restrictions = rest.strip(" ").partition(" ")
    return Rid(id=_read_rid(id_), direction=_read_direction(direction), restrictions=restrictions.strip(" "))


def parse_simulcast(value: str) -> Simulcast:
    """Reads one or two of ``send <streams>`` and ``recv <streams>``. Raises `SdpError`."""
    words = read_words(value, "the simulcast", 2, 4)
    if len(words) == 3 or (len(words) == 4 and words[0] == words[2]):
        raise SdpError(f"the simulcast is {shown(value)}", "send and recv may stand once each, with a list")
    halves = {_read_direction(words[at]): _read_streams(words[at + 1]) for at in range(0, len(words), 2)}
    return Simulcast(send=halves.get(RidDirection.SEND, ()), recv=halves.get(RidDirection.RECV, ()))


def _encode_streams(streams: tuple[SimulcastStream, ...]) -> str:
    return ";".join(
        ",".join(("~" if choice.paused else "") + choice.rid for choice in alternatives) for alternatives in streams
    )


def _read_streams(text: str) -> tuple[SimulcastStream, ...]:
    parts = text.split(";")
    if len(parts) > MAX_SIMULCAST_STREAMS:
        raise SdpError(f"the simulcast has {len(parts)} streams", f"{MAX_SIMULCAST_STREAMS} are the limit")
    return tuple(tuple(_read_alternative(rid) for rid in part.split(",")) for part in parts)


def _read_alternative(text: str) -> SimulcastAlternative:
    return SimulcastAlternative(rid=_read_rid(text.removeprefix("~")), paused=text.startswith("~"))


def _read_rid(text: str) -> str:
    if _RID.fullmatch(text) is None:
        raise SdpError(f"the rid is {shown(text)}", f"it must be 1 to {MAX_RID} letters, digits, '-' or '_'")
    return text


def _read_direction(text: str) -> RidDirection:
    try:
        return RidDirection(text)
    except ValueError:
        raise SdpError(f"the direction is {shown(text)}", "it must be send or recv") from None
