"""The root of Tureen's own errors.

Every error that a person or a program may meet says what happened (``message``), what to do about it (``hint``) and
carries a stable ``code`` for machines::

    TureenError
      auth.errors.TokenError            a token is refused
      config.errors.ConfigError         a setting is wrong
      server.errors.ServeError          the server cannot start
      server.errors.ApiError            a request to our own HTTP API is refused

Domain packages have their own branches, each at the top of its package.
"""

from __future__ import annotations

from typing import ClassVar


class TureenError(Exception):
    """Base of all errors that Tureen raises on purpose."""

    code: ClassVar[str] = "internal"
    """Stable name for programs; lower case with underscores."""

    def __init__(self, message: str, hint: str = "") -> None:
        """``message``: what happened and why, one sentence. ``hint``: what to do about it; may be empty."""
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".rstrip()
