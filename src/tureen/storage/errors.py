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


def busy_refusal() -> CommandError:
    """What clients are told of a `StorageBusyError`, whichever door they came by."""
    return CommandError(ErrorCode.UNAVAILABLE, "The database is busy.", "Try again.", retry_after_ms=BUSY_RETRY_MS)
