"""What was acknowledged is there after the process has been killed."""

from __future__ import annotations

import os
import subprocess
import sys

from tests.contract.storage.counters import add, create_table, number_of
from tests.server import ROOT
from tureen.storage.opening import open_database

IN_FLIGHT = 20
ACKNOWLEDGED = 300

PROGRAM = f"""
import asyncio, sys
from tests.contract.storage.counters import increment
from tureen.storage.opening import open_database

async def work(database):
    while True:
        print(await database.write(increment, "soup"), flush=True)

async def main():
    async with open_database(sys.argv[1]) as database:
        await asyncio.gather(*(work(database) for _ in range({IN_FLIGHT})))

asyncio.run(main())
"""


def kill_while_it_writes(url: str) -> int:
    """The last number that was acknowledged."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)])}
    with subprocess.Popen([sys.executable, "-c", PROGRAM, url], stdout=subprocess.PIPE, env=environment) as process:
        assert process.stdout is not None
        for _ in range(ACKNOWLEDGED):
            assert process.stdout.readline()
        process.kill()
        # What was printed before the end counts too; the last line may be cut.
        numbers = [int(line) for line in process.stdout.read().split(b"\n")[:-1] if line]
    return max(numbers, default=ACKNOWLEDGED)


async def test_every_acknowledged_write_survives(url: str) -> None:
    await create_table(url)
    async with open_database(url) as database:
        await database.write(add, "soup")
    acknowledged = kill_while_it_writes(url)
    async with open_database(url) as database:
        stored = await database.read(number_of, "soup")
    assert stored is not None
    assert acknowledged <= stored <= acknowledged + IN_FLIGHT
