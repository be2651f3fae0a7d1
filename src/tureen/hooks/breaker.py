"""A circuit breaker: an application that does not answer is left alone for a while.

    CLOSED ──too many failures in a row──▶ OPEN ──pause──▶ HALF_OPEN ──an answer──▶ CLOSED
                                            ▲                  │
                                            └─────a failure────┘  (the pause doubles)

Some failures are of one question's making: a text that the application chokes on. Its author's count once in a row, so
that nobody can silence all others by sending it again and again.
"""

from __future__ import annotations

import enum

from msgspec import Struct

from tureen.hooks.errors import Failure, HookError
from tureen.ports import Clock

_PROBE_S = 1.0
"""When those may come back who came while one question probes."""


class BreakerSettings(Struct, frozen=True, kw_only=True):
    """When it opens, and for how long."""

    failures: int = 5
    """In a row."""
    pause_s: float = 2.0
    longest_pause_s: float = 30.0


class BreakerState(enum.Enum):
    """What becomes of the next question."""

    CLOSED = "closed"
    """It is asked."""
    OPEN = "open"
    """It is not."""
    HALF_OPEN = "half_open"
    """It is asked alone, to see whether there is an answer again."""


class Permit(Struct, frozen=True):
    """A question may be asked; to be given back by `Breaker.handle_answer`, `handle_failure` or `handle_nothing`."""

    probes: bool


class Breaker:
    """Of one hook."""

    def __init__(self, clock: Clock, settings: BreakerSettings) -> None:
        self._clock = clock
        self._settings = settings
        self._state = BreakerState.CLOSED
        self._pause_s = settings.pause_s
        self._opens_at = 0.0
        self._probing = False
        self._failures = 0
        self._authors: set[str] = set()

    @property
    def state(self) -> BreakerState:
        """Now."""
        return self._state

    def admit(self) -> Permit:
        """Raises `HookError` if nobody is to be asked now."""
        if self._state is BreakerState.CLOSED:
            return Permit(probes=False)
        if self._state is BreakerState.OPEN or self._probing:
            left = self._opens_at - self._clock.now() if self._state is BreakerState.OPEN else _PROBE_S
            raise HookError(
                Failure.BREAKER_OPEN,
                "Too many questions went unanswered lately.",
                # Clocks may be set.
                retry_after_s=min(max(left, 0.1), self._pause_s),
            )
        self._probing = True
        return Permit(probes=True)

    def handle_answer(self, permit: Permit) -> None:
        """One came."""
        if permit.probes or self._state is BreakerState.CLOSED:
            self._pause_s = self._settings.pause_s
            self._begin_anew(BreakerState.CLOSED)

    def handle_failure(self, permit: Permit, author: str | None) -> None:
        """None came. ``author``: whose question may be to blame; None: it was none of the question's making."""
        if permit.probes:
            self._pause_s = min(self._pause_s * 2, self._settings.longest_pause_s)
            self._open()
        elif self._state is BreakerState.CLOSED:
            if author is None:
                self._failures += 1
            else:
                self._authors.add(author)
            if self._failures + len(self._authors) >= self._settings.failures:
                self._open()

    def handle_nothing(self, permit: Permit) -> None:
        """It was not asked after all, or nobody waits for the answer any more."""
        if permit.probes:
            self._probing = False

    def _open(self) -> None:
        self._begin_anew(BreakerState.OPEN)
        self._opens_at = self._clock.now() + self._pause_s
        self._clock.call_later(self._pause_s, self._half_open)

    def _half_open(self) -> None:
        self._begin_anew(BreakerState.HALF_OPEN)

    def _begin_anew(self, state: BreakerState) -> None:
        self._state = state
        self._probing = False
        self._failures = 0
        self._authors.clear()
