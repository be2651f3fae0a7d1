"""Writing transactions: scripts about the same thing that wait share one, and so its round trips and its commit.

Most scripts raise nothing, and most of those that do have not written yet: a group needs no savepoints. If one raises
after it has written, or the server refuses something, the group is undone, and each has a transaction of its own.

Other nodes write about the same things. A transaction begins with a lock on what it is about, so that its first
statement already sees what was committed before: one that waited for a row only would see that row as it is now, and
all others as they were when it began to wait.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, TypeVar

from tureen.storage.compiled import Compiler
from tureen.storage.errors import StorageRejectedError
from tureen.storage.postgresql.connection import Connection
from tureen.storage.postgresql.faults import CONFLICTS, FAULTS, as_storage_error, own_failure
from tureen.storage.postgresql.line import Work
from tureen.storage.postgresql.scripts import Course, run
from tureen.storage.script import Script

T = TypeVar("T")

GROUP = 64
"""Most scripts of a transaction. Nodes that write about the same thing take turns by it."""

ATTEMPTS = 6
PAUSE_S = 0.005
"""Before the second attempt; longer before each further one."""


async def write(connection: Connection, group: Sequence[Work], compiler: Compiler) -> None:
    """Gives each its outcome, in their order, after the commit; or raises what is the outcome of all others.

    ``group``: about the same thing.
    """
    if len(group) > 1 and await _write_together(connection, group, compiler):
        return
    for work in group:
        try:
            work.succeed(await _write_alone(connection, work, compiler))
        except Exception as error:  # noqa: BLE001 - it is raised where the script is awaited
            work.fail(own_failure(error))


async def transaction(connection: Connection, begin: str, script: Script[T], compiler: Compiler) -> T:
    """Runs a script in one of its own. Raises what it raises, and what the driver raises."""
    try:
        await connection.execute(begin)
        result = await run(script, connection, compiler)
    except BaseException:
        await _roll_back(connection)
        raise
    await connection.execute("COMMIT")
    return result


async def _write_alone(connection: Connection, work: Work, compiler: Compiler) -> Any:  # noqa: ANN401 - as the script says
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return await transaction(connection, _begin(work.about), work.start(), compiler)
        except CONFLICTS as conflict:
            failure = as_storage_error(conflict)
            # Another one's insert is seen by the second attempt: then it is the script that is at fault.
            if attempt == ATTEMPTS or (isinstance(failure, StorageRejectedError) and attempt > 1):
                raise failure from conflict
        await asyncio.sleep(PAUSE_S * attempt * attempt)
    raise AssertionError("the last attempt returns or raises")


async def _write_together(connection: Connection, group: Sequence[Work], compiler: Compiler) -> bool:
    """False: nothing of it is written, as one of them cannot be together with others."""
    try:
        await connection.execute(_begin(group[0].about))
        results = [await _run_among_others(connection, work, compiler) for work in group]
    except _NotAmongOthersError:
        await _roll_back(connection)
        return False
    except FAULTS as fault:
        await _roll_back(connection)
        if connection.is_closed() or isinstance(fault, OSError | TimeoutError):
            raise
        return False
    except BaseException:
        await _roll_back(connection)
        raise
    await connection.execute("COMMIT")
    for work, result in zip(group, results, strict=True):
        if isinstance(result, _Raised):
            work.fail(result.error)
        else:
            work.succeed(result)
    return True


async def _run_among_others(connection: Connection, work: Work, compiler: Compiler) -> Any:  # noqa: ANN401 - as the script says
    """What it returns, or `_Raised`. Raises `_NotAmongOthersError` where there is something to be undone."""
    course = Course()
    try:
        return await run(work.start(), connection, compiler, course)
    except FAULTS:
        raise
    except Exception as error:
        if course.has_written:
            raise _NotAmongOthersError from error
        return _Raised(error)


def _begin(about: str | None) -> str:
    """In one round trip."""
    if about is None:
        return "BEGIN"
    digest = hashlib.blake2b(about.encode("utf-8", "surrogatepass"), digest_size=8, person=b"tureen-about").digest()
    return f"BEGIN; SELECT pg_advisory_xact_lock({int.from_bytes(digest, signed=True)})"


async def _roll_back(connection: Connection) -> None:
    # A connection that is gone has rolled back by itself.
    with suppress(*FAULTS):
        await connection.execute("ROLLBACK")


class _Raised:
    """What a script raised before it had written."""

    __slots__ = ("error",)

    def __init__(self, error: Exception) -> None:
        self.error = error


class _NotAmongOthersError(Exception):
    """A script raised after it had written, beside others that are to stay."""
