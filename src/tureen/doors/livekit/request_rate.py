"""A bound on requests per second: a token bucket."""

from __future__ import annotations

BURST_S = 2.0
"""A client that was silent may send so many seconds' worth at once: a join brings many requests together."""

CANDIDATE_WEIGHT = 0.1
"""Of a trickled candidate, beside 1 for any other request: a join brings hundreds, and they cost us next to nothing."""


class RequestRate:
    """Time is an argument."""

    def __init__(self, per_second: float, now: float) -> None:
        """Starts full."""
        self._per_second = per_second
        self._level = per_second * BURST_S
        self._at = now

    def allows(self, now: float, weight: float = 1.0) -> bool:
        """Takes one request into account, which counts as ``weight``; ``False`` if it is too many."""
        refill = max(0.0, now - self._at) * self._per_second
        self._level = min(self._level + refill, self._per_second * BURST_S)
        self._at = now
        if self._level < weight:
            return False
        self._level -= weight
        return True
