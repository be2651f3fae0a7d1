"""Durations, by how many of them are shorter."""

from __future__ import annotations

import math
from collections.abc import Iterable


class Distribution:
    """Of at least one."""

    def __init__(self, seconds: Iterable[float]) -> None:
        self._ascending = sorted(seconds)

    def __len__(self) -> int:
        return len(self._ascending)

    def ms(self, percent: float) -> float:
        """The duration, in milliseconds, that so many per cent do not exceed; 100: the longest."""
        rank = math.ceil(len(self._ascending) * percent / 100)
        return self._ascending[max(rank, 1) - 1] * 1000
