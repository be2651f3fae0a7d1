"""Sends UDP datagrams under any source address. Needs the right to open raw sockets."""

from __future__ import annotations

import socket
import struct
from typing import Self

from tests.hostile.sniffer import Endpoint

_UDP = 17
_HOPS = 64


class Spoofer:
    """Raises `PermissionError` where it may not."""

    def __init__(self) -> None:
        self._sockets = {socket.AF_INET: _raw_socket(socket.AF_INET)}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for each in self._sockets.values():
            each.close()

    def send(self, source: Endpoint, target: Endpoint, payload: bytes) -> None:
        """Both endpoints are of one family, and local."""
        addresses = b"".join(socket.inet_pton(source.family, end.address) for end in (source, target))
        length = 8 + len(payload)
        if source.family == socket.AF_INET:
            header = struct.pack("!BBHHHBBH", 0x45, 0, 20 + length, 0, 0, _HOPS, _UDP, 0) + addresses
        else:
            header = struct.pack("!IHBB", 6 << 28, length, _UDP, _HOPS) + addresses
        ports = struct.pack("!HHH", source.port, target.port, length)
        pseudo = addresses + struct.pack("!II", length, _UDP)
        checksum = _checksum(pseudo + ports + bytes(2) + payload) or 0xFFFF
        packet = header + ports + struct.pack("!H", checksum) + payload
        if source.family not in self._sockets:
            self._sockets[source.family] = _raw_socket(source.family)
        self._sockets[source.family].sendto(packet, (target.address, 0))


def _raw_socket(family: socket.AddressFamily) -> socket.socket:
    # Of this protocol the sender writes the IP header itself.
    return socket.socket(family, socket.SOCK_RAW, socket.IPPROTO_RAW)


def _checksum(data: bytes) -> int:
    """RFC 1071."""
    total: int = sum(struct.unpack(f"!{(len(data) + 1) // 2}H", data + bytes(len(data) % 2)))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF
