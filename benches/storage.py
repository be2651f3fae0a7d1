"""How fast messages are kept and read, on both databases, beside the plain drivers.

    python -m benches.storage [--rounds 3] [--seconds 2]

A write raises the head of a conversation and inserts a message of 200 bytes; so many are under way at any time, each
begun when another has returned. The reference does the same statements without scripts, queues and savepoints: for
SQLite a loop on one thread that commits as many at a time as are under way, for PostgreSQL as many connections as the
engine has, each in a loop. Both take turns, so that the machine's moods meet both.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import math
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import uvloop
from msgspec import Struct

from benches import message_log
from benches.message_log import FILLED, PAGE, PLAIN_INSERT, PLAIN_PAGE, PLAIN_RAISE, arguments, conversation
from benches.result import Aim, Result, report
from tests.postgresql import DURABLE, Cluster
from tureen.storage.database import Database
from tureen.storage.engines import in_transaction
from tureen.storage.opening import open_database
from tureen.storage.postgresql.database import READING_CONNECTIONS, WRITING_CONNECTIONS
from tureen.storage.sqlite.connection import open_reader, open_writer
from tureen.storage.url import sqlite_path, sqlite_url

IN_FLIGHT = (64, 512)
AIMS = {
    "sqlite-insert-64": Aim(figure="rate", at_least=17_000),
    "sqlite-insert-512": Aim(figure="rate", at_least=40_000),
    "sqlite-page-64": Aim(figure="rate", at_least=20_000),
}

Operation = Callable[[int], Awaitable[object]]
Reference = Callable[[int, float], Awaitable[float]]
_numbers = itertools.count()


class Run(Struct, frozen=True):
    """Of one scenario, once."""

    rate: float
    latencies: Sequence[float]
    """Seconds, ascending."""

    def percentile_ms(self, percent: int) -> float:
        """Of the latencies."""
        return self.latencies[min(len(self.latencies) - 1, math.ceil(len(self.latencies) * percent / 100))] * 1000


async def drive(operation: Operation, in_flight: int, seconds: float) -> Run:
    """So many at any time."""
    latencies: list[float] = []
    begin = time.perf_counter()
    end = begin + seconds

    async def work() -> None:
        while (start := time.perf_counter()) < end:
            await operation(next(_numbers))
            latencies.append(time.perf_counter() - start)

    await asyncio.gather(*(work() for _ in range(in_flight)))
    took = time.perf_counter() - begin
    return Run(len(latencies) / took, sorted(latencies))


async def measure(scenario: str, operation: Operation, reference: Reference, in_flight: int, options: Options) -> None:
    """Both in turns, and one line of them."""
    runs: list[Run] = []
    ratios: list[float] = []
    references: list[float] = []
    for _ in range(options.rounds):
        references.append(await reference(in_flight, options.seconds))
        runs.append(await drive(operation, in_flight, options.seconds))
        ratios.append(runs[-1].rate / references[-1])
    middle = sorted(runs, key=lambda run: run.rate)[len(runs) // 2]
    figures = {
        "rate": middle.rate,
        "best_rate": max(run.rate for run in runs),
        "reference_rate": statistics.median(references),
        "ratio": statistics.median(ratios),
        "p50_ms": middle.percentile_ms(50),
        "p99_ms": middle.percentile_ms(99),
    }
    aims = (AIMS[scenario],) if scenario in AIMS else ()
    report(Result(scenario=f"storage-{scenario}", unit="1/s", figures=figures, aims=aims))


class Options(Struct, frozen=True):
    """Of the command line."""

    rounds: int
    seconds: float


async def measure_database(engine: str, url: str, options: Options, appends: Reference, pages: Reference) -> None:
    """All scenarios of one engine."""
    async with open_database(url) as database:
        for in_flight in IN_FLIGHT:
            await measure(f"{engine}-insert-{in_flight}", _append(database), appends, in_flight, options)
        await measure(f"{engine}-page-{IN_FLIGHT[0]}", _page(database), pages, IN_FLIGHT[0], options)


def _append(database: Database) -> Operation:
    async def append(number: int) -> None:
        await database.write(message_log.append, conversation(number), f"m-{number}")

    return append


def _page(database: Database) -> Operation:
    async def page(number: int) -> None:
        found = await database.read(message_log.page, conversation(number % FILLED), FILLED)
        if len(found) != PAGE:
            raise AssertionError(f"{len(found)} messages instead of {PAGE}")

    return page


def sqlite_references(path: Path) -> tuple[Reference, Reference]:
    """Loops over the standard library's driver."""

    def append(in_flight: int, seconds: float) -> float:
        connection = open_writer(path, check=False)
        begin, count = time.perf_counter(), 0
        while time.perf_counter() < begin + seconds:
            connection.execute("BEGIN IMMEDIATE")
            for number in itertools.islice(_numbers, in_flight):
                of = conversation(number)
                ((seq,),) = connection.execute(PLAIN_RAISE, (of,)).fetchall()
                connection.execute(PLAIN_INSERT, arguments(of, seq, f"m-{number}"))
            connection.execute("COMMIT")
            count += in_flight
        rate = count / (time.perf_counter() - begin)
        connection.close()
        return rate

    def page(_: int, seconds: float) -> float:
        connection: sqlite3.Connection = open_reader(path)
        begin, count = time.perf_counter(), 0
        while time.perf_counter() < begin + seconds:
            connection.execute(PLAIN_PAGE, (conversation(count % FILLED), FILLED)).fetchall()
            count += 1
        rate = count / (time.perf_counter() - begin)
        connection.close()
        return rate

    async def appends(in_flight: int, seconds: float) -> float:
        return append(in_flight, seconds)

    async def pages(in_flight: int, seconds: float) -> float:
        return page(in_flight, seconds)

    return appends, pages


