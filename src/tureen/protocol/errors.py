"""What the native door and the HTTP API answer when they refuse: one code, one meaning, one remedy."""

from __future__ import annotations

import enum

from msgspec import Struct

from tureen.errors import TureenError


class ErrorCode(enum.StrEnum):
    """Stable names for programs."""

    INVALID = "invalid"
    TOO_LARGE = "too_large"
    UNAUTHENTICATED = "unauthenticated"
    TOKEN_EXPIRED = "token_expired"  # noqa: S105 - a name, no secret
    REVOKED = "revoked"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    GONE = "gone"
    RATE_LIMITED = "rate_limited"
    LIMIT_EXCEEDED = "limit_exceeded"
    UNSUPPORTED_VERSION = "unsupported_version"
    UNSUPPORTED_MEDIA = "unsupported_media"
    REJECTED = "rejected"
    UNAVAILABLE = "unavailable"
    INTERNAL = "internal"


class ErrorMeaning(Struct, frozen=True, kw_only=True):
    """What a code means for whoever receives it."""

    status: int
    """Of HTTP, where the error answers a request (RFC 9110 section 15)."""
    retryable: bool
    """Whether the same command may work later. Final otherwise."""
    text: str
    """For the reference."""


MEANINGS: dict[ErrorCode, ErrorMeaning] = {
    ErrorCode.INVALID: ErrorMeaning(
        status=400, retryable=False, text="The command is malformed, contradicts itself, or a value is out of bounds."
    ),
    ErrorCode.TOO_LARGE: ErrorMeaning(status=413, retryable=False, text="The command or the file is too large."),
    ErrorCode.UNAUTHENTICATED: ErrorMeaning(
        status=401, retryable=False, text="There is no token, or one that is not accepted. Ask the application for one."
    ),
    ErrorCode.TOKEN_EXPIRED: ErrorMeaning(
        status=401, retryable=False, text="The token has expired. Refresh it and go on; nothing else is lost."
    ),
    ErrorCode.REVOKED: ErrorMeaning(
        status=403, retryable=False, text="The user or the token was revoked. Sign in again, if the application allows."
    ),
    ErrorCode.FORBIDDEN: ErrorMeaning(status=403, retryable=False, text="The bearer may not do this."),
    ErrorCode.NOT_FOUND: ErrorMeaning(
        status=404,
        retryable=False,
        text="There is no such thing, or the bearer may not know of it: both are answered alike.",
    ),
    ErrorCode.CONFLICT: ErrorMeaning(
        status=409, retryable=False, text="It was changed by someone else since it was read. Read it again."
    ),
    ErrorCode.GONE: ErrorMeaning(status=410, retryable=False, text="It is over: a call that ended, a deleted message."),
    ErrorCode.RATE_LIMITED: ErrorMeaning(
        status=429, retryable=True, text="Too many of these. Try again after ``retry_after_ms``."
    ),
    ErrorCode.LIMIT_EXCEEDED: ErrorMeaning(
        status=409, retryable=False, text="A number that is bounded has been reached: members, contacts, open calls."
    ),
    ErrorCode.UNSUPPORTED_VERSION: ErrorMeaning(
        status=400, retryable=False, text="The server does not speak this version of the protocol. Update the client."
    ),
    ErrorCode.UNSUPPORTED_MEDIA: ErrorMeaning(
        status=415, retryable=False, text="The file is not of a type that is accepted, or not what it claims to be."
    ),
    ErrorCode.REJECTED: ErrorMeaning(
        status=422, retryable=False, text="The application, a moderator's rule or a scanner refused it."
    ),
    ErrorCode.UNAVAILABLE: ErrorMeaning(
        status=503, retryable=True, text="The server cannot do this now. Try again after ``retry_after_ms``."
    ),
    ErrorCode.INTERNAL: ErrorMeaning(
        status=500, retryable=True, text="The server failed. It is logged; tell the operator if it stays."
    ),
}
"""Every code once; the reference is generated from it."""


class CommandError(TureenError):
    """A command, or a request to the HTTP API, is refused. Nothing was changed unless the message says so."""

    def __init__(self, code: ErrorCode, message: str, hint: str = "", *, retry_after_ms: int | None = None) -> None:
        """``message``: what happened and why. ``hint``: what to do. Both are for people; programs read ``code``."""
        super().__init__(message, hint)
        self.error_code = code
        self.retry_after_ms = retry_after_ms

    @property
    def meaning(self) -> ErrorMeaning:
        """Of the code."""
        return MEANINGS[self.error_code]


def not_found(what: str) -> CommandError:
    """The one answer for what does not exist and for what the bearer may not know of."""
    return CommandError(ErrorCode.NOT_FOUND, f"There is no such {what}, or it is not yours to see.")


def forbidden(what: str, hint: str = "") -> CommandError:
    """``what``: one sentence that says what is not allowed."""
    return CommandError(ErrorCode.FORBIDDEN, what, hint)


def invalid(what: str, hint: str = "") -> CommandError:
    """``what``: one sentence that says what is wrong."""
    return CommandError(ErrorCode.INVALID, what, hint)
