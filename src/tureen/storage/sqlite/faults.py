"""What SQLite's own errors mean for us."""

from __future__ import annotations

import sqlite3

from tureen.storage.errors import (
    StorageBusyError,
    StorageCorruptError,
    StorageError,
    StorageFullError,
    StorageRejectedError,
)

_PRIMARY = 0xFF
"""The lowest byte of an extended result code says what it is; the others say where it came from."""

_HINTS: dict[int, tuple[type[StorageError], str]] = {
    sqlite3.SQLITE_BUSY: (StorageBusyError, "Another program holds the file: end it, or try again later."),
    sqlite3.SQLITE_LOCKED: (StorageBusyError, "Another program holds the file: end it, or try again later."),
    sqlite3.SQLITE_FULL: (StorageFullError, "Make room on the disk; nothing else is needed."),
    sqlite3.SQLITE_CORRUPT: (StorageCorruptError, "Restore the file from a backup."),
    sqlite3.SQLITE_NOTADB: (StorageCorruptError, "Name a database in storage.url, or restore this one from a backup."),
    sqlite3.SQLITE_CONSTRAINT: (StorageRejectedError, ""),
    sqlite3.SQLITE_MISMATCH: (StorageRejectedError, ""),
    sqlite3.SQLITE_TOOBIG: (StorageRejectedError, ""),
    sqlite3.SQLITE_CANTOPEN: (StorageError, "Let the server's user read and write the file and its folder."),
    sqlite3.SQLITE_READONLY: (StorageError, "Let the server's user read and write the file and its folder."),
    sqlite3.SQLITE_IOERR: (StorageError, "Look at the disk and at the kernel's log."),
}


def as_storage_error(error: Exception) -> StorageError:
    """``error``: of the driver, whatever it is about."""
    kind, hint = StorageError, ""
    if isinstance(error, sqlite3.Error):
        kind, hint = _HINTS.get(getattr(error, "sqlite_errorcode", 0) & _PRIMARY, (StorageError, ""))
        if kind is StorageError and isinstance(error, sqlite3.DataError | sqlite3.InterfaceError):
            kind = StorageRejectedError
    elif isinstance(error, OverflowError | UnicodeError):
        # An integer beyond 64 bits, text with half a surrogate pair.
        kind = StorageRejectedError
    return kind(f"The database refuses: {error}.", hint)
