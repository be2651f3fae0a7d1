"""Some viewers of a camera fall behind: what the others, and the server, feel of it.

Windows in which everybody is well and windows in which some are slow take turns, so that the machine's moods hit both,
and the same others are measured in both. A slow window begins at the moment at which the path becomes bad.
"""

from __future__ import annotations

import asyncio
import statistics
import time

from msgspec import Struct

from benches.load.cases import CAMERA, VIEWER, Case
from benches.load.guest import Role
from benches.load.measurement import CouldNotMeasureError, Crowd, Viewer, Window
from benches.load.program import PathShape
from benches.load.setting import WARM_UP_S, Choice, empty_server
from benches.result import Aim, Result, report

VIEWERS = 50
SLOW = 5
ROOM = Case(name="slow", summary=f"one camera, {VIEWERS} viewers", roles=(Role(camera=CAMERA), *[VIEWER] * VIEWERS))
TOP_LAYER = len(CAMERA) - 1

LONGEST_WINDOW_S = 20.0
"""Of silence; after 30 seconds of it a participant is gone (RFC 7675 section 5.1)."""
RECOVERS_WITHIN_S = 30.0
GONE_WITHIN_S = 60.0
POLL_S = 0.5

AIMS = (Aim(figure="latency_p99_ratio", at_most=1.05), Aim(figure="growth_mb_per_slow", at_most=2 * 1.048576))


class SlowCase(Struct, frozen=True, kw_only=True):
    """A way to be slow."""

    name: str
    summary: str
    path: PathShape
    silent: bool = False
    """Whether the server hears nothing, and has to let them go in the end."""


SLOW_CASES = {
    case.name: case
    for case in (
        SlowCase(name="slow-deaf", summary=f"{SLOW} of {VIEWERS} stop reading and answering", path="deaf", silent=True),
        SlowCase(
            name="slow-narrow",
            summary=f"{SLOW} of {VIEWERS} are behind 64 kbit/s",
            path={"narrow": {"bits_per_second": 64_000}},
        ),
    )
}


class Turn(Struct, frozen=True, kw_only=True):
    """A window in which all are well, and the one after it in which some are slow."""

    well: Window
    slow: Window
    held_back: int
    """Of the slow ones, those whose picture pauses or is not of the top layer at the end."""
    kbit_per_s: float
    """What one of them is sent at the end."""
    recovery_s: float
    """From the moment at which all paths are good again until all have the top layer."""


async def measure_slow(case: SlowCase, choice: Choice) -> None:
    """Reports the medians of twice as many turns as rounds were asked for, of windows of half the length."""
    async with empty_server(len(ROOM.roles), choice) as (crowd, empty_mb):
        await crowd.fill(ROOM.name, ROOM)
        slow = list(range(len(ROOM.roles) - SLOW, len(ROOM.roles)))
        crowd.set_path(slow, "open")
        await asyncio.sleep(WARM_UP_S)
        await _recovery(crowd)
        seconds = min(choice.seconds / 2, LONGEST_WINDOW_S)
        turns = [await _turn(crowd, slow, case, seconds) for _ in range(2 * choice.rounds)]
        figures = _figures(turns, empty_mb)
        if case.silent:
            figures["gone_after_s"] = await _departure(crowd, slow, case)
            figures["growth_mb_per_gone"] = (crowd.rss_mb - turns[0].well.rss_mb) / SLOW
    report(Result(scenario=f"load-{case.name}{choice.suffix}", unit="", figures=figures, aims=AIMS))


async def _turn(crowd: Crowd, slow: list[int], case: SlowCase, seconds: float) -> Turn:
    well = await crowd.measure(seconds)
    crowd.set_path(slow, case.path)
    bad = await crowd.measure(seconds)
    viewers = _slow_viewers(crowd)
    crowd.set_path(slow, "open")
    return Turn(
        well=well,
        slow=bad,
        held_back=sum(not viewer.has_layer(TOP_LAYER) for viewer in viewers),
        kbit_per_s=statistics.mean(viewer.down.bitrate for viewer in viewers) / 1000,
        recovery_s=await _recovery(crowd),
    )


def _slow_viewers(crowd: Crowd) -> list[Viewer]:
    names = {f"{ROOM.name}-{number}" for number in range(len(ROOM.roles) - SLOW, len(ROOM.roles))}
    return [viewer for viewer in crowd.viewers(ROOM.name) if viewer.identity in names]


async def _recovery(crowd: Crowd) -> float:
    """Seconds until all have the top layer again, or the longest time that is waited for it."""
    start = time.monotonic()
    while time.monotonic() - start < RECOVERS_WITHIN_S:
        await asyncio.sleep(POLL_S)
        if all(viewer.has_layer(TOP_LAYER) for viewer in _slow_viewers(crowd)):
            break
    return time.monotonic() - start


async def _departure(crowd: Crowd, slow: list[int], case: SlowCase) -> float:
    """Seconds from the beginning of the silence until the server has let all of them go."""
    start = time.monotonic()
    crowd.set_path(slow, case.path)
    while crowd.transports > len(ROOM.roles) - SLOW:
        if time.monotonic() - start > GONE_WITHIN_S:
            raise CouldNotMeasureError(f"After {GONE_WITHIN_S:g} s of silence {crowd.transports} transports are left.")
        await asyncio.sleep(POLL_S)
    return time.monotonic() - start


def _figures(turns: list[Turn], empty_mb: float) -> dict[str, float]:
    well = [turn.well.figures(empty_mb) for turn in turns]
    slow = [turn.slow.figures(empty_mb) for turn in turns]
    figures: dict[str, float] = {"turns": len(turns)}
    for name in ("latency_p50", "latency_p99"):
        figures |= _compared(name, [each[f"{name}_ms"] for each in well], [each[f"{name}_ms"] for each in slow])
    for name in ("busy", "cpu_s_per_million", "forwarded_per_s", "load_busy", "load_lateness_p99_ms"):
        figures[f"{name}_well"] = statistics.median(each[name] for each in well)
        figures[f"{name}_slow"] = statistics.median(each[name] for each in slow)
    return figures | _figures_of_slow(turns)


def _figures_of_slow(turns: list[Turn]) -> dict[str, float]:
    growth = max(turn.slow.rss_mb for turn in turns) - turns[0].well.rss_mb
    return {
        "growth_mb_per_slow": growth / SLOW,
        "held_back": min(turn.held_back for turn in turns),
        "kbit_per_s_of_slow": statistics.median(turn.kbit_per_s for turn in turns),
        "recovery_s": statistics.median(turn.recovery_s for turn in turns),
    }


def _compared(name: str, well: list[float], slow: list[float]) -> dict[str, float]:
    """Milliseconds of windows that took turns."""
    ratios = [bad / good for good, bad in zip(well, slow, strict=True)]
    return {
        f"{name}_ms_well": statistics.median(well),
        f"{name}_ms_slow": statistics.median(slow),
        f"{name}_ratio": statistics.median(ratios),
        f"{name}_ratio_of_best": min(slow) / min(well),
        f"{name}_ratio_lowest": min(ratios),
        f"{name}_ratio_highest": max(ratios),
        f"{name}_spread_well": max(well) / min(well),
    }
