"""A server on a core of its own, and what it spends there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from msgspec import Struct

from tests.server import TureenServer

SERVER_CORE = 0
LOAD_CORE = 1

_TICKS_PER_S = os.sysconf("SC_CLK_TCK")


class Reading(Struct, frozen=True, kw_only=True):
    """What a server has done so far."""

    cpu_s: float
    """User and system time of all threads."""
    core_cpu_s: float
    """Of the packet threads alone."""
    system_s: float
    """System time of all threads."""
    metrics: dict[str, float]


@contextmanager
def pinned_server(folder: Path, *, shards: int = 1) -> Iterator[TureenServer]:
    """A server on `SERVER_CORE`; this process, and what it starts in the block, on `LOAD_CORE`.

    ``shards``: packet threads; with several of them every room is spread over all, and the server uses both cores.
    """
    before = os.sched_getaffinity(0)
    # Threads and children inherit the core: what runs already would have to be moved thread by thread.
    os.sched_setaffinity(0, {SERVER_CORE} if shards == 1 else {SERVER_CORE, LOAD_CORE})
    try:
        # Everybody's sound is forwarded, as by those whom the results stand beside.
        configuration = folder / "load.toml"
        spread = "spread_from = 1\n" if shards > 1 else ""
        configuration.write_text(f"[rooms]\naudible_speakers = 0\n{spread}[media]\nshards = {shards}\n")
        with TureenServer.start(folder, "--config", str(configuration)) as server:
            os.sched_setaffinity(0, {LOAD_CORE})
            yield server
    finally:
        os.sched_setaffinity(0, before)


def make_realtime(pid: int) -> None:
    """Puts a process before all ordinary ones, so that other programs do not disturb its times. Raises `OSError`."""
    for task in Path(f"/proc/{pid}/task").iterdir():
        os.sched_setscheduler(int(task.name), os.SCHED_RR, os.sched_param(1))


def read_server(server: TureenServer, *, metrics_first: bool) -> Reading:
    """``metrics_first``: at the start of a window, so that the cost of the page itself lies outside of it."""
    metrics = server.metrics() if metrics_first else {}
    user, system = _times(Path(f"/proc/{server.pid}/stat"))
    core = sum(
        sum(_times(task / "stat"))
        for task in Path(f"/proc/{server.pid}/task").iterdir()
        if (task / "comm").read_text().startswith("tureen-shard")
    )
    return Reading(cpu_s=user + system, core_cpu_s=core, system_s=system, metrics=metrics or server.metrics())


def _times(path: Path) -> tuple[float, float]:
    """User and system time in seconds (proc_pid_stat(5))."""
    fields = path.read_text().rpartition(")")[2].split()
    return int(fields[11]) / _TICKS_PER_S, int(fields[12]) / _TICKS_PER_S
