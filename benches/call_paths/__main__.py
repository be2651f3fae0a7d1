"""The gap in picture and sound when a call changes its path, in the web app with Chromium on localhost.

    python -m benches.call_paths [--rounds 5]

See ``benches/README.md`` for the cases and figures.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from playwright.async_api import Browser, Error, expect

from benches.call_paths.talk import Seen, Talk, talk
from benches.result import Aim, Result, report
from tests.browser import find_chromium, launch_chromium
from tests.e2e.watched import Gap
from tests.server import ServerDiedError, TureenServer

BAR_MS = 500
AIMS = (Aim(figure="picture_max", at_most=BAR_MS), Aim(figure="sound_max", at_most=BAR_MS))


async def quiet(call: Talk) -> list[Seen]:
    """Nothing happens: what the machine alone costs."""

    async def nothing() -> None:
        pass

    return await call.watch(nothing)


async def request(call: Talk) -> list[Seen]:
    """One of them asks for the server."""

    async def ask() -> None:
        await call.ada.change_path()
        await call.flows("room")

    return await call.watch(ask)


async def back(call: Talk) -> list[Seen]:
    """One of them asks for the direct path."""

    async def ask() -> None:
        await call.bob.change_path()
        await call.flows("direct")

    return await call.watch(ask)


async def third(call: Talk) -> list[Seen]:
    """Somebody is added, and leaves again afterwards."""

    async def add() -> None:
        await call.ada.add_to_call(call.cleo)
        await call.flows("room", call.cleo)

    seen = await call.watch(add)
    await call.cleo.control("leave").click()
    await expect(call.ada.control("tile")).to_have_count(2)
    return seen


async def breaks(call: Talk) -> list[Seen]:
    """Nothing passes any more on the direct path, and no browser is told."""

    async def cut() -> None:
        call.detour.loss = 1
        await call.flows("room")

    seen = await call.watch(cut)
    call.detour.loss = 0
    return seen


async def poor(call: Talk) -> list[Seen]:
    """A third of all packets is lost on the direct path, for good."""

    async def thin() -> None:
        call.detour.loss = 1 / 3
        await call.flows("room")

    seen = await call.watch(thin)
    call.detour.loss = 0
    return seen


async def run(rounds: int) -> None:
    """Measures and reports. Raises what hinders a measurement."""
    with tempfile.TemporaryDirectory() as folder, TureenServer.start(Path(folder)) as server:
        async with launch_chromium() as browser:
            await _measure_moves(browser, server, rounds)


async def _measure_moves(browser: Browser, server: TureenServer, rounds: int) -> None:
    seen: dict[str, list[Seen]] = {}
    async with talk(browser, server) as call:
        await call.begin()
        seen["quiet"] = await quiet(call)
        for _ in range(rounds):
            for name, leave in (("request", request), ("third", third), ("break", breaks)):
                seen.setdefault(name, []).extend(await leave(call))
                seen.setdefault("back", []).extend(await back(call))
        seen["poor"] = await poor(call)
    for name in ("quiet", "request", "third", "back"):
        report(_result(name, [each.whole for each in seen[name]], AIMS if name != "quiet" else ()))
    noticed = [each.noticed for each in seen["break"] if each.noticed is not None]
    report(_result("break", noticed, AIMS))
    report(_result("break-whole", [each.whole for each in seen["break"]]))
    report(_result("poor", [each.whole for each in seen["poor"]]))


def _result(name: str, gaps: Sequence[Gap], aims: tuple[Aim, ...] = ()) -> Result:
    figures = {
        f"{what}_{how}": measure([getattr(gap, what) for gap in gaps])
        for what in ("picture", "sound")
        for how, measure in (("p50", statistics.median), ("max", max))
    }
    return Result(scenario=f"call-path-{name}", unit="ms", figures={**figures, "count": len(gaps)}, aims=aims)


def main() -> int:
    """The command line; the result is the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benches.call_paths", description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5, help="how often the call takes each way (default: 5)")
    rounds = parser.parse_args().rounds
    if find_chromium() is None:
        print("Cannot measure: this needs Chromium.", file=sys.stderr)
        return 1
    try:
        asyncio.run(run(rounds))
    except (AssertionError, Error, OSError, ServerDiedError) as error:
        print(f"Could not measure: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
