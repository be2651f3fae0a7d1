"""Reads the UDP datagrams that others on this machine send to one port. Needs the right to open raw sockets."""

from __future__ import annotations

import socket
import struct
import threading
from dataclasses import dataclass
from typing import Self

_ALL_PROTOCOLS = 0x0003
_LINK_HEADER = 14
_IPV4, _IPV6 = 0x0800, 0x86DD
_UDP = 17


@dataclass(frozen=True)
class Endpoint:
    """An address and a UDP port."""

    address: str
    port: int

    @property
    def family(self) -> socket.AddressFamily:
        """IPv4 or IPv6."""
        return socket.AF_INET6 if ":" in self.address else socket.AF_INET


@dataclass(frozen=True)
class Datagram:
    """As it went over the loopback interface, which all traffic between a machine's own addresses takes."""

    source: Endpoint
    target: Endpoint
    payload: bytes

    @property
    def kind(self) -> str:
        """What it is, by its first bytes (RFC 7983 section 7, RFC 5761 section 4)."""
        first, second = (*self.payload[:2], 0, 0)[:2]
        if first <= 3:
            return "stun"
        if 20 <= first <= 63:
            return "dtls"
        if 128 <= first <= 191:
            return "rtcp" if 192 <= second <= 223 else "rtp"
        return "unknown"


class Sniffer:
    """Collects in a thread of its own. Raises `PermissionError` where it may not."""

    def __init__(self, port: int) -> None:
        """``port``: of the server; what goes to it is kept."""
        self._port = port
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_ALL_PROTOCOLS))
        self._socket.bind(("lo", 0))
        self._socket.settimeout(0.1)
        self._heard: list[Datagram] = []
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._listen, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._thread.join()
        self._socket.close()

    def heard(self, kind: str | None = None, source: Endpoint | None = None) -> list[Datagram]:
        """Those so far."""
        return [
            it
            for it in list(self._heard)
            if (kind is None or it.kind == kind) and (source is None or it.source == source)
        ]

    def _listen(self) -> None:
        while not self._stopped.is_set():
            try:
                frame, (_, _, direction, *_) = self._socket.recvfrom(65_600)
            except TimeoutError:
                continue
            datagram = _read(frame[_LINK_HEADER:]) if direction != socket.PACKET_OUTGOING else None
            if datagram is not None and datagram.target.port == self._port:
                self._heard.append(datagram)


def _read(packet: bytes) -> Datagram | None:
    if not packet:
        return None
    if packet[0] >> 4 == 4:
        length, protocol = (packet[0] & 15) * 4, packet[9]
        addresses = [socket.inet_ntop(socket.AF_INET, packet[at : at + 4]) for at in (12, 16)]
    else:
        length, protocol = 40, packet[6]
        addresses = [socket.inet_ntop(socket.AF_INET6, packet[at : at + 16]) for at in (8, 24)]
    if protocol != _UDP:
        return None
    source, target = struct.unpack_from("!HH", packet, length)
    return Datagram(Endpoint(addresses[0], source), Endpoint(addresses[1], target), packet[length + 8 :])
