"""Push services are in the internet: an endpoint that leads into our own network is an attack (request forgery)."""

from __future__ import annotations

import ipaddress
import socket

from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

_TRANSLATED = tuple(ipaddress.ip_network(network) for network in ("64:ff9b::/96", "64:ff9b:1::/48"))
"""IPv4 in IPv6 for translators (RFC 6052, RFC 8215)."""


class PrivateAddressError(OSError):
    """A name leads to an address that is not in the internet."""


def is_public(address: str) -> bool:
    """Whether a literal address is in the internet, in whichever notation; false for what is no address."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(parsed, ipaddress.IPv6Address):
        inner = parsed.ipv4_mapped or parsed.sixtofour or (parsed.teredo and parsed.teredo[1])
        if inner is not None and not is_public(str(inner)):
            return False
        if parsed.ipv4_mapped is None and any(parsed in network for network in _TRANSLATED):
            return is_public(str(ipaddress.IPv4Address(int(parsed) & 0xFFFFFFFF)))
    return parsed.is_global and not parsed.is_multicast


class PublicResolver(AbstractResolver):
    """Resolves names; what it checked is what the connection uses, so that no second answer can differ."""

    def __init__(self) -> None:
        self._system = ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Raises `PrivateAddressError` if any of the addresses is not public."""
        found = await self._system.resolve(host, port, family)
        if not all(is_public(each["host"]) for each in found):
            raise PrivateAddressError("The push service's name leads to an address that is not public.")
        return found

    async def close(self) -> None:
        """Nothing is held."""
        await self._system.close()
