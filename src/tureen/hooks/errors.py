"""The one error of this package, and what it may tell of."""

from __future__ import annotations

import enum
from typing import ClassVar

from tureen.errors import TureenError


class Failure(enum.StrEnum):
    """Why there is no answer."""

    TIMEOUT = "timeout"
    """It did not come within the budget."""
    UNREACHABLE = "unreachable"
    """There is no connection."""
    BROKEN_OFF = "broken_off"
    """The connection ended before the answer."""
    BAD_STATUS = "bad_status"
    """The application says that it failed."""
    BAD_ANSWER = "bad_answer"
    """It is none that could be used."""
    CRASHED = "crashed"
    """The channel itself failed."""
    BUSY = "busy"
    """Too many questions wait already: this one was not asked."""
    AUTHOR_BUSY = "author_busy"
    """Too many questions of this author's wait already: this one was not asked."""
    BREAKER_OPEN = "breaker_open"
    """Too many went unanswered lately: this one was not asked."""

    @property
    def was_asked(self) -> bool:
        """Whether the application may have seen the question."""
        return self not in (Failure.BUSY, Failure.AUTHOR_BUSY, Failure.BREAKER_OPEN)


class HookError(TureenError):
    """There is no answer to a question. For the log and the counters; what people are told is the asker's to say."""

    code: ClassVar[str] = "hook_failed"

    def __init__(self, failure: Failure, message: str, *, retry_after_s: float = 1.0) -> None:
        """``message`` quotes neither question nor answer."""
        super().__init__(message)
        self.failure = failure
        self.retry_after_s = retry_after_s
