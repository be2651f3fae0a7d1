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
    """An upgrade is refused before any state is kept."""

    code: ClassVar[str] = "join_refused"

    def __init__(self, status: int, text: str) -> None:
        """``status``: of HTTP; ``text``: the body, plain."""
        super().__init__(text)
        self.status = status
        self.text = text
        self.grant: Grant | None = None
        """Of the bearer, when the token itself was good; for the log."""

    @property
    def reason(self) -> str:
        """Why in truth, for the log: what the client is told may be less."""
        return str(self.__cause__ or self)
