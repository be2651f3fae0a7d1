"""The few threads that read."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Sequence

from tureen.storage.compiled import Compiler
from tureen.storage.sqlite.delivery import Delivery, Failure, Outcome, Work
from tureen.storage.sqlite.faults import as_storage_error
from tureen.storage.sqlite.scripts import run

GROUP = 16
"""Most scripts that share a snapshot. More would keep a quick one waiting for slow ones before it."""


class Readers:
    """Owns the reading connections, one for each thread."""

    def __init__(self, connections: Sequence[sqlite3.Connection], compiler: Compiler, delivery: Delivery) -> None:
        self._connections = connections
        self._compiler = compiler
        self._delivery = delivery
        self._threads = [
            threading.Thread(target=self._work, args=(connection,), name=f"storage-reader-{number}", daemon=True)
            for number, connection in enumerate(connections)
        ]
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """Waits for what was begun."""
        self._delivery.close(threads=len(self._threads))
        for thread in self._threads:
            thread.join()
        for connection in self._connections:
            connection.close()

    def _work(self, connection: sqlite3.Connection) -> None:
        while (group := self._delivery.next_group(GROUP)) is not None:
            self._delivery.deliver(group, self._read(connection, group))

    def _read(self, connection: sqlite3.Connection, group: Sequence[Work]) -> list[Outcome]:
        """All from one snapshot, which is newer than all writes that had returned when they were begun."""
        try:
            connection.execute("BEGIN")
            outcomes = [self._attempt(connection, work) for work in group]
            if connection.in_transaction:
                connection.execute("COMMIT")
        except Exception as error:  # noqa: BLE001 - whatever it is, those who wait are told, and the next group comes
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            failed = Failure(as_storage_error(error) if isinstance(error, sqlite3.Error) else error)
            return [failed] * len(group)
        return outcomes

    def _attempt(self, connection: sqlite3.Connection, work: Work) -> Outcome:
        try:
            return run(work.script, connection, self._compiler)
        except BaseException as error:  # noqa: BLE001 - it is raised where the script is awaited
            return Failure(error)
