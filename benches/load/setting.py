"""How to measure, and an empty server to do it on."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from msgspec import Struct

from benches.footprint import steady_footprint
from benches.load.measurement import Crowd, open_crowd
from benches.load.server import make_realtime, pinned_server
from benches.tokens import join_token
from tests.server import ROOT

PROGRAM = ROOT / "target" / "release" / "tureen-load"
WARM_UP_S = 20.0
"""Until every stream's ring in the server is full: the lowest layer sends 30 packets a second."""

STEERING = Path("/sys/class/net/lo/queues/rx-0/rps_cpus")
"""Cores that do the receiving half of loopback's work in this network namespace; 0: the sender's."""


class Choice(Struct, frozen=True, kw_only=True):
    """How to measure."""

    seconds: float
    rounds: int
    offload: bool
    realtime: bool
    shards: int

    @property
    def suffix(self) -> str:
        """Of names of results that must not be compared with those without it."""
        steered = STEERING.exists() and int(STEERING.read_text().strip().replace(",", ""), 16) != 0
        sharded = f"-shards{self.shards}" if self.shards > 1 else ""
        return sharded + ("-steered" if steered else "") + ("-offload" if self.offload else "")


@asynccontextmanager
async def empty_server(most: int, choice: Choice) -> AsyncIterator[tuple[Crowd, float]]:
    """A server, a crowd of ``most`` participants at most of whom none is there yet, and the server's memory in MB."""
    with tempfile.TemporaryDirectory() as folder, pinned_server(Path(folder), shards=choice.shards) as server:
        server.get("/healthz")
        empty_mb = steady_footprint(server.pid).rss / 1000
        async with open_crowd(server, PROGRAM, most, join_token, receive_offload=choice.offload) as crowd:
            if choice.realtime:
                make_realtime(server.pid)
                make_realtime(crowd.program.pid)
            yield crowd, empty_mb
