"""Digests by which an archive is held against what was exported."""

from __future__ import annotations

import hashlib

_RANGE = 1 << 256


class RowsDigest:
    """Of a set of rows in any order: the sum of their SHA-256, as databases sort texts each in their own way.

    It shows damage and differences; it is no proof against someone who wants to deceive.
    """

    def __init__(self) -> None:
        self.rows = 0
        self._sum = 0

    def add(self, line: bytes) -> None:
        """One more row, as a line of the archive."""
        self.rows += 1
        self._sum = (self._sum + int.from_bytes(hashlib.sha256(line).digest(), "big")) % _RANGE

    def hex(self) -> str:
        """Of all rows so far."""
        return f"{self._sum:064x}"
