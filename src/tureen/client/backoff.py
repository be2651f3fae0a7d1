"""How long to wait before the next attempt to connect: full jitter, steered by the server where it asks for it."""

from __future__ import annotations

from collections.abc import Callable

FIRST_S = 0.25
LONGEST_S = 30.0


class Backoff:
    """Doubles with each failure; chance spreads those who lost their connection at the same time."""

    def __init__(self, chance: Callable[[], float]) -> None:
        """``chance``: 0 to 1."""
        self._chance = chance
        self._failures = 0

    def next_s(self, asked_s: float = 0.0) -> float:
        """Seconds until the next attempt. ``asked_s``: what the server asked for; chance adds up to as much."""
        if asked_s > 0:
            return asked_s * (1 + self._chance())
        ceiling = min(LONGEST_S, FIRST_S * 2.0 ** min(self._failures, 16))
        self._failures += 1
        return ceiling * self._chance()

    def reset(self) -> None:
        """It worked."""
        self._failures = 0
