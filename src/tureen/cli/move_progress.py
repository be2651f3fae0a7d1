"""How far an export or import has come, on a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn


class ShownProgress:
    """A line for each stage. Implements `storage.archive.Progress`."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._task: TaskID | None = None

    def begin(self, what: str, total: int | None) -> None:
        """See the protocol."""
        self._task = self._progress.add_task(what, total=total)

    def advance(self, steps: int) -> None:
        """See the protocol."""
        if self._task is not None:
            self._progress.advance(self._task, steps)


@contextmanager
def shown_progress() -> Iterator[ShownProgress]:
    """On standard error while this lasts, if that is a terminal; nothing is left of it then."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        yield ShownProgress(progress)
