"""How much memory a process has now, and how that grows."""

from __future__ import annotations

import statistics
import time
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

KIB = 1024
STEADY_KB = 100.0
"""Two readings that differ by no more are taken as the same: about what one participant may cost."""

PAUSE_S = 0.5
PATIENCE_S = 20.0


class Footprint(Struct, frozen=True, kw_only=True):
    """In kB (1,000 bytes), of one process; memory in the kernel (sockets) does not count."""

    rss: float
    """All pages in memory, shared ones (libraries) included."""
    pss: float
    """The same, with shared pages divided among those who share them."""
    uss: float
    """Pages of this process alone: what its end would give back."""


def read_footprint(pid: int) -> Footprint:
    """Reads ``smaps_rollup`` (Linux 4.14). Raises `OSError` when the process is gone or not ours."""
    page = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    kib = {name: int(rest.split()[0]) for name, _, rest in (line.partition(":") for line in page.splitlines()[1:])}
    kb = {name: value * KIB / 1000 for name, value in kib.items()}
    return Footprint(rss=kb["Rss"], pss=kb["Pss"], uss=kb["Private_Clean"] + kb["Private_Dirty"])


def steady_footprint(pid: int) -> Footprint:
    """A reading that the next one confirms, or the last one if the process never becomes steady."""
    deadline = time.monotonic() + PATIENCE_S
    last = read_footprint(pid)
    while time.monotonic() < deadline:
        time.sleep(PAUSE_S)  # memory has no event to wait for
        now = read_footprint(pid)
        if abs(now.uss - last.uss) <= STEADY_KB:
            return now
        last = now
    return last


def slope(memory: Mapping[int, float]) -> float:
    """Growth per participant by least squares, of memory by participants: what is paid once does not count."""
    return statistics.linear_regression(list(memory), list(memory.values())).slope
