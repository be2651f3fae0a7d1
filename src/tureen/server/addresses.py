"""Which addresses this machine has, and which of them we listen on."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable, Sequence

from msgspec import Struct

from tureen.config.settings import Settings

LOOPBACK = ("127.0.0.1", "::1")
ANY = ("0.0.0.0", "::")  # noqa: S104 - the default of a server in production; --dev listens on loopback only

# Destinations whose routes tell our own addresses: the world (documentation prefixes, never reached) and, for a network
# without a way out, the private ranges.
_PROBES = (
    (socket.AF_INET, "192.0.2.1"),
    (socket.AF_INET, "192.168.255.254"),
    (socket.AF_INET, "172.31.255.254"),
    (socket.AF_INET, "10.255.255.254"),
    (socket.AF_INET6, "2001:db8::1"),
    (socket.AF_INET6, "fd00::1"),
)


class Listener(Struct, frozen=True, kw_only=True):
    """One address to listen on, for TCP and for UDP."""

    address: str
    tls: bool
    """HTTPS on the TCP side."""
    required: bool = True
    """False: skipped where the machine has no such address (IPv6 is often off)."""

    @property
    def is_loopback(self) -> bool:
        """Reached from this machine only."""
        return ipaddress.ip_address(self.address).is_loopback

    @property
    def is_wildcard(self) -> bool:
        """Stands for every address of its family."""
        return ipaddress.ip_address(self.address).is_unspecified


def lan_addresses() -> tuple[str, ...]:
    """The own addresses of this machine as others on its networks see them, the default route's first.

    Asks the kernel for the source address towards each probe; connecting a UDP socket sends nothing.
    """
    found: dict[str, None] = {}
    for family, destination in _PROBES:
        address = _source_towards(family, destination)
        if address is not None and _is_usable(address):
            found[address] = None
    return tuple(found)


def listeners(settings: Settings, lan: Sequence[str]) -> tuple[Listener, ...]:
    """Where to listen. ``lan``: what `lan_addresses` gives.

    Loopback is plain HTTP, which browsers trust; every other address is HTTPS where there is a certificate: own files,
    or the self-signed one of ``lan``.
    """
    has_certificate = settings.lan or settings.tls.certificate is not None
    chosen: dict[str, bool] = {}
    for address in _chosen_hosts(settings):
        for each in LOOPBACK if address == "localhost" else (address,):
            chosen.setdefault(each, bool(settings.host) and address != "localhost")
    if settings.lan and not _covers_everything(chosen):
        chosen.update(dict.fromkeys(lan, True))
    return tuple(
        Listener(
            address=address,
            tls=has_certificate and not ipaddress.ip_address(address).is_loopback,
            # The first one always counts: a server without any address is no server.
            required=required or position == 0,
        )
        for position, (address, required) in enumerate(chosen.items())
    )


def media_addresses(chosen: Iterable[Listener], lan: Sequence[str]) -> tuple[str, ...]:
    """The literal addresses for media. Wildcards stand for what the machine has: a candidate needs a real address.

    Where only loopback is served, media listens on the network's addresses all the same: Firefox gathers no loopback
    candidates and reaches none. Nothing answers there without the credentials of a session, which cannot be had from
    outside then.
    """
    found: dict[str, None] = {}
    listed = tuple(chosen)
    if all(listener.is_loopback for listener in listed):
        families = {ipaddress.ip_address(listener.address).version for listener in listed}
        found.update(dict.fromkeys(each for each in lan if ipaddress.ip_address(each).version in families))
    for listener in listed:
        address = ipaddress.ip_address(listener.address)
        if not address.is_unspecified:
            found[listener.address] = None
            continue
        loopback = LOOPBACK[0] if address.version == 4 else LOOPBACK[1]
        found.update(dict.fromkeys(each for each in lan if ipaddress.ip_address(each).version == address.version))
        found[loopback] = None
    return tuple(found)


def in_url(address: str) -> str:
    """The address as a URL writes it (RFC 3986 section 3.2.2)."""
    return f"[{address}]" if ":" in address else address


def _chosen_hosts(settings: Settings) -> Sequence[str]:
    if settings.host:
        return settings.host
    return LOOPBACK if settings.dev or settings.lan else ANY


def _covers_everything(addresses: Iterable[str]) -> bool:
    return any(ipaddress.ip_address(address).is_unspecified for address in addresses)


def _source_towards(family: socket.AddressFamily, destination: str) -> str | None:
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((destination, 9))
            address: str = probe.getsockname()[0]
    except OSError:  # no route, or no such family: then there is no such address
        return None
    return address


def _is_usable(address: str) -> bool:
    parsed = ipaddress.ip_address(address)
    return not (parsed.is_loopback or parsed.is_unspecified or parsed.is_link_local)
