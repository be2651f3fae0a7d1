"""The whole path on one machine: a server on one core, participants on another.

    python -m benches.load [--case a10 --case b ...] [--ramp a60 ...] [--seconds 20] [--rounds 3]

Participants join through the real door and have real ICE, DTLS and SRTP (the program of this folder, built by
``make bench``). CPU time is that of all threads of the server, Python included, in the kernel and outside of it. A case
is one room; a ramp adds rooms of a case until the server's core is busy, and asks how long packets take then.
"""

from __future__ import annotations

import argparse
import asyncio
import resource
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from msgspec import Struct

from benches.footprint import steady_footprint
from benches.load.cases import CASES, Case
from benches.load.measurement import CouldNotMeasureError, Crowd, Window, open_crowd
from benches.load.program import ProgramFailedError
from benches.load.server import make_realtime, pinned_server
from benches.result import Aim, Result, report
from benches.tokens import join_token
from tests.server import ROOT, ServerDiedError

PROGRAM = ROOT / "target" / "release" / "tureen-load"
WARM_UP_S = 20.0
"""Until every stream's ring in the server is full: the lowest layer sends 30 packets a second."""

STEERING = Path("/sys/class/net/lo/queues/rx-0/rps_cpus")
"""Cores that do the receiving half of loopback's work in this network namespace; 0: the sender's."""

BUSY = 0.70
"""Share of its core that the server of a ramp shall use."""
BUSY_ENOUGH = 0.65
SETTLE_S = 3.0
RAMP_WINDOW_S = 4.0
MOST_PARTICIPANTS = 2000
LATENCY_AIM = Aim(figure="latency_p99_ms", at_most=2.0)


class Choice(Struct, frozen=True, kw_only=True):
    """How to measure."""

    seconds: float
    rounds: int
    offload: bool
    realtime: bool

    @property
    def suffix(self) -> str:
        """Of names of results that must not be compared with those without it."""
        steered = STEERING.exists() and int(STEERING.read_text().strip().replace(",", ""), 16) != 0
        return ("-steered" if steered else "") + ("-offload" if self.offload else "")


async def measure_case(case: Case, choice: Choice) -> None:
    """Reports the window with the median cost."""
    async with _crowd(len(case.roles), choice) as (crowd, empty_mb):
        await crowd.fill(case.name, case)
        windows = await _windows(crowd, choice)
    report(_result(f"load-{case.name}{choice.suffix}", windows, empty_mb, case.aims))


async def measure_ramp(case: Case, choice: Choice) -> None:
    """Adds rooms until the server's core is busy; then reports the window with the median cost."""
    async with _crowd(MOST_PARTICIPANTS, choice) as (crowd, empty_mb):
        rooms, wanted = 0, 1
        while rooms < wanted and wanted * len(case.roles) <= MOST_PARTICIPANTS:
            while rooms < wanted:
                await crowd.fill(f"{case.name}-{rooms}", case)
                rooms += 1
            await asyncio.sleep(SETTLE_S)
            busy = (await crowd.measure(RAMP_WINDOW_S)).busy
            print(f"{rooms} rooms: the server uses {busy:.0%} of its core", file=sys.stderr)
            if busy < BUSY_ENOUGH:
                # At most twice as many at a time: each packet costs less where there are many.
                wanted = min(2 * rooms, max(rooms + 1, round(rooms * BUSY / busy)))
        windows = await _windows(crowd, choice)
    report(_result(f"load-{case.name}-busy{choice.suffix}", windows, empty_mb, (LATENCY_AIM,)))


async def _windows(crowd: Crowd, choice: Choice) -> list[Window]:
    await asyncio.sleep(WARM_UP_S)
    return [await crowd.measure(choice.seconds) for _ in range(choice.rounds)]


@asynccontextmanager
async def _crowd(most: int, choice: Choice) -> AsyncIterator[tuple[Crowd, float]]:
    """Nobody yet, and the memory of the empty server in MB."""
    with tempfile.TemporaryDirectory() as folder, pinned_server(Path(folder)) as server:
        server.get("/healthz")
        empty_mb = steady_footprint(server.pid).rss / 1000
        async with open_crowd(server, PROGRAM, most, join_token, receive_offload=choice.offload) as crowd:
            if choice.realtime:
                make_realtime(server.pid)
                make_realtime(crowd.program.pid)
            yield crowd, empty_mb


def _result(scenario: str, windows: list[Window], empty_mb: float, aims: tuple[Aim, ...]) -> Result:
    every = sorted((window.figures(empty_mb) for window in windows), key=lambda it: it["cpu_s_per_million"])
    figures = every[len(every) // 2] | {
        "cpu_s_per_million_best": every[0]["cpu_s_per_million"],
        "latency_p99_ms_best": min(each["latency_p99_ms"] for each in every),
    }
    return Result(scenario=scenario, unit="", figures=figures, aims=aims)


async def run(cases: list[str], ramps: list[str], choice: Choice) -> None:
    """Measures and reports. Raises what hinders a measurement."""
    for name in cases:
        await measure_case(CASES[name], choice)
    for name in ramps:
        await measure_ramp(CASES[name], choice)


def main() -> int:
    """The command line; the result is the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benches.load", description=__doc__.partition("\n")[0])
    parser.add_argument("--case", action="append", choices=sorted(CASES), help="one room; may be repeated")
    parser.add_argument("--ramp", action="append", choices=sorted(CASES), help="rooms until the core is busy; likewise")
    parser.add_argument("--seconds", type=float, default=20.0, help="of a window (default: 20)")
    parser.add_argument("--rounds", type=int, default=3, help="windows of which the median counts (default: 3)")
    parser.add_argument("--offload", action="store_true", help="receive runs of packets uncut")
    parser.add_argument("--realtime", action="store_true", help="put both before other programs of this machine (root)")
    chosen = parser.parse_args()
    if not PROGRAM.exists():
        print(f"Cannot measure: {PROGRAM} is missing. Run `make bench`, which builds it.", file=sys.stderr)
        return 1
    everything = not chosen.case and not chosen.ramp
    cases, ramps = (list(CASES), ["a60"]) if everything else (chosen.case or [], chosen.ramp or [])
    choice = Choice(seconds=chosen.seconds, rounds=chosen.rounds, offload=chosen.offload, realtime=chosen.realtime)
    # Every participant is a socket or two, here and in the server.
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    failed = False
    try:
        asyncio.run(run(cases, ramps, choice))
    except* (CouldNotMeasureError, ProgramFailedError, ServerDiedError, OSError) as group:
        print(f"Could not measure: {group.exceptions}", file=sys.stderr)
        failed = True
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
