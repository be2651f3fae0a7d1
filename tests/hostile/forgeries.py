"""Datagrams that an attacker can make: from nothing, or from what he saw on the wire."""

from __future__ import annotations

import hashlib
import hmac
import random
import struct
import zlib
from collections.abc import Iterable, Iterator

_COOKIE = 0x2112A442
_USERNAME, _PRIORITY, _USE_CANDIDATE, _CONTROLLED, _CONTROLLING = 0x0006, 0x0024, 0x0025, 0x8029, 0x802A
_INTEGRITY, _FINGERPRINT = 0x0008, 0x8028

SIZES = (0, 1, 2, 3, 11, 12, 13, 19, 20, 21, 100, 1200, 1472, 1500, 2048, 9000, 60_000)


def noise(chance: random.Random) -> Iterator[bytes]:
    """Every first byte, and every class of first bytes (RFC 7983) in every size."""
    for first in range(256):
        for size in (1, 2, 13, 40, 300):
            yield bytes([first]) + chance.randbytes(size - 1)
    for first in (0, 1, 20, 22, 63, 64, 79, 128, 144, 191, 192, 255):
        for size in SIZES:
            yield (bytes([first]) + chance.randbytes(size))[:size]
    yield chance.randbytes(65_000)


def misshapen_checks(real: bytes) -> Iterator[bytes]:
    """Binding requests (RFC 8489) that are made from a real one, all of them wrong."""
    yield from (real[:size] for size in range(len(real)))
    for length in (0, 1, 4, len(real), 0x7FFF, 0xFFFC, 0xFFFF):
        yield real[:2] + struct.pack("!H", length) + real[4:]
    yield real + bytes(4)
    yield real + bytes(20_000)
    for type_ in (0x0011, 0x0101, 0x0111, 0x0003, 0x0004, 0x3FFF):
        yield struct.pack("!H", type_) + real[2:]
    yield real[:4] + bytes(4) + real[8:]
    username = _attribute_of(real, _USERNAME)
    yield binding_request(username, b"not the password")
    yield binding_request(username, b"")
    yield binding_request(username, b"not the password", extra=[(_CONTROLLED, bytes(8))])
    yield binding_request(username, b"not the password", extra=[(0x7FFF, bytes(60_000))])
    yield binding_request(username, b"not the password", extra=[(0x0001, bytes(4))] * 2000)
    yield binding_request(username[::-1], b"not the password")
    yield binding_request(username.partition(b":")[0], b"not the password")
    yield binding_request(b"a:b" * 20_000, b"not the password")
    yield binding_request(b"\xff\xfe:\0", b"not the password")
    # Whole attributes whose lengths lead out of the message.
    yield _header(8) + struct.pack("!HH", _USERNAME, 0xFFFF) + bytes(4)
    yield _header(4) + struct.pack("!HH", _INTEGRITY, 20)


def binding_request(username: bytes, password: bytes, extra: Iterable[tuple[int, bytes]] = ()) -> bytes:
    """One that nominates, signed with this password."""
    body = _attribute(_USERNAME, username)
    body += _attribute(_PRIORITY, struct.pack("!I", 1)) + _attribute(_CONTROLLING, bytes(8))
    body += _attribute(_USE_CANDIDATE, b"") + b"".join(_attribute(*each) for each in extra)
    digest = hmac.new(password, _header(len(body) + 24) + body, hashlib.sha1).digest()
    body += _attribute(_INTEGRITY, digest)
    checksum = zlib.crc32(_header(len(body) + 8) + body) ^ 0x5354554E
    return _header(len(body) + 8) + body + _attribute(_FINGERPRINT, struct.pack("!I", checksum))


def dtls_records(chance: random.Random, hello: bytes) -> Iterator[bytes]:
    """Alerts in the clear, records of every type, epoch and number, and many first flights (RFC 6347)."""
    for level, description in ((1, 0), (2, 0), (2, 10), (2, 20), (2, 40), (2, 80), (1, 90)):
        for epoch in (0, 1, 2, 0xFFFF):
            for number in (0, 1, 2**20, 2**48 - 1):
                yield _record(21, epoch, number, bytes([level, description]))
    for type_ in range(19, 65):
        for epoch in (0, 1, 7):
            yield _record(type_, epoch, 2**30, chance.randbytes(60))
    for length in (0, 1, 13, 0xFFFF):
        yield b"\x17\xfe\xfd" + struct.pack("!HHIH", 1, 0, 7, length) + bytes(40)
    yield b"".join(_record(23, 1, number, b"") for number in range(90))
    for _ in range(200):
        yield hello
    for message in (0, 2, 11, 14, 16, 20, 255):
        yield _record(22, 0, 3, struct.pack("!BBHHBHBH", message, 0, 20, 0, 0, 0, 0, 20) + bytes(20))


def media_packets(chance: random.Random, real: bytes) -> Iterator[bytes]:
    """RTP and RTCP that nobody sealed: with the victim's source and others, with every header bit."""
    ssrc = real[8:12]
    for number in range(300):
        head = struct.pack("!BBHI", 0x80, 111, chance.randrange(1 << 16), chance.randrange(1 << 32))
        yield head + (ssrc if number % 2 else chance.randbytes(4)) + chance.randbytes(number)
    for first in range(128, 192):
        yield bytes([first]) + real[1:12] + b"\xff" * 40
    for type_ in range(192, 224):
        for words in (0, 1, 0xFFFF):
            yield struct.pack("!BBH", 0x81, type_, words) + ssrc + chance.randbytes(60)


def mutations(chance: random.Random, payload: bytes, times: int = 3) -> Iterator[bytes]:
    """With a flipped bit each, cut short, and extended."""
    for _ in range(times):
        changed = bytearray(payload)
        changed[chance.randrange(len(payload))] ^= 1 << chance.randrange(8)
        yield bytes(changed)
    yield payload[: chance.randrange(len(payload))]
    yield payload + chance.randbytes(7)


def _header(length: int) -> bytes:
    return struct.pack("!HHI", 1, length & 0xFFFF, _COOKIE) + b"attackers id"


def _attribute(type_: int, value: bytes) -> bytes:
    return struct.pack("!HH", type_, len(value) & 0xFFFF) + value + bytes(-len(value) % 4)


def _attribute_of(message: bytes, wanted: int) -> bytes:
    at = 20
    while at + 4 <= len(message):
        type_, length = struct.unpack_from("!HH", message, at)
        if type_ == wanted:
            return message[at + 4 : at + 4 + length]
        at += 4 + length + -length % 4
    raise AssertionError("the real check has a user name")


def _record(type_: int, epoch: int, number: int, body: bytes) -> bytes:
    return (
        bytes([type_])
        + b"\xfe\xfd"
        + struct.pack("!H", epoch)
        + number.to_bytes(6, "big")
        + struct.pack("!H", len(body))
        + body
    )