def postgresql_references(url: str) -> tuple[Reference, Reference]:
    """Loops over the driver, one for each connection."""

    async def append(connection: asyncpg.Connection[Any], number: int) -> None:
        of = conversation(number)
        async with connection.transaction():
            seq = await connection.fetchval(PLAIN_RAISE, of)
            await connection.fetch(PLAIN_INSERT, *arguments(of, seq, f"m-{number}"))

    async def page(connection: asyncpg.Connection[Any], number: int) -> None:
        await connection.fetch(PLAIN_PAGE, conversation(number % FILLED), FILLED)

    def over(connections: int, work: Callable[[Any, int], Awaitable[None]]) -> Reference:
        async def run(in_flight: int, seconds: float) -> float:
            opened = [await asyncpg.connect(url) for _ in range(min(connections, in_flight))]
            free = list(opened)

            async def one(number: int) -> None:
                connection = free.pop()
                await work(connection, number)
                free.append(connection)

            done = await drive(one, len(opened), seconds)
            for connection in opened:
                await connection.close()
            return done.rate

        return run

    return over(WRITING_CONNECTIONS, append), over(READING_CONNECTIONS, page)


async def measure_all(folder: Path, options: Options) -> None:
    """SQLite first; PostgreSQL where the machine has it."""
    url = sqlite_url(folder / "tureen.db")
    await in_transaction(url, message_log.make_tables)
    await measure_database("sqlite", url, options, *sqlite_references(sqlite_path(url) or folder))
    try:
        with Cluster.start(**DURABLE) as cluster:
            url = cluster.create_database("bench")
            await in_transaction(url, message_log.make_tables)
            await measure_database("postgresql", url, options, *postgresql_references(url))
    except pytest.skip.Exception as missing:
        print(f"Not measured: {missing}", file=sys.stderr)


def main() -> int:
    """The command line; the result is the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benches.storage", description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=3, help="turns of product and reference per case (default: 3)")
    parser.add_argument("--seconds", type=float, default=2.0, help="length of each (default: 2)")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tureen-storage-") as folder:
        uvloop.run(measure_all(Path(folder), Options(given.rounds, given.seconds)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
