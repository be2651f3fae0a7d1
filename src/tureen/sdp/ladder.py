"""The order of simulcast layers: descriptions name them, but do not say which is the larger."""

from __future__ import annotations

from tureen.sdp.rtp_format import format_parameters
from tureen.sdp.simulcast import Rid

_LADDERS = (
    ("q", "h", "f"),
    ("l", "m", "h"),
    ("lo", "mid", "hi"),
    ("low", "mid", "high"),
    ("low", "medium", "high"),
    ("s0", "s1", "s2"),
)
"""Names in use, from the lowest layer to the highest."""


def from_low_to_high(rids: tuple[Rid, ...]) -> tuple[Rid, ...]:
    """Sorted by stated size if every rid states one, else by a known set of names, else as offered.

    WebRTC asks senders to list their encodings from low to high, and those without a known set of names do.
    """
    sizes = [_pixels(rid) for rid in rids]
    if all(sizes):
        return tuple(rid for _, rid in sorted(zip(sizes, rids, strict=True), key=lambda pair: pair[0]))
    names = {rid.id.lower() for rid in rids}
    for ladder in _LADDERS:
        if names <= set(ladder):
            return tuple(sorted(rids, key=lambda rid: ladder.index(rid.id.lower())))
    return rids


def _pixels(rid: Rid) -> int:
    """From ``max-width`` and ``max-height`` (RFC 8851 section 5); 0 if not stated."""
    restrictions = format_parameters(rid.restrictions)
    sides = (restrictions.get("max-width", ""), restrictions.get("max-height", ""))
    if not all(side.isascii() and side.isdigit() and len(side) <= 6 for side in sides):
        return 0
    return int(sides[0]) * int(sides[1])
