"""A database that answers when the test says so, and commands that wait for it."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Coroutine, Generator
from typing import Any, ParamSpec, TypeVar

from tests.unit.people.building import MemoryDatabase
from tureen.storage.script import Script

P = ParamSpec("P")
T = TypeVar("T")


class Turn:
    """Suspends the coroutine that awaits it, once. ``ticket``: of a write, which comes in its order; None: any time."""

    def __init__(self, ticket: int | None) -> None:
        self.ticket = ticket

    def __await__(self) -> Generator[Turn, None, None]:
        yield self


class SlowDatabase(MemoryDatabase):
    """Takes one turn before it does something and one before it answers; keeps the promises of `Database`."""

    def __init__(self) -> None:
        super().__init__()
        self._tickets = itertools.count()

    async def write(self, script: Callable[P, Script[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        ticket = next(self._tickets)
        await Turn(ticket)
        try:
            return await super().write(script, *args, **kwargs)
        finally:
            await Turn(ticket)

    async def read(self, script: Callable[P, Script[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        await Turn(None)
        try:
            return await super().read(script, *args, **kwargs)
        finally:
            await Turn(None)


class Turns:
    """Runs coroutines side by side, one step of one of them at a time."""

    def __init__(self) -> None:
        self._waiting: list[tuple[Coroutine[Any, Any, Any], Turn]] = []

    def begin(self, coroutine: Coroutine[Any, Any, Any]) -> None:
        """Up to where it waits first."""
        self._step(coroutine)

    def step(self, choice: int) -> None:
        """One of those that may go on now."""
        ready = self._ready()
        if ready:
            index = ready[choice % len(ready)]
            coroutine, _ = self._waiting.pop(index)
            self._step(coroutine)

    def finish(self) -> None:
        """All of them, to the end."""
        while self._waiting:
            self.step(0)

    def _ready(self) -> list[int]:
        tickets = [turn.ticket for _, turn in self._waiting if turn.ticket is not None]
        first = min(tickets, default=None)
        return [index for index, (_, turn) in enumerate(self._waiting) if turn.ticket in (None, first)]

    def _step(self, coroutine: Coroutine[Any, Any, Any]) -> None:
        try:
            turn = coroutine.send(None)
        except StopIteration:
            return
        self._waiting.append((coroutine, turn))
