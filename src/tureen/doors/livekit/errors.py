"""What the door refuses.

::

    TureenError
      SignalError        bytes on the signal socket, or in a join request, are not what they should be
      RefusalError       an upgrade is refused, with an HTTP status and a text
"""

from __future__ import annotations

from typing import ClassVar

from tureen.errors import TureenError
from tureen.model.grant import Grant


class SignalError(TureenError):
    """The peer sent bytes that are no message, or too many of them. Its fault, and final for this connection."""

    code: ClassVar[str] = "signal_invalid"


class RefusalError(TureenError):
    """An upgrade is refused before any state is kept. Its words are the truth, for our own log."""

    code: ClassVar[str] = "join_refused"

    def __init__(self, status: int, text: str, reason: str = "") -> None:
        """``status``: of HTTP; ``text``: the body, plain; ``reason``: the truth, where the client is told less."""
        super().__init__(reason or text)
        self.status = status
        self.text = text
        self.grant: Grant | None = None
        """Of the bearer, when the token itself was good; for the log."""
