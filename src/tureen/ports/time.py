"""Time and chance."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol


class Timer(Protocol):
    """A call that is due later."""

    def cancel(self) -> None:
        """Forgets the call. Harmless if it was made already."""


class Clock(Protocol):
    """Time, virtual in tests."""

    def now(self) -> float:
        """Unix seconds."""

    def call_later(self, delay_s: float, callback: Callable[[], None]) -> Timer:
        """Calls back once after ``delay_s`` seconds."""


class Entropy(Protocol):
    """Chance: unpredictable where the server runs, repeatable in tests."""

    def token(self, length: int) -> str:
        """``length`` random letters and digits (ASCII)."""

    def integer(self, bits: int) -> int:
        """0 to ``2**bits - 1``."""
