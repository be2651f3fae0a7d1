"""The whole path on one machine: a server on one core, participants on another.

    python -m benches.load [--case a10 --case b ...] [--seconds 20] [--rounds 3]

Participants join through the real door and have real ICE, DTLS and SRTP (the program of this folder, built by
``make bench``). CPU time is all of the server's threads, Python included, in the kernel and outside of it.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

from benches.footprint import steady_footprint
from benches.load.cases import CASES, Case
from benches.load.measurement import CouldNotMeasureError, Window, open_crowd
from benches.load.server import pinned_server
from benches.result import Result, report
from benches.tokens import join_token
from tests.server import ROOT, ServerDiedError

PROGRAM = ROOT / "target" / "release" / "tureen-load"
WARM_UP_S = 3.0


async def measure_case(case: Case, folder: Path, seconds: float, rounds: int, *, offload: bool) -> None:
    """Reports the round with the median cost."""
    with pinned_server(folder) as server:
        server.get("/healthz")
        empty = steady_footprint(server.pid).rss / 1000
        async with open_crowd(server, PROGRAM, len(case.roles), join_token, receive_offload=offload) as crowd:
            await crowd.fill(case.name, case)
            windows = [await crowd.measure(WARM_UP_S, seconds) for _ in range(rounds)]
    report(_result(case, windows, empty, offload=offload))


def _result(case: Case, windows: list[Window], empty: float, *, offload: bool) -> Result:
    every = sorted((window.figures(empty) for window in windows), key=lambda it: it["cpu_s_per_million"])
    figures = every[len(every) // 2] | {"cpu_s_per_million_best": every[0]["cpu_s_per_million"]}
    scenario = f"load-{case.name}" + ("-offload" if offload else "")
    return Result(scenario=scenario, unit="", figures=figures, aims=case.aims)


def main() -> int:
    """The command line; the result is the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benches.load", description=__doc__.partition("\n")[0])
    parser.add_argument("--case", action="append", choices=sorted(CASES), help="a room; may be repeated (default: all)")
    parser.add_argument("--seconds", type=float, default=20.0, help="of a window (default: 20)")
    parser.add_argument("--rounds", type=int, default=3, help="windows per room (default: 3)")
    parser.add_argument("--offload", action="store_true", help="receive runs of datagrams whole, as hardware would cut them")
    chosen = parser.parse_args()
    if not PROGRAM.exists():
        print(f"Cannot measure: {PROGRAM} is missing. Run `make bench`, which builds it.", file=sys.stderr)
        return 1
    failed = False
    try:
        for name in chosen.case or CASES:
            with tempfile.TemporaryDirectory() as folder:
                asyncio.run(
                    measure_case(CASES[name], Path(folder), chosen.seconds, chosen.rounds, offload=chosen.offload)
                )
    except* (CouldNotMeasureError, ServerDiedError, OSError) as group:
        print(f"Could not measure: {group.exceptions}", file=sys.stderr)
        failed = True
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
