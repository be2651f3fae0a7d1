"""The programs under `examples/` do what they say, as people start them."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

import msgspec
import pytest

from tests.interop.guests import meeting
from tests.interop.people import heard, person, somebody, texts
from tests.interop.pictures import showing
from tests.interop.sdk import ROOT, Address, sdk_scenario
from tests.server import TureenServer, free_port
from tureen.client import RefusedError
from tureen.protocol.events import ConversationEvent, StateChanged
from tureen.protocol.resources import Custom

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


async def test_the_sensor_shows_its_readings_and_obeys(server: TureenServer) -> None:
    name = somebody("ada")
    async with person(f"http://127.0.0.1:{server.port}", name) as ada, ada.listen() as events:
        command = [sys.executable, str(ROOT / "examples" / "sensor.py"), name, f"http://127.0.0.1:{server.port}"]
        sensor = await asyncio.create_subprocess_exec(*command, env={**os.environ, "PYTHONPATH": str(ROOT / "src")})
        try:
            reading = await heard(events, StateChanged)
            assert (reading.key, reading.sender) == ("temperature", "thermometer-1")
            assert 17 < msgspec.json.decode(reading.data)["celsius"] < 23
            command_for_it = Custom(kind="thermometer.interval", data=msgspec.Raw(b"0.2"))
            await ada.send(reading.conversation, custom=command_for_it)
            assert await texts(events, 2) == ["", "A reading every 0.2 s from now on."]
            assert [state.key for state in await ada.states(reading.conversation)] == ["temperature"]
        finally:
            sensor.kill()
            await sensor.wait()


async def test_the_sensor_is_commanded(server: TureenServer) -> None:
    name, url = somebody("ada"), f"http://127.0.0.1:{server.port}"
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    async with person(url, name) as ada, ada.listen() as events:
        sensor = await asyncio.create_subprocess_exec(
            sys.executable, str(ROOT / "examples" / "sensor.py"), name, url, env=environment
        )
        try:
            async with asyncio.timeout(START_WITHIN_S):
                await heard(events, StateChanged)
            command = [sys.executable, str(ROOT / "examples" / "command_sensor.py"), name, "0.2", url]
            commander = await asyncio.create_subprocess_exec(*command, stdout=PIPE, env=environment)
            async with asyncio.timeout(START_WITHIN_S):
                said, _ = await commander.communicate()
            assert (commander.returncode, said) == (0, b"A reading every 0.2 s from now on.\n")
        finally:
            sensor.kill()
            await sensor.wait()


async def test_the_robot_of_the_readme_writes_and_hears_the_answer(server: TureenServer) -> None:
    name = somebody("ada")
    url = f"http://127.0.0.1:{server.port}"
    async with person(url, name) as ada, ada.listen() as events:
        command = [sys.executable, str(ROOT / "examples" / "write_to_somebody.py"), name, url]
        environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
        robot = await asyncio.create_subprocess_exec(*command, stdout=PIPE, env=environment)
        try:
            question = await heard(events, ConversationEvent, lambda event: event.sender == "robot")
            await ada.send(question.conversation, "Very well.")
            async with asyncio.timeout(START_WITHIN_S):
                said, _ = await robot.communicate()
            assert said == b"Very well.\n"
        finally:
            if robot.returncode is None:
                robot.kill()
                await robot.wait()


async def test_the_moderator_refuses_and_rewrites(tmp_path: Path) -> None:
    port = free_port()
    command = [sys.executable, str(ROOT / "examples" / "moderate_messages.py"), str(port)]
    moderator = await asyncio.create_subprocess_exec(*command, stdout=PIPE, env={**os.environ, "PYTHONUNBUFFERED": "1"})
    environment = {"TUREEN_HOOKS_BEFORE_PUBLISH_URL": f"http://localhost:{port}/", "TUREEN_HOOKS_BUDGET_MS": "5000"}
    server = await asyncio.to_thread(TureenServer.start, tmp_path, environment=environment)
    try:
        assert moderator.stdout is not None
        async with asyncio.timeout(START_WITHIN_S):
            assert b"Running on" in await moderator.stdout.readline()
        async with person(f"http://127.0.0.1:{server.port}", somebody("ada")) as ada:
            kitchen = await ada.create("Kitchen", [])
            await ada.send(kitchen.id, "Soup is ready.")
            await ada.send(kitchen.id, "Call me: +49 30 1234567.")
            with pytest.raises(RefusedError, match=r"No advertising here, please\."):
                await ada.send(kitchen.id, "You have won the LOTTERY!")
            said = [message.text for message in await ada.history(kitchen.id)]
            assert said == ["Soup is ready.", "Call me: [a number]."]
    finally:
        moderator.kill()
        await moderator.wait()
        await asyncio.to_thread(server.stop)
