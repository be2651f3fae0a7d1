"""The port to push services: web push is built in, others can be added."""

from __future__ import annotations

import enum
from typing import Protocol

from msgspec import Struct

from tureen.ports import PushNotice
from tureen.push.registration import Registration


class Outcome(enum.Enum):
    """Of an attempt."""

    DELIVERED = "delivered"
    """The service has it."""
    GONE = "gone"
    """The registration is not valid any more, and is forgotten."""
    LATER = "later"
    """The service is not there, or has too much to do."""
    REFUSED = "refused"
    """It will never take this."""


class Delivery(Struct, frozen=True, kw_only=True):
    """What came of an attempt."""

    outcome: Outcome
    retry_after_s: float | None = None
    """Of `Outcome.LATER`, if the service says when."""
    reason: str = ""
    """For the log; holds nothing of the registration."""


class PushChannel(Protocol):
    """Speaks to one kind of push service."""

    def check_untrusted(self, registration: Registration) -> None:
        """Raises `CommandError` (``invalid``) for a registration that could never be used."""

    async def deliver(self, registration: Registration, notice: PushNotice) -> Delivery:
        """One attempt, of a few seconds at most. Raises nothing."""
