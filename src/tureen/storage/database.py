"""What stores are written against."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, Protocol, TypeVar

from tureen.storage.script import Script

P = ParamSpec("P")
T = TypeVar("T")


class Database(Protocol):
    """Runs scripts. Raises what they raise, and `StorageError` where the database itself fails."""

    async def write(self, script: Callable[P, Script[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        """One transaction. Returns after the commit has reached the disk: what it returned is durable.

        Writes about the same thing, which is what the first argument names if it is text, are committed, and return, in
        the order in which they were begun on the event loop. In SQLite this holds for all writes.

        Who gives up waiting, by cancellation, does not undo it: it is committed or not, as a whole.
        """

    async def read(self, script: Callable[P, Script[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        """Reads one state of the database; sees every write that has returned."""
