"""The one error of this package."""

from __future__ import annotations

import enum
from typing import ClassVar

from tureen.errors import TureenError

REFUSAL_TEXT = "invalid token"
"""What a refused bearer is told, whatever the reason: an answer that tells them apart would help only an attacker."""


class TokenReason(enum.StrEnum):
    """Why a token was refused; for our own logs and counters only."""

    TOO_LARGE = "too_large"
    MALFORMED = "malformed"
    ALGORITHM = "algorithm"
    UNKNOWN_KEY = "unknown_key"
    SIGNATURE = "signature"
    CLAIMS = "claims"
    EXPIRED = "expired"
    NOT_YET_VALID = "not_yet_valid"


class TokenError(TureenError):
    """A token is refused. The bearer hears `REFUSAL_TEXT` only; ``reason`` and ``message`` go to the log.

    Final: the same token is refused again, but for `TokenReason.NOT_YET_VALID`.
    """

    code: ClassVar[str] = "token_invalid"

    def __init__(self, reason: TokenReason, message: str) -> None:
        """``message`` never quotes the token or a secret."""
        super().__init__(message)
        self.reason = reason
