"""A bound on requests per second: a token bucket. Large requests count as several."""

from __future__ import annotations

BURST_S = 2.0
"""A client that was silent may send so many seconds' worth at once: a join brings many requests together."""

CANDIDATE_DISCOUNT = 0.9
"""What a trickled candidate costs less than other requests: a join brings hundreds, and they are next to no work."""


class RequestRate:
    """Time is an argument."""

    def __init__(self, per_second: float, now: float) -> None:
        """Starts full."""
        self._per_second = per_second
        self._level = per_second * BURST_S
        self._at = now

    def allows(self, now: float, cost: float = 1.0) -> bool:
        """Takes a request into account; ``False`` if it is too many. ``cost``: in ordinary requests."""
        refill = max(0.0, now - self._at) * self._per_second
        capacity = self._per_second * BURST_S
        self._level = min(self._level + refill, capacity)
        self._at = now
        cost = min(cost, capacity)
        if self._level < cost:
            return False
        self._level -= cost
        return True

    def give_back(self, cost: float) -> None:
        """The last request turned out to cost less."""
        self._level += cost
