"""ICE candidates (RFC 8839 section 5.1) and our own host candidates (RFC 8445 section 5.1)."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from tureen.model.media import CandidateAddress
from tureen.sdp.errors import SdpError
from tureen.sdp.grammar import read_integer, read_token, shown, words

HOST_PREFERENCE = 126
"""Type preference of host candidates (RFC 8445 section 5.1.2.2)."""
RTP_COMPONENT = 1
MAX_FOUNDATION = 32
MAX_CANDIDATE_WORDS = 64
_FIXED_WORDS = 8


class IceCandidate(Struct, frozen=True, kw_only=True):
    """``a=candidate``."""

    foundation: str
    component: int
    transport: str
    priority: int
    address: str
    """An IP address, or a name (mDNS); not checked here."""
    port: int
    type: str
    extensions: tuple[tuple[str, str], ...] = ()
    """Names and values in order, ``raddr`` and ``rport`` among them."""

    def encode(self) -> str:
        """The value of the attribute."""
        fixed = (
            f"{self.foundation} {self.component} {self.transport} {self.priority} {self.address} {self.port} "
            f"typ {self.type}"
        )
        return " ".join((fixed, *(f"{name} {value}" for name, value in self.extensions)))


def parse_candidate(value: str) -> IceCandidate:
    """Reads the value of an ``a=candidate``. Raises `SdpError`."""
    found = words(value)
    if not _FIXED_WORDS <= len(found) <= MAX_CANDIDATE_WORDS or len(found) % 2 or found[6] != "typ":
        raise SdpError(f"the candidate is {shown(value)}", "RFC 8839 section 5.1 says what it consists of")
    return IceCandidate(
        foundation=read_token(found[0], "the foundation", MAX_FOUNDATION),
        component=read_integer(found[1], "the component", 1, 256),
        transport=read_token(found[2], "the transport"),
        priority=read_integer(found[3], "the priority", 0, 2**32 - 1),
        address=found[4],
        port=read_integer(found[5], "the port", 0, 65535),
        type=read_token(found[7], "the type"),
        extensions=tuple(zip(found[_FIXED_WORDS::2], found[_FIXED_WORDS + 1 :: 2], strict=True)),
    )


def host_candidates(addresses: Iterable[CandidateAddress]) -> tuple[IceCandidate, ...]:
    """UDP host candidates, the first address with the highest priority.

    Candidates with one address share a foundation (RFC 8445 section 5.1.1.3).
    """
    foundations: dict[str, int] = {}
    return tuple(
        IceCandidate(
            foundation=str(foundations.setdefault(candidate.address, len(foundations) + 1)),
            component=RTP_COMPONENT,
            transport="udp",
            priority=_host_priority(65535 - position),
            address=candidate.address,
            port=candidate.port,
            type="host",
        )
        for position, candidate in enumerate(addresses)
    )


def _host_priority(local_preference: int) -> int:
    """RFC 8445 section 5.1.2.1; ``local_preference`` is 0 to 65535."""
    return (HOST_PREFERENCE << 24) | (local_preference << 8) | (256 - RTP_COMPONENT)
