"""SQLite in the process: one thread writes and commits in groups, a few read."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from sqlalchemy import Table
from sqlalchemy.dialects import sqlite as sqlite_dialect
from sqlalchemy.schema import CreateIndex, CreateTable

from tureen.storage.compiled import Compiler, as_json_list
from tureen.storage.schema.metadata import METADATA
from tureen.storage.script import Query, Script

P = ParamSpec("P")
T = TypeVar("T")


class SqliteDatabase:
    """Implements `storage.database.Database`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._compiler = Compiler(sqlite_dialect.dialect(paramstyle="named"))
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="storage-writer")
        self._lock = threading.Lock()
        self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._connection.row_factory = sqlite3.Row
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=FULL")

    async def write(self, script: Callable[P, Script[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        """See `Database.write`."""
        return await asyncio.get_running_loop().run_in_executor(
            self._writer, lambda: self._run(script(*args, **kwargs))
        )

    async def read(self, script: Callable[P, Script[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        """See `Database.read`."""
        return await self.write(script, *args, **kwargs)

    def create_tables(self) -> None:
        """Until there are migrations."""
        for table in METADATA.sorted_tables:
            for ddl in _create(table):
                self._connection.execute(ddl)

    def close(self) -> None:
        """Waits for what was begun."""
        self._writer.shutdown()
        self._connection.close()

    def _run(self, script: Script[T]) -> T:
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                result = self._drive(script)
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")
            return result

    def _drive(self, script: Script[T]) -> T:
        rows: list[Any] | None = None
        while True:
            try:
                query = script.send(rows)  # type: ignore[arg-type]
            except StopIteration as stop:
                return stop.value  # type: ignore[no-any-return]
            rows = self._query(query)

    def _query(self, query: Query) -> list[Any]:
        compiled = self._compiler.compile(query.statement)
        given = {name: as_json_list(value) for name, value in query.parameters.items()}
        return self._connection.execute(compiled.text, {**compiled.constants, **given}).fetchall()


def _create(table: Table) -> list[str]:
    dialect = sqlite_dialect.dialect()
    return [
        str(CreateTable(table).compile(dialect=dialect)),
        *(str(CreateIndex(index).compile(dialect=dialect)) for index in table.indexes),
    ]
