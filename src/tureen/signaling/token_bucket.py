"""A bound on how often something may happen: a token bucket that says when to try again."""

from __future__ import annotations


class TokenBucket:
    """Time is an argument, in seconds of any clock."""

    __slots__ = ("_at", "_capacity", "_level", "_per_second")

    def __init__(self, per_second: float, burst_s: float, now: float) -> None:
        """Starts full. ``burst_s``: who was silent may take so many seconds' worth at once."""
        self._per_second = per_second
        self._capacity = per_second * burst_s
        self._level = self._capacity
        self._at = now

    def take(self, cost: float, now: float) -> float:
        """Takes ``cost`` if there is so much, and returns 0; else takes nothing and returns the seconds to wait.

        What costs more than the bucket holds needs a full one.
        """
        # A clock that was set back adds nothing.
        self._level = min(self._level + max(0.0, now - self._at) * self._per_second, self._capacity)
        self._at = now
        cost = min(cost, self._capacity)
        if cost > self._level:
            return (cost - self._level) / self._per_second
        self._level -= cost
        return 0.0

    def give_back(self, amount: float) -> None:
        """What was taken turned out not to be needed."""
        self._level = min(self._level + amount, self._capacity)
