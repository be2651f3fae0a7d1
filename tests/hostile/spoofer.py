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
        # Of this protocol the sender writes the IP header itself.
        self._sockets = {
            family: socket.socket(family, socket.SOCK_RAW, socket.IPPROTO_RAW)
            for family in (socket.AF_INET, socket.AF_INET6)
        }

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
        self._sockets[source.family].sendto(packet, (target.address, 0))


def _checksum(data: bytes) -> int:
    """RFC 1071."""
    total = sum(struct.unpack(f"!{(len(data) + 1) // 2}H", data + bytes(len(data) % 2)))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF
