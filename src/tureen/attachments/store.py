"""What attachments need of the database."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Sequence
from typing import Protocol

from tureen.attachments.limits import AttachmentLimits
from tureen.attachments.record import AttachmentRecord, Part, Refusal
from tureen.model.ids import AttachmentId


class Admission(enum.Enum):
    """Whether an upload may begin."""

    ADMITTED = "admitted"
    DAY_FULL = "day_full"
    TOO_MANY_OPEN = "too_many_open"


class AttachmentStore(Protocol):
    """Records of files. Each method is one transaction; ``now`` and all other points in time in Unix milliseconds."""

    async def create(self, record: AttachmentRecord, limits: AttachmentLimits) -> Admission:
        """Keeps a new record and counts it for its uploader's day, unless a limit is reached."""

    async def find(self, ids: Iterable[AttachmentId], now: int) -> Sequence[AttachmentRecord]:
        """Those that exist and have not expired, in no certain order."""

    async def append(self, attachment: AttachmentId, part: Part) -> bool:
        """Lengthens an upload by a part, if it continues it exactly; false otherwise."""

    async def parts(self, attachment: AttachmentId) -> Sequence[Part]:
        """In order."""

    async def begin_examination(self, attachment: AttachmentId, now: int, lost_before: int) -> bool:
        """Takes the one right to examine it: once complete, or when another's was begun before ``lost_before``."""

    async def finish(self, record: AttachmentRecord) -> bool:
        """Ready, as the record says; false if the right that ``examined_since`` names was lost. Forgets its parts."""

    async def refuse(self, attachment: AttachmentId, refusal: Refusal, expires_at: int) -> None:
        """It will never be ready. Forgets its parts."""

    async def put_back(self, attachment: AttachmentId, examined_since: int) -> None:
        """Gives the right to examine it back, with no outcome."""

    async def expired(self, now: int, limit: int) -> Sequence[AttachmentId]:
        """Some whose time has passed."""

    async def forget(self, ids: Iterable[AttachmentId], day: int) -> None:
        """Removes the records, and what was counted for days before ``day`` (days since 1970, UTC)."""
