"""Why the database refuses.

::

    StorageError
      StorageBusyError      it cannot take more now; later it may
      StorageFullError      there is no room left on the disk
      StorageRejectedError  a constraint forbids what a script would write, or it is no value for the database
      StorageCorruptError   the file is damaged: nothing is answered from it
      StorageVersionError   its tables are not those of this program
      ArchiveError          an export or import cannot be done
"""

from __future__ import annotations

from typing import ClassVar

from tureen.errors import TureenError
from tureen.protocol.errors import CommandError, ErrorCode

BUSY_RETRY_MS = 1_000
FULL_RETRY_MS = 10_000
"""Somebody has to do something about it."""


class StorageError(TureenError):
    """Base of this branch: the operator's to mend."""

    code: ClassVar[str] = "storage"


class StorageBusyError(StorageError):
    """Too much waits to be written, or the disk or the server does not answer. Try again later."""

    code: ClassVar[str] = "storage_busy"


class StorageFullError(StorageError):
    """The disk is full. What was to be written is not; what was read before still can be."""

    code: ClassVar[str] = "storage_full"


class StorageRejectedError(StorageError):
    """A constraint was broken, or a value cannot be stored. Scripts look before they write: it is a defect of one."""

    code: ClassVar[str] = "storage_rejected"


class StorageCorruptError(StorageError):
    """The file is damaged. Restore it from a backup."""

    code: ClassVar[str] = "storage_corrupt"


class StorageVersionError(StorageError):
    """The tables are newer than this program, or not its own."""

    code: ClassVar[str] = "storage_version"


class ArchiveError(StorageError):
    """The archive is damaged or of another version, or what it would be written to is not empty."""

    code: ClassVar[str] = "archive"


def refusal_of(error: StorageError) -> CommandError | None:
    """What clients are told, whichever door they came by; None: it is a defect, of which they hear nothing.

    Why a disk or a server fails is the operator's to know, from the log.
    """
    match error:
        case StorageBusyError():
            what, retry_ms = "The database is busy.", BUSY_RETRY_MS
        case StorageFullError():
            what, retry_ms = "The server has no room to store this; what is there can be read.", FULL_RETRY_MS
        case StorageRejectedError():
            return None
        case _:
            what, retry_ms = "The server's database fails.", FULL_RETRY_MS
    return CommandError(ErrorCode.UNAVAILABLE, what, "Try again.", retry_after_ms=retry_ms)
