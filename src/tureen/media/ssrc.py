"""Synchronisation sources of what we send (RFC 3550 section 8)."""

from __future__ import annotations

from typing import NamedTuple

_PREFIX_BITS = 16
_PAIRS = 1 << 15


class SsrcPair(NamedTuple):
    """One source for media and one for its retransmissions (RFC 4588)."""

    media: int
    rtx: int


class SsrcAllocator:
    """Fresh sources for one transport.

    A value never returns within a transport's life: under AES-GCM a repeated pair of SSRC and sequence number would
    repeat a nonce. The upper half is random per transport, so that sources of different transports seldom meet.
    """

    def __init__(self, prefix: int) -> None:
        """``prefix``: 16 random bits."""
        if not 0 <= prefix < 1 << _PREFIX_BITS:
            raise OverflowError("The prefix of an SSRC allocator has 16 bits.")
        self._prefix = prefix
        self._used = 0

    def allocate(self) -> SsrcPair:
        """The next pair: even for media, odd for retransmissions. Raises `OverflowError` after 2**31 of them."""
        if self._used >= _PAIRS << _PREFIX_BITS:
            raise OverflowError("All SSRCs of this transport are used; the peer must reconnect.")
        # 0 is left out: some receivers take it for "none".
        block, slot = divmod(self._used, _PAIRS)
        self._used += 1
        media = ((self._prefix + block) % (1 << _PREFIX_BITS)) << _PREFIX_BITS | slot << 1
        return SsrcPair(media, media | 1) if media else self.allocate()
