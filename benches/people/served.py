"""The server as it is shipped, with a database of its own, and what it spends."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager

from benches.people.place import Place
from benches.process import cpu_s, own_kb, rss_kb
from tests.server import TureenServer

UNHURRIED = {"TUREEN_SESSIONS_COMMANDS_PER_SECOND": "1000000"}
"""What is measured is not how fast somebody may write."""
QUIET_S = 1.0
PATIENCE_S = 60.0


class Shipped:
    """``tureen serve`` on a database of its own."""

    def __init__(self, place: Place, name: str) -> None:
        """``name``: of the part that is measured, in that place once."""
        self._folder = place.folder / name
        self._folder.mkdir()
        self._server: TureenServer | None = None
        self.place = place
        self.url = place.new_database(name)

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

    def kill(self) -> None:
        """Ends the process, if there is one."""
        if self._server is not None:
            self._server.kill()

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
def shipped(place: Place, name: str) -> Iterator[Shipped]:
    """Not started yet; it ends with the block."""
    served = Shipped(place, name)
    try:
        yield served
    finally:
        served.kill()
