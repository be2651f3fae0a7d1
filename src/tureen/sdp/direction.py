"""Which way media flows in a section (RFC 8866 section 6.7)."""

from __future__ import annotations

import enum


class Direction(enum.StrEnum):
    """Seen from the author of the description."""

    SENDRECV = "sendrecv"
    SENDONLY = "sendonly"
    RECVONLY = "recvonly"
    INACTIVE = "inactive"

    @classmethod
    def of(cls, *, sends: bool, receives: bool) -> Direction:
        """The direction with these two halves."""
        if sends:
            return cls.SENDRECV if receives else cls.SENDONLY
        return cls.RECVONLY if receives else cls.INACTIVE

    @property
    def sends(self) -> bool:
        """Whether the author sends."""
        return self in (Direction.SENDRECV, Direction.SENDONLY)

    @property
    def receives(self) -> bool:
        """Whether the author receives."""
        return self in (Direction.SENDRECV, Direction.RECVONLY)

    @property
    def reversed(self) -> Direction:
        """The same flow seen from the other side (RFC 3264 section 6.1)."""
        return Direction.of(sends=self.receives, receives=self.sends)
