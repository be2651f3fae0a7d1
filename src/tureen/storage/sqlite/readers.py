"""The threads that read: one usually, spare ones while it is held up."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import Sequence

from tureen.storage.compiled import Compiler
from tureen.storage.sqlite.delivery import Delivery, Failure, Outcome, Start, Work
from tureen.storage.sqlite.faults import as_storage_error
from tureen.storage.sqlite.scripts import run

GROUP = 8
"""Most scripts that share a snapshot. The rows of more would be in memory at a time, where the garbage collector looks
through them again and again."""


class Readers:
    """Owns the reading connections, one for each thread."""

    def __init__(self, connections: Sequence[sqlite3.Connection], compiler: Compiler, delivery: Delivery) -> None:
        """``delivery``: its spares are one fewer than the connections."""
        self._connections = connections
        self._compiler = compiler
        self._delivery = delivery
        works = [self._work, *(self._help for _ in connections[1:])]
        self._threads = [
            threading.Thread(target=work, args=(connection,), name=f"storage-reader-{number}", daemon=True)
            for number, (work, connection) in enumerate(zip(works, connections, strict=True))
        ]
        for thread in self._threads:
            thread.start()

    def join(self) -> None:
        """Blocks until the threads have ended, after `Delivery.close`."""
        for thread in self._threads:
            thread.join()
        for connection in self._connections:
            connection.close()

    def _work(self, connection: sqlite3.Connection) -> None:
        while (group := self._delivery.next_group()) is not None:
            self._delivery.deliver(group, self._read(connection, group))

    def _help(self, connection: sqlite3.Connection) -> None:
        while self._delivery.await_call():
            while (group := self._delivery.spare_group()) is not None:
                self._delivery.deliver(group, self._read(connection, group))

    def _read(self, connection: sqlite3.Connection, group: Sequence[Work]) -> list[Outcome]:
        """All from one snapshot, which is newer than all writes that had returned when they were begun."""
        try:
            connection.execute("BEGIN")
            cursor = connection.cursor()
            outcomes = [self._attempt(cursor, start) for start, _ in group]
            if connection.in_transaction:
                connection.execute("COMMIT")
        except Exception as error:  # noqa: BLE001 - whatever it is, those who wait are told, and the next group comes
            with contextlib.suppress(sqlite3.Error):
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
            failed = Failure(as_storage_error(error) if isinstance(error, sqlite3.Error) else error)
            return [failed] * len(group)
        return outcomes

    def _attempt(self, cursor: sqlite3.Cursor, start: Start) -> Outcome:
        try:
            return run(start, cursor, self._compiler)
        except BaseException as error:  # noqa: BLE001 - it is raised where the script is awaited
            return Failure(error)
