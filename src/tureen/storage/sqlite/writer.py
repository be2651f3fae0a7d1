"""The one thread that writes: all scripts that wait share a commit, and so one fsync."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Sequence

from tureen.storage.compiled import Compiler
from tureen.storage.sqlite.delivery import Delivery, Failure, Outcome, Work
from tureen.storage.sqlite.faults import as_storage_error
from tureen.storage.sqlite.scripts import run

GROUP = 1024
"""Most scripts of a commit."""


class Writer:
    """Owns the writing connection."""

    def __init__(self, connection: sqlite3.Connection, compiler: Compiler, delivery: Delivery) -> None:
        self._connection = connection
        self._compiler = compiler
        self._delivery = delivery
        self._thread = threading.Thread(target=self._work, name="storage-writer", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Waits for what was begun."""
        self._delivery.close(threads=1)
        self._thread.join()
        self._connection.close()

    def _work(self) -> None:
        while (group := self._delivery.next_group(GROUP)) is not None:
            self._delivery.deliver(group, self._commit(group))

    def _commit(self, group: Sequence[Work]) -> list[Outcome]:
        """The outcome of each. Those that raise are undone alone; where the commit fails, all have failed."""
        outcomes: list[Outcome] = []
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            for work in group:
                outcomes.append(self._attempt(work))
                if not self._connection.in_transaction:
                    # SQLite has given the whole transaction up: the disk is full, or does not read or write.
                    return _all_failed(group, outcomes, outcomes[-1])
            self._connection.execute("COMMIT")
        except Exception as error:  # noqa: BLE001 - whatever it is, those who wait are told, and the next group comes
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            failed = Failure(as_storage_error(error) if isinstance(error, sqlite3.Error) else error)
            return _all_failed(group, outcomes, failed)
        return outcomes

    def _attempt(self, work: Work) -> Outcome:
        connection = self._connection
        connection.execute("SAVEPOINT script")
        try:
            result = run(work.script, connection, self._compiler)
        except BaseException as error:  # noqa: BLE001 - it is raised where the script is awaited
            if connection.in_transaction:
                connection.execute("ROLLBACK TO script")
                connection.execute("RELEASE script")
            return Failure(error)
        connection.execute("RELEASE script")
        return result


def _all_failed(group: Sequence[Work], outcomes: Sequence[Outcome], failed: Failure) -> list[Outcome]:
    """What a script raised by itself it raises in any case; all others fail with the transaction."""
    raised = [outcome if type(outcome) is Failure else failed for outcome in outcomes]
    return [*raised, *(failed for _ in group[len(outcomes) :])]
