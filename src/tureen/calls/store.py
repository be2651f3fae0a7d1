"""Where calls are kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from tureen.calls.record import CallRecord
from tureen.model.ids import CallId, DeviceId, UserId


class CallStore(Protocol):
    """Keeps the newest version of each call. Raises `TureenError` where the database fails."""

    async def save(self, record: CallRecord, expected: int) -> bool:
        """Replaces the version ``expected`` (0: there must be none). False: there is another one, and it stays."""

    async def load(self, call: CallId) -> CallRecord | None:
        """As it is now."""

    async def begun_by(self, user: UserId, device: DeviceId, command: str) -> CallRecord | None:
        """The call that this command of this device began."""

    async def open_calls(self) -> Sequence[CallRecord]:
        """All that have not ended."""

    async def untraced(self) -> Sequence[CallRecord]:
        """All that have ended, and whose trace was not recorded; `mark_traced` takes them off."""

    async def mark_traced(self, call: CallId) -> None:
        """Its trace is recorded."""

    async def purge(self, before: int, limit: int) -> int:
        """Deletes up to ``limit`` calls that began before that time (Unix milliseconds) and have ended, for everyone.

        How many there were.
        """

    async def history(self, user: UserId, before: int | None, limit: int) -> Sequence[CallRecord]:
        """Calls that this person saw, newest first, of before that time (Unix milliseconds).

        ``limit`` of them, and those of the same millisecond as the last one: the next page begins before it.
        """
