"""Connections as the engine wants them, and the look at the file before anything is answered from it."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from urllib.parse import quote

from tureen.storage.errors import StorageCorruptError, StorageError
from tureen.storage.sqlite.faults import as_storage_error

OLDEST = (3, 40)
"""Version of SQLite that statements may count on."""

BUSY_TIMEOUT_S = 5.0
"""How long a group waits for another program that holds the file, a backup for example."""

HELD_TIMEOUT_S = 0.05
"""How long the next ones wait, once one has waited in vain: the file can be read only, and whoever writes hears it."""

CHECKED_BYTES = 256 << 20
"""Files up to this size are looked through at start: about a second."""

MAPPED_BYTES = 256 << 20
CACHE_KIB = 16 << 10
WAL_PAGES = 4_000
"""After how many pages (4 KiB) the log is folded into the file; each time costs the writer two more fsyncs."""

STATEMENTS = 512
"""Prepared ones that a connection keeps; more than the program has."""


def open_writer(path: Path, *, check: bool = True) -> sqlite3.Connection:
    """The one that writes. Makes the file if there is none, readable by its owner only.

    ``check``: looks through the file first.

    Raises `StorageCorruptError` if the file is damaged or no database, other `StorageError` if it cannot be used.
    """
    if sqlite3.sqlite_version_info < OLDEST:
        raise StorageError(
            f"This Python has SQLite {sqlite3.sqlite_version}; at least {'.'.join(map(str, OLDEST))} is needed.",
            "Use a Python with a newer one, or PostgreSQL (storage.url).",
        )
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(mode=0o600)
    except OSError as error:
        raise StorageError(
            f"The database {path} cannot be made: {error.strerror}.",
            "Make the folder writable, or name another file in storage.url.",
        ) from error
    connection = None
    try:
        connection = _connect(path, "rw")
        connection.execute("PRAGMA journal_mode=WAL")
        # An acknowledged message survives the loss of power. Shared by a group of writes, it costs next to nothing.
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute(f"PRAGMA wal_autocheckpoint={WAL_PAGES}")
        connection.execute(f"PRAGMA journal_size_limit={WAL_PAGES * 4096 * 4}")
        if check:
            _check(connection, path)
    except (sqlite3.Error, StorageError) as error:
        if connection is not None:
            connection.close()
        raise _named(error, path) from error
    return connection


def open_reader(path: Path) -> sqlite3.Connection:
    """One that cannot write. The file is there and in WAL mode."""
    try:
        connection = _connect(path, "rw")
        # A connection that may not write at all could not recover the log's index after a crash.
        connection.execute("PRAGMA query_only=ON")
    except sqlite3.Error as error:
        raise _named(error, path) from error
    return connection


def set_patience(connection: sqlite3.Connection, *, held: bool) -> None:
    """How long it waits for others. ``held``: it has waited in vain before."""
    seconds = HELD_TIMEOUT_S if held else BUSY_TIMEOUT_S
    connection.execute(f"PRAGMA busy_timeout={round(seconds * 1000)}")


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"file:{quote(str(path))}?mode={mode}",
        uri=True,
        timeout=BUSY_TIMEOUT_S,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=STATEMENTS,
    )
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute(f"PRAGMA mmap_size={MAPPED_BYTES}")
    connection.execute(f"PRAGMA cache_size=-{CACHE_KIB}")
    connection.execute("PRAGMA temp_store=MEMORY")
    return connection


def _check(connection: sqlite3.Connection, path: Path) -> None:
    if path.stat().st_size > CHECKED_BYTES:
        connection.execute("SELECT count(*) FROM sqlite_master").fetchall()
        return
    (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if found != "ok":
        raise StorageCorruptError(f"The database {path} is damaged: {found}.", "Restore the file from a backup.")


def _named(error: sqlite3.Error | StorageError, path: Path) -> StorageError:
    """The error with the file's name in it."""
    if isinstance(error, StorageError):
        return error
    known = as_storage_error(error)
    reason = "is damaged or no database" if isinstance(known, StorageCorruptError) else "cannot be used"
    return type(known)(f"The database {path} {reason}: {error}.", known.hint)
