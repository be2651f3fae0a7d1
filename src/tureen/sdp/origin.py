"""Who made a description and which version it is: the ``o=`` line (RFC 8866 section 5.2)."""

from __future__ import annotations

from msgspec import Struct

from tureen.sdp.grammar import read_integer, read_words

MAX_SESSION_NUMBER = 2**64 - 1
"""RFC 8829 section 5.2.1 keeps ids below 2**63; peers are not held to it."""


class Origin(Struct, frozen=True, kw_only=True):
    """The values of an ``o=`` line."""

    username: str = "-"
    session_id: int
    session_version: int
    network_type: str = "IN"
    address_type: str = "IP4"
    address: str = "127.0.0.1"

    def encode(self) -> str:
        """The value of the line."""
        return (
            f"{self.username} {self.session_id} {self.session_version} "
            f"{self.network_type} {self.address_type} {self.address}"
        )


def parse_origin(value: str) -> Origin:
    """Reads the value of an ``o=`` line. Raises `SdpError`."""
    username, session_id, version, network_type, address_type, address = read_words(value, "the origin", 6, 6)
    return Origin(
        username=username,
        session_id=read_integer(session_id, "the session id", 0, MAX_SESSION_NUMBER),
        session_version=read_integer(version, "the session version", 0, MAX_SESSION_NUMBER),
        network_type=network_type,
        address_type=address_type,
        address=address,
    )
