"""Participants that join with the PyPI ``livekit`` SDK and then do nothing, in a child process of their own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.server import ROOT

LOG_TAIL = 4000


class CouldNotMeasureError(Exception):
    """What was to be measured did not come about."""


class IdleGuests:
    """The child process as a context: it ends, and everyone's sockets with it, when the block does."""

    def __init__(self, url: str, log: Path) -> None:
        """``url``: what SDKs are given; ``log``: a file that will hold what the SDK says."""
        self._log = log
        with log.open("w") as out:
            self._child = subprocess.Popen(
                [sys.executable, "-m", "benches.idle_worker", url],
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=out,
                text=True,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._child.kill()
        self._child.communicate()

    def join(self, room: str, count: int) -> None:
        """So many more in a room; returns when all of its members are ACTIVE. Raises `CouldNotMeasureError`."""
        self._order(order="join", room=room, count=count)

    def leave(self) -> None:
        """Everyone leaves. Raises `CouldNotMeasureError`."""
        self._order(order="leave")

    def _order(self, **order: str | int) -> None:
        if self._child.stdin is None or self._child.stdout is None:
            raise CouldNotMeasureError("the SDK's process has no pipes")
        self._child.stdin.write(json.dumps(order) + "\n")
        self._child.stdin.flush()
        answer = self._child.stdout.readline()
        failure = json.loads(answer)["failure"] if answer else "the SDK's process ended"
        if failure is not None:
            tail = self._log.read_text(errors="replace")[-LOG_TAIL:]
            raise CouldNotMeasureError(f"{failure}\n--- SDK log ---\n{tail}")
