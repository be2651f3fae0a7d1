"""How often a database was asked, for whoever watches a node."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, ParamSpec, TypeVar

from tureen.storage.database import Database
from tureen.storage.script import Script

P = ParamSpec("P")
T = TypeVar("T")


class CountedDatabase:
    """Implements `Database`: passes all on to one, and counts."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.reads = 0
        """Scripts that were to read, those that failed included."""
        self.writes = 0

    def write(self, script: Callable[P, Script[T]], *args: P.args, **kwargs: P.kwargs) -> Coroutine[Any, Any, T]:
        """See `Database.write`."""
        self.writes += 1
        return self._database.write(script, *args, **kwargs)

    def read(self, script: Callable[P, Script[T]], *args: P.args, **kwargs: P.kwargs) -> Coroutine[Any, Any, T]:
        """See `Database.read`."""
        self.reads += 1
        return self._database.read(script, *args, **kwargs)
