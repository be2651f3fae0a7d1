"""Memory of the empty server and per idle participant, packet core and Python together.

    python -m benches.memory [--step 50] [--steps 4] [--crowd 100]

Participants are real: the PyPI package ``livekit`` joins with ICE, DTLS and data channels, is ACTIVE, publishes nothing
and stays. The cost of one is the slope over several sizes, so that what is paid once does not count. Rounds on one
server tell what is left of those who went.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benches.footprint import Footprint, slope, steady_footprint
from benches.idle_guests import CouldNotMeasureError, IdleGuests
from benches.result import Aim, Result, report
from tests.server import ServerDiedError, TureenServer

EMPTY_AIM = Aim(figure="rss", at_most=120)
PARTICIPANT_AIM = Aim(figure="rss", at_most=150)

ROOM_SIZE = 10
ROUNDS = 3
GONE_WITHIN_S = 60.0
POLL_S = 0.1
SETTINGS = "[rooms]\ndeparture_timeout_s = 0\n"
"""An emptied room ends at once, so that nothing of it counts as left."""


@contextmanager
def _server(folder: Path) -> Iterator[TureenServer]:
    settings = folder / "tureen.toml"
    settings.write_text(SETTINGS, encoding="utf-8")
    with TureenServer.start(folder, "--config", str(settings)) as server:
        yield server


def measure_rounds(folder: Path, step: int, steps: int) -> None:
    """The empty server; what one participant costs; what is left when all have gone, again and again."""
    with _server(folder) as server:
        empty = steady_footprint(server.pid)
        report(_empty(empty))
        left = []
        for number in range(ROUNDS):
            with IdleGuests(server.ws_url, folder / "sdk.log") as guests:
                readings = _fill(server, guests, f"round-{number}", step, steps)
                if number == 0:
                    # Later rounds first use up what the allocator kept: their slope says nothing.
                    report(_per_participant(readings))
                guests.leave()
                _wait_until_empty(server)
            left.append(steady_footprint(server.pid).uss - empty.uss)
        figures = {f"round_{number}": kept for number, kept in enumerate(left, start=1)}
        report(Result(scenario="memory-left-behind", unit="kB", figures=figures))


def _fill(server: TureenServer, guests: IdleGuests, name: str, step: int, steps: int) -> dict[int, Footprint]:
    """Lets participants come in rooms of `ROOM_SIZE`; readings by how many are there."""
    readings = {}
    for size in range(step, step * steps + 1, step):
        for first in range(size - step, size, ROOM_SIZE):
            guests.join(f"{name}-{first}", min(ROOM_SIZE, size - first))
        _expect(server, participants=size)
        readings[size] = steady_footprint(server.pid)
    return readings


def measure_crowd(folder: Path, count: int) -> None:
    """One room of ``count``, on a server that has had all that is paid once: everyone knows everyone."""
    with _server(folder) as server, IdleGuests(server.ws_url, folder / "sdk.log") as guests:
        for room in range(5):
            guests.join(f"small-{room}", ROOM_SIZE)
        before = steady_footprint(server.pid)
        guests.join("large", count)
        _expect(server, participants=5 * ROOM_SIZE + count)
        after = steady_footprint(server.pid)
        figures = {
            "rss": (after.rss - before.rss) / count,
            "uss": (after.uss - before.uss) / count,
            "participants": count,
        }
        report(Result(scenario="memory-idle-one-room", unit="kB", figures=figures))


def _expect(server: TureenServer, participants: int) -> None:
    present = server.metrics()["tureen_participants"]
    if present != participants:
        raise CouldNotMeasureError(f"{present:g} participants are there instead of {participants}\n{server.log_end}")


def _wait_until_empty(server: TureenServer) -> None:
    deadline = time.monotonic() + GONE_WITHIN_S
    names = ("tureen_rooms", "tureen_participants", "tureen_transports")
    while any((metrics := server.metrics())[name] for name in names):
        if time.monotonic() > deadline:
            there = {name: metrics[name] for name in names}
            raise CouldNotMeasureError(f"{there} are there {GONE_WITHIN_S:g} s after everyone left")
        time.sleep(POLL_S)


def _empty(now: Footprint) -> Result:
    figures = {"rss": now.rss / 1000, "pss": now.pss / 1000, "uss": now.uss / 1000}
    return Result(scenario="memory-empty-server", unit="MB", figures=figures, aims=(EMPTY_AIM,))


def _per_participant(readings: dict[int, Footprint]) -> Result:
    figures = {
        "rss": slope({size: reading.rss for size, reading in readings.items()}),
        "uss": slope({size: reading.uss for size, reading in readings.items()}),
        "participants": max(readings),
    }
    return Result(scenario="memory-idle-participant", unit="kB", figures=figures, aims=(PARTICIPANT_AIM,))


def main() -> int:
    """The command line; the result is the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benches.memory", description=__doc__.partition("\n")[0])
    parser.add_argument("--step", type=int, default=50, help="participants between two readings (default: 50)")
    parser.add_argument("--steps", type=int, default=4, help="readings per round (default: 4)")
    parser.add_argument("--crowd", type=int, default=100, help="participants of the one large room (default: 100)")
    chosen = parser.parse_args()
    try:
        with tempfile.TemporaryDirectory() as folder:
            measure_rounds(Path(folder), chosen.step, chosen.steps)
            measure_crowd(Path(folder), chosen.crowd)
    except (CouldNotMeasureError, ServerDiedError, OSError) as error:
        print(f"Could not measure: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
