"""What push needs of the database."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from tureen.model.ids import DeviceId, UserId
from tureen.push.registration import Registration


class PushStore(Protocol):
    """Registrations. Each method is one transaction."""

    async def put(self, registration: Registration, limit: int) -> None:
        """Replaces the device's, and takes the endpoint away from whoever else had it: a browser where someone else
        has signed in. Of more than ``limit`` of a person the oldest go.
        """

    async def remove(self, user: UserId, device: DeviceId, endpoint: str | None = None) -> None:
        """Forgets the device's, if it has this endpoint (``None``: whatever it has)."""

    async def of_user(self, user: UserId) -> Sequence[Registration]:
        """All of a person's."""
