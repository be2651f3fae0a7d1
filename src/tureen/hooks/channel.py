"""How a question reaches the application."""

from __future__ import annotations

from typing import Protocol

MAX_ANSWER_BYTES = 256 * 1024
"""The longest text, all mentions and the largest custom content fit, in the most wasteful notation."""


class HookChannel(Protocol):
    """One way to the application."""

    async def ask(self, question: bytes) -> bytes | None:
        """The answer to a question, of at most `MAX_ANSWER_BYTES`; None: the application has nothing against it.

        The same question may be asked twice if a connection breaks. Raises `HookError`; may be cancelled at any time.
        """
