"""A connection, as sessions see it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol


class Wire(Protocol):
    """Takes frames and never waits. It tells its session when the peer reads too slowly, and when it reads again."""

    @property
    def write(self) -> Callable[[bytes], None]:
        """Takes one frame. `Session.handle_paused` may be called within; frames that follow all the same are kept."""

    def close(self, code: int, reason: str) -> None:
        """Closes after what was written, or soon in any case. Nothing may be written afterwards."""
