"""The native door beside the bare stack that it stands on.

    python -m benches.native_door [--connections 2000] [--seconds 6] [--returning 10000]

The server is a process of its own; the clients are this one. Two cores are needed. Figures that matter are ratios to
the bare server in the same run: both suffer from the same moods of the machine.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import resource
import sys
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from statistics import median

import uvloop

from benches.native_door.child import Server
from benches.native_door.crowd import Crowd, Guest
from benches.native_door.messages import broadcast_bytes, broadcast_command, hello
from benches.result import Aim, Result, report

TEXT_BYTES = 10
"""Makes frames of a good 200 bytes."""
SLOW_TEXT_BYTES = 6000
FEW = 50
"""So few that one who does not read has megabytes waiting within seconds."""
IN_FLIGHT = 24
TURNS = 3
WARM_UP = 20


@asynccontextmanager
async def running(kind: str, hellos: Sequence[bytes]) -> AsyncIterator[tuple[Server, Crowd]]:
    """A server that answers, and nobody connected."""
    server = Server(kind)
    try:
        crowd = Crowd(server.port, hellos)
        for _ in range(200):
            try:
                await crowd.open(1)
                break
            except OSError:
                await asyncio.sleep(0.05)  # not listening yet
        yield server, crowd
        crowd.drop()
    finally:
        server.stop()


async def memory(server: Server, crowd: Crowd, count: int) -> float:
    """KB per idle connection, once a tenth of them has paid what is paid once."""
    await crowd.open(count // 10)
    before, first = server.rss_kb(), len(crowd.guests)
    await crowd.open(count - first)
    await asyncio.sleep(12)  # until the timers of their requests are gone
    return (server.rss_kb() - before) / (len(crowd.guests) - first)


async def broadcast(server: Server, crowd: Crowd, seconds: float) -> float:
    """Deliveries per second of the server's processor time: one message at a time to everyone."""
    receivers = crowd.guests[1:]
    size = broadcast_bytes(TEXT_BYTES)
    for number in range(WARM_UP):
        await one_round(crowd, receivers, size, number)
    began, cpu, rounds = time.monotonic(), server.cpu_s(), 0
    while time.monotonic() - began < seconds:
        await one_round(crowd, receivers, size, WARM_UP + rounds)
        rounds += 1
    return rounds * len(crowd.guests) / (server.cpu_s() - cpu)


async def one_round(crowd: Crowd, receivers: Sequence[Guest], size: int, number: int) -> None:
    """One message, until all have it."""
    for guest in receivers:
        guest.bytes = 0
    crowd.guests[0].send(broadcast_command(number, TEXT_BYTES))
    await crowd.until(size, receivers)


async def one_does_not_read(crowd: Crowd, server: Server, seconds: float) -> dict[str, float]:
    """Flat-out broadcasts, in turns: all read, one does not. Of the rates that the others see the middle counts."""
    healthy, size = tuple(crowd.guests[1:]), broadcast_bytes(SLOW_TEXT_BYTES)
    numbers = itertools.count(1_000_000)
    await flat_out(crowd, server, healthy, numbers, 1.0)
    before, turns, offered_mb = server.rss_kb(), [], 0.0
    for _ in range(TURNS):
        rate, cpu = await flat_out(crowd, server, healthy, numbers, seconds)
        await crowd.open(1)
        deaf_one = crowd.guests[-1]
        if deaf_one.transport is not None:
            deaf_one.transport.pause_reading()
        slowed, slowed_cpu = await flat_out(crowd, server, healthy, numbers, seconds)
        turns.append((slowed / rate, slowed_cpu / cpu))
        # What there was for the deaf one is more than the server keeps: by now it has given it up.
        offered_mb = slowed * seconds * size / 1e6
        if deaf_one.transport is not None:
            deaf_one.transport.abort()
        crowd.guests.remove(deaf_one)
    return {
        "of_baseline": median(rate for rate, _ in turns),
        "cpu_of_baseline": median(cpu for _, cpu in turns),
        "grown_mb": (server.rss_kb() - before) / 1000,
        "offered_mb": offered_mb,
    }


async def flat_out(
    crowd: Crowd, server: Server, healthy: Sequence[Guest], numbers: Iterator[int], seconds: float
) -> tuple[float, float]:
    """Broadcasts per second that all of these have received, and the server's processor time for each."""
    size, sent = broadcast_bytes(SLOW_TEXT_BYTES), 0
    for guest in healthy:
        guest.bytes = 0
    began, cpu = time.monotonic(), server.cpu_s()
    while time.monotonic() - began < seconds:
        sent += 1
        crowd.guests[0].send(broadcast_command(next(numbers), SLOW_TEXT_BYTES))
        await crowd.until(size * (sent - IN_FLIGHT), healthy)
    await crowd.until(size * sent, healthy)
    return sent / (time.monotonic() - began), (server.cpu_s() - cpu) / sent


async def measure(connections: int, seconds: float, returning: int) -> None:
    """All scenarios."""
    hellos = [hello(number) for number in range(max(connections, returning) + 1)]
    found: dict[str, dict[str, float]] = {}
    for kind in ("bare", "door"):
        async with running(kind, hellos) as (server, crowd):
            kb = await memory(server, crowd, connections)
            found[kind] = {"kb": kb, "per_s": await broadcast(server, crowd, seconds)}
    bare, door = found["bare"], found["door"]
    deliveries = {"per_core_s": door["per_s"], "bare": bare["per_s"], "ratio": door["per_s"] / bare["per_s"]}
    fast = (Aim(figure="per_core_s", at_least=90_000),)
    report(Result(scenario="native-door-deliveries", unit="1/s", figures=deliveries, aims=fast))
    memory_figures = {"rss": door["kb"], "bare": bare["kb"], "ratio": door["kb"] / bare["kb"]}
    small = (Aim(figure="rss", at_most=20),)
    report(Result(scenario="native-door-idle", unit="kB", figures=memory_figures, aims=small))
    async with running("door", hellos) as (server, crowd):
        await crowd.open(FEW - len(crowd.guests))
        slow = await one_does_not_read(crowd, server, seconds / 2)
    aims = (Aim(figure="of_baseline", at_least=0.99), Aim(figure="grown_mb", at_most=2))
    report(Result(scenario="native-door-deaf", unit="", figures=slow, aims=aims))
    await come_back(hellos, returning)


async def come_back(hellos: Sequence[bytes], count: int) -> None:
    """All connections break at once, and come back as fast as they can."""
    async with running("door", hellos) as (server, crowd):
        await crowd.open(count - 1)
        crowd.drop()
        began, cpu = time.monotonic(), server.cpu_s()
        await crowd.open(count)
        figures = {"seconds": time.monotonic() - began, "server_cpu_s": server.cpu_s() - cpu, "sockets": count}
        in_time = (Aim(figure="seconds", at_most=30),)
        report(Result(scenario="native-door-return", unit="s", figures=figures, aims=in_time))


def main() -> int:
    """The command line; the result is the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benches.native_door", description=__doc__.partition("\n")[0])
    parser.add_argument("--connections", type=int, default=2000, help="clients (default: 2000)")
    parser.add_argument("--seconds", type=float, default=6.0, help="of each broadcast (default: 6)")
    parser.add_argument("--returning", type=int, default=10_000, help="sockets that come back (default: 10000)")
    chosen = parser.parse_args()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    returning = min(chosen.returning, most - 200)
    try:
        uvloop.run(measure(chosen.connections, chosen.seconds, returning))
    except (OSError, TimeoutError) as error:
        print(f"Could not measure: {error!r}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
