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

from benches.load.cases import CASES, Case
from benches.load.measurement import CouldNotMeasureError, Crowd, Window
from benches.load.program import ProgramFailedError
from benches.load.setting import PROGRAM, WARM_UP_S, Choice, empty_server
from benches.load.slow import SLOW_CASES, measure_slow
from benches.result import Aim, Result, report
from tests.server import ServerDiedError

BUSY = 0.70
"""Share of its core that the server of a ramp shall use."""
BUSY_ENOUGH = 0.65
SETTLE_S = 3.0
RAMP_WINDOW_S = 4.0
MOST_PARTICIPANTS = 2000
LATENCY_AIM = Aim(figure="latency_p99_ms", at_most=2.0)


async def measure_case(case: Case, choice: Choice) -> None:
    """Reports the window with the median cost."""
    async with empty_server(len(case.roles), choice) as (crowd, empty_mb):
        await crowd.fill(case.name, case)
        windows = await _windows(crowd, choice)
    report(_result(f"load-{case.name}{choice.suffix}", windows, empty_mb, case.aims))


async def measure_ramp(case: Case, choice: Choice) -> None:
    """Adds rooms until the server's core is busy; then reports the window with the median cost."""
    async with empty_server(MOST_PARTICIPANTS, choice) as (crowd, empty_mb):
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
        if name in SLOW_CASES:
            await measure_slow(SLOW_CASES[name], choice)
        else:
            await measure_case(CASES[name], choice)
    for name in ramps:
        await measure_ramp(CASES[name], choice)


def main() -> int:
    """The command line; the result is the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benches.load", description=__doc__.partition("\n")[0])
    names = sorted([*CASES, *SLOW_CASES])
    parser.add_argument("--case", action="append", choices=names, help="one room; may be repeated")
    parser.add_argument("--ramp", action="append", choices=sorted(CASES), help="rooms until the core is busy; likewise")
    parser.add_argument("--seconds", type=float, default=20.0, help="of a window (default: 20)")
    parser.add_argument("--rounds", type=int, default=3, help="windows of which the median counts (default: 3)")
    parser.add_argument("--offload", action="store_true", help="receive runs of packets uncut")
    parser.add_argument("--realtime", action="store_true", help="put both before other programs of this machine (root)")
    parser.add_argument("--shards", type=int, default=1, help="packet threads; several share the participants' core")
    chosen = parser.parse_args()
    if not PROGRAM.exists():
        print(f"Cannot measure: {PROGRAM} is missing. Run `make bench`, which builds it.", file=sys.stderr)
        return 1
    everything = not chosen.case and not chosen.ramp
    cases, ramps = ([*CASES, *SLOW_CASES], ["a60"]) if everything else (chosen.case or [], chosen.ramp or [])
    choice = Choice(
        seconds=chosen.seconds,
        rounds=chosen.rounds,
        offload=chosen.offload,
        realtime=chosen.realtime,
        shards=chosen.shards,
    )
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
