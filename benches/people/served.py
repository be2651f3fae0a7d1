"""The server as it is shipped, with a database of its own, and what it spends."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benches.process import cpu_s, own_kb, rss_kb
from tests.server import TureenServer
from tureen.storage.url import sqlite_url

UNHURRIED = {"TUREEN_SESSIONS_COMMANDS_PER_SECOND": "1000000"}
"""What is measured is not how fast somebody may write."""
QUIET_S = 1.0
PATIENCE_S = 60.0


class Shipped:
    """``tureen serve`` on a database in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._server: TureenServer | None = None
        self.url = sqlite_url(folder / "tureen.db")

    @property
    def server(self) -> TureenServer:
        """The process. Raises `AssertionError` while there is none."""
        assert self._server is not None, "it is not running"  # noqa: S101 - a mistake of the benchmark
        return self._server

    @property
    def port(self) -> int:
        """Of the native door."""
        return self.server.port

    def start(self) -> None:
        """Again on the same port, if it was there before."""
        port = None if self._server is None else self._server.port
        arguments = ("--storage-url", self.url)
        self._server = TureenServer.start(self._folder, *arguments, port=port, environment=UNHURRIED)

    def cpu_s(self) -> float:
        """Processor time so far, of all threads."""
        return cpu_s(self.server.pid)

    def rss_kb(self) -> float:
        """Memory now."""
        return rss_kb(self.server.pid)

    def own_kb(self) -> float:
        """Memory now without the mapped database."""
        return own_kb(self.server.pid)

    def reads(self) -> float:
        """Transactions so far that read."""
        return self.server.metrics()["tureen_storage_reads_total"]

    async def until_quiet(self) -> None:
        """Waits until it does nothing for a while but keep time. Raises `TimeoutError`."""
        deadline = time.monotonic() + PATIENCE_S
        before = self.cpu_s()
        while True:
            await asyncio.sleep(QUIET_S)  # there is no event for it
            now = self.cpu_s()
            if now - before < QUIET_S / 20:
                return
            before = now
            if time.monotonic() > deadline:
                raise TimeoutError("the server does not come to rest")


@contextmanager
def shipped(folder: Path) -> Iterator[Shipped]:
    """Not started yet; it ends with the block."""
    folder.mkdir()
    served = Shipped(folder)
    try:
        yield served
    finally:
        if served._server is not None:  # noqa: SLF001 - its own
            served._server.kill()  # noqa: SLF001 - its own
