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

        Writes that were begun in some order on the event loop are committed, and return, in this order.
        """

    async def read(self, script: Callable[P, Script[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        """Reads one state of the database; sees every write that has returned."""
