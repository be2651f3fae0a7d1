"""The half "People" of the server as it is shipped: database, tokens, all services.

    python -m benches.people [ring|publish|fan-out|deaf|return|hot ...] [--database postgresql] [--realtime]

The server is a process of its own; the clients are this one. Two cores are needed. Where there is a bare server of the
same stack to stand beside, it runs in the same minutes: both suffer from the same moods of the machine.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import resource
import sys
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

import pytest
import uvloop
from msgspec import Struct

from benches.people.deaf import measure_deaf
from benches.people.device import RefusedError
from benches.people.fan_out import measure_fan_out
from benches.people.hot import measure_hot
from benches.people.latency import measure_latency
from benches.people.place import DATABASES, SQLITE, Place, open_place
from benches.people.returning import measure_return
from benches.people.ring import measure_ring
from tests.server import ServerDiedError

DESCRIPTORS = 200
"""Beside those of connections."""
LONGEST_S = 300.0
"""Of one part; what takes longer could not be measured."""


class Options(Struct, frozen=True):
    """Of the command line."""

    connections: int
    returning: int
    writers: int
    seconds: float
    rate: float


Part = Callable[[Place, Options], Awaitable[None]]
PARTS: Mapping[str, Part] = {
    "ring": lambda place, chosen: measure_ring(place, chosen.connections),
    "publish": lambda place, chosen: measure_latency(place, chosen.rate, chosen.seconds),
    "fan-out": lambda place, chosen: measure_fan_out(place, chosen.connections, chosen.seconds),
    "deaf": lambda place, chosen: measure_deaf(place, chosen.seconds / 3),
    "return": lambda place, chosen: measure_return(place, chosen.returning),
    "hot": lambda place, chosen: measure_hot(place, chosen.writers, chosen.seconds),
}


async def measure(place: Place, parts: list[str], chosen: Options) -> None:
    """These, one after the other. Raises `TimeoutError`."""
    for part in parts:
        async with asyncio.timeout(LONGEST_S):
            await PARTS[part](place, chosen)


def main() -> int:
    """The command line; the result is the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benches.people", description=__doc__.partition("\n")[0])
    parser.add_argument("parts", nargs="*", metavar="part", help=f"some of {', '.join(PARTS)} (default: all)")
    parser.add_argument("--connections", type=int, default=2000, help="devices of fan-out and ring (default: 2000)")
    parser.add_argument("--returning", type=int, default=10_000, help="devices that come back (default: 10000)")
    parser.add_argument("--writers", type=int, default=100, help="who write at once in hot (default: 100)")
    parser.add_argument("--seconds", type=float, default=6.0, help="of each window (default: 6)")
    parser.add_argument("--rate", type=float, default=200.0, help="messages a second while publishing (default: 200)")
    parser.add_argument("--database", choices=DATABASES, default=SQLITE, help="of the server (default: %(default)s)")
    parser.add_argument("--realtime", action="store_true", help="before all other programs; needs root")
    given = parser.parse_args()
    if unknown := [part for part in given.parts if part not in PARTS]:
        parser.error(f"there is no part {unknown[0]}")
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    returning = min(given.returning, most - DESCRIPTORS)
    try:
        if given.realtime:
            # Children inherit it.
            os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
        with (
            tempfile.TemporaryDirectory(prefix="tureen-people-") as folder,
            open_place(Path(folder), given.database) as place,
        ):
            chosen = Options(given.connections, returning, given.writers, given.seconds, given.rate)
            uvloop.run(measure(place, given.parts or list(PARTS), chosen))
    except (OSError, TimeoutError, RefusedError, ServerDiedError, pytest.skip.Exception) as error:
        print(f"Could not measure: {error!r}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
