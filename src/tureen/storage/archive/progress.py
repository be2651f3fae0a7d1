"""How far an export or import has come."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Told of each stage, one after the other; on whichever thread does the work."""

    def begin(self, what: str, total: int | None) -> None:
        """``what``: for people. ``total``: of steps; None: nobody knows."""

    def advance(self, steps: int) -> None:
        """So many more are done."""


class NoProgress:
    """Nobody looks."""

    def begin(self, what: str, total: int | None) -> None:
        """There is nothing to do."""

    def advance(self, steps: int) -> None:
        """There is nothing to do."""
