"""The ``Range`` header (RFC 9110 section 14.2), as far as players and downloads use it: one range."""

from __future__ import annotations

import re

from msgspec import Struct

_ONE_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})", re.ASCII)


class ByteRange(Struct, frozen=True):
    """From ``start`` to before ``end``."""

    start: int
    end: int


class UnsatisfiableRangeError(Exception):
    """It begins behind the end."""


def byte_range_untrusted(header: str, size: int) -> ByteRange | None:
    """``None`` for what may be ignored (section 14.2): several ranges, other units, nonsense.

    Raises `UnsatisfiableRangeError`.
    """
    match = _ONE_RANGE.fullmatch(header.replace(" ", ""))
    if match is None or match.group(0) == "bytes=-":
        return None
    first, last = match.groups()
    if not first:
        start, end = max(size - int(last), 0), size
    else:
        start, end = int(first), min(int(last) + 1, size) if last else size
        if last and int(last) < start:
            return None
    if start >= size or start >= end:
        raise UnsatisfiableRangeError
    return ByteRange(start, end)
