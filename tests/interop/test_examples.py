"""The programs under `examples/` do what they say, as people start them."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from asyncio.subprocess import PIPE

from tests.interop.guests import meeting
from tests.interop.pictures import showing
from tests.interop.sdk import ROOT, Address, sdk_scenario

START_WITHIN_S = 15.0
"""A new Python that loads the SDK, on a busy machine."""


@sdk_scenario
async def test_the_program_of_the_readme_joins_and_receives_the_pictures(server: Address) -> None:
    async with meeting(server) as room:
        alice = await room.join("alice")
        command = [sys.executable, str(ROOT / "examples" / "join_a_room.py"), server.websocket, room.name]
        robot = await asyncio.create_subprocess_exec(*command, stdout=PIPE, env={**os.environ, "PYTHONUNBUFFERED": "1"})
        try:
            await alice.sees("participant_connected", lambda other: other.identity == "robot", START_WITHIN_S)
            bob = await room.join("bob")
            async with showing(bob), asyncio.timeout(START_WITHIN_S):
                assert robot.stdout is not None
                assert await robot.stdout.readline() == b"bob came\n"
                report = (await robot.stdout.readline()).decode()
                assert re.fullmatch(r"30 pictures of bob, now 320 x 240\n", report), report
        finally:
            robot.kill()
            await robot.wait()
