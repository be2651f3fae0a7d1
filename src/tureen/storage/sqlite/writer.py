"""The one thread that writes: all scripts that wait share a commit, and so one fsync.

A script that raises is undone alone. A savepoint around each would see to that, at a fifth more time. But most raise
nothing, and most of those that do have not written yet; so the group is run without, and once more with savepoints if
one raises after it has written.
"""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import Callable, Sequence

from tureen.storage.compiled import Compiler
from tureen.storage.errors import StorageBusyError, StorageError
from tureen.storage.sqlite.connection import set_patience
from tureen.storage.sqlite.delivery import Delivery, Failure, Outcome, Start, Work
from tureen.storage.sqlite.faults import as_storage_error
from tureen.storage.sqlite.scripts import run

GROUP = 1024
"""Most scripts of a commit."""


class Writer:
    """Owns the writing connection."""

    def __init__(self, connection: sqlite3.Connection, compiler: Compiler, delivery: Delivery) -> None:
        self._connection = connection
        self._cursor = connection.cursor()
        self._compiler = compiler
        self._delivery = delivery
        self._is_held = False
        """By another program, for longer than a group waits."""
        self._thread = threading.Thread(target=self._work, name="storage-writer", daemon=True)
        self._thread.start()

    def join(self) -> None:
        """Blocks until the thread has ended, after `Delivery.close`."""
        self._thread.join()
        self._connection.close()

    def _work(self) -> None:
        while (group := self._delivery.next_group()) is not None:
            self._delivery.deliver(group, self._commit(group))

    def _commit(self, group: Sequence[Work]) -> Sequence[Outcome]:
        try:
            return self._transaction(group, self._attempt)
        except _NotAloneError:
            return self._transaction(group, self._attempt_apart)

    def _transaction(self, group: Sequence[Work], attempt: Callable[[Start], Outcome]) -> Sequence[Outcome]:
        """The outcome of each. Where the commit fails, all have failed."""
        connection = self._connection
        outcomes: list[Outcome] = []
        try:
            connection.execute("BEGIN IMMEDIATE")
            for start, _ in group:
                outcomes.append(attempt(start))
                if not connection.in_transaction:
                    # SQLite has given the whole transaction up: the disk is full, or does not read or write.
                    return _all_failed(group, outcomes, outcomes[-1])
            connection.execute("COMMIT")
        except _NotAloneError:
            self._roll_back()
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, those who wait are told, and the next group comes
            self._roll_back()
            failed = Failure(as_storage_error(error) if isinstance(error, sqlite3.Error) else error)
            self._note_held(held=isinstance(failed.error, StorageBusyError))
            return _all_failed(group, outcomes, failed)
        self._note_held(held=False)
        return outcomes

    def _roll_back(self) -> None:
        # A disk that fails may fail here too. Those who wait are to hear of the first failure all the same.
        with contextlib.suppress(sqlite3.Error):
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")

    def _note_held(self, *, held: bool) -> None:
        """What waits behind a group that has waited in vain is told soon, not each group after its own time."""
        if held != self._is_held:
            self._is_held = held
            set_patience(self._connection, held=held)

    def _attempt(self, start: Start) -> Outcome:
        """Raises `_NotAloneError` where there is something to be undone."""
        before = self._connection.total_changes
        try:
            return run(start, self._cursor, self._compiler)
        except BaseException as error:
            if self._connection.total_changes != before and self._connection.in_transaction:
                raise _NotAloneError from error
            return Failure(error)

    def _attempt_apart(self, start: Start) -> Outcome:
        """Undoes what a script has written if it raises."""
        cursor = self._cursor
        cursor.execute("SAVEPOINT script")
        try:
            result = run(start, cursor, self._compiler)
        except BaseException as error:  # noqa: BLE001 - it is raised where the script is awaited
            if self._connection.in_transaction:
                cursor.execute("ROLLBACK TO script")
                cursor.execute("RELEASE script")
            return Failure(error)
        cursor.execute("RELEASE script")
        return result


class _NotAloneError(Exception):
    """A script raised after it had written, beside others that are to stay."""


def _all_failed(group: Sequence[Work], outcomes: Sequence[Outcome], failed: Failure) -> list[Outcome]:
    """What a script raised by itself it raises in any case; all others fail with the transaction."""
    raised = [outcome if type(outcome) is Failure else _again(failed) for outcome in outcomes]
    return [*raised, *(_again(failed) for _ in group[len(outcomes) :])]


def _again(failed: Failure) -> Failure:
    """One that is raised in many places would gather the frames of all of them."""
    error = failed.error
    return Failure(type(error)(error.message, error.hint)) if isinstance(error, StorageError) else failed
