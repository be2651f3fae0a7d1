"""ICE servers for direct paths: the one place that they come from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from tureen.model.ids import UserId
from tureen.protocol.resources import IceServer


class IceServers(Protocol):
    """Knows by which STUN and TURN servers (RFC 8489, RFC 8656) a person's browser finds the other one."""

    def ice_servers(self, user: UserId) -> Sequence[IceServer]:
        """For this person, now: credentials may be theirs alone and short-lived. Empty: host candidates only."""


class ConfiguredIceServers:
    """Implements `IceServers`: the same for everyone, as the operator wrote them."""

    def __init__(self, servers: Iterable[IceServer]) -> None:
        """``servers``: from the settings."""
        self._servers = tuple(servers)

    def ice_servers(self, user: UserId) -> Sequence[IceServer]:  # noqa: ARG002 - the port gives the signature
        """See `IceServers`."""
        return self._servers
