"""What the errors of PostgreSQL and its driver mean for us."""

from __future__ import annotations

import asyncpg

from tureen.storage.errors import (
    StorageBusyError,
    StorageCorruptError,
    StorageError,
    StorageFullError,
    StorageRejectedError,
)

CONFLICTS = (
    asyncpg.SerializationError,
    asyncpg.DeadlockDetectedError,
    # Under READ COMMITTED, what another transaction inserts or deletes at the same time shows as a broken constraint;
    # when the script looks again, it sees it.
    asyncpg.UniqueViolationError,
    asyncpg.ExclusionViolationError,
    asyncpg.ForeignKeyViolationError,
)
"""After these a script is run again from its start."""

FAULTS = (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError)
"""All that the driver raises."""

_CHECK_SERVER = "Is the server of storage.url up, and are there connections left (max_connections)?"
_CHECK_URL = "Look at user, password and database in storage.url."

_MEANINGS: tuple[tuple[tuple[type[BaseException], ...], type[StorageError], str], ...] = (
    ((asyncpg.DiskFullError,), StorageFullError, "Make room on the server's disk."),
    ((asyncpg.DataCorruptedError, asyncpg.IndexCorruptedError), StorageCorruptError, "Restore it from a backup."),
    (
        (asyncpg.IntegrityConstraintViolationError, asyncpg.DataError, asyncpg.ProgramLimitExceededError),
        StorageRejectedError,
        "",
    ),
    (
        (asyncpg.InvalidAuthorizationSpecificationError, asyncpg.InvalidCatalogNameError),
        StorageError,
        _CHECK_URL,
    ),
    (
        (
            asyncpg.PostgresConnectionError,
            asyncpg.OperatorInterventionError,
            asyncpg.TooManyConnectionsError,
            asyncpg.LockNotAvailableError,
            asyncpg.TransactionRollbackError,
            asyncpg.IdleInTransactionSessionTimeoutError,
            asyncpg.InterfaceError,
            OSError,
            TimeoutError,
        ),
        StorageBusyError,
        _CHECK_SERVER,
    ),
)


def as_storage_error(error: BaseException) -> StorageError:
    """``error``: one of `FAULTS`."""
    text = " ".join(str(error).split()) or type(error).__name__
    for causes, kind, hint in _MEANINGS:
        if isinstance(error, causes):
            said = "does not answer" if kind is StorageBusyError else "refuses"
            return kind(f"PostgreSQL {said}: {text.rstrip('.')}.", hint)
    return StorageError(f"PostgreSQL refuses: {text.rstrip('.')}.")


def own_failure(error: BaseException) -> BaseException:
    """What one of several who wait is told of it: an error of their own, where it is the database's."""
    if isinstance(error, StorageError):
        return type(error)(error.message, error.hint)
    return as_storage_error(error) if isinstance(error, FAULTS) else error
