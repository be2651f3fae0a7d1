"""A sensor in the app: its readings stand over the conversation, and what it is told stands in it."""

from __future__ import annotations

import asyncio
import os
import sys

from playwright.async_api import expect

from tests.e2e.household import move_in
from tests.e2e.meeting import Meeting
from tests.interop.sdk import ROOT

START_WITHIN_MS = 30_000


async def test_a_sensor_shows_its_readings_and_what_it_is_told(meeting: Meeting) -> None:
    ada = await move_in(meeting, "Ada")
    url, user = meeting.server.url, await ada.user()
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}

    def program(name: str, *arguments: str) -> list[str]:
        return [sys.executable, str(ROOT / "examples" / name), *arguments]

    sensor = await asyncio.create_subprocess_exec(*program("sensor.py", user, url), env=environment)
    try:
        # Nothing was written yet: whoever shares values is found by name, like anybody.
        async def is_found() -> None:
            await ada.control("tab-people").click()
            await ada.control("people-search").fill("")
            await ada.control("people-search").fill("Thermometer")
            await expect(ada.control("person")).to_have_count(1, timeout=2_000)

        async with asyncio.timeout(START_WITHIN_MS / 1000):
            while True:
                try:
                    await is_found()
                    break
                except AssertionError:
                    continue
        await ada.control("person").locator("button").first.click()
        reading = ada.control("shared-value")
        await expect(reading).to_contain_text("Temperature")
        await expect(reading).to_contain_text("celsius")
        first = await reading.locator("time").text_content()
        assert first is not None
        await expect(reading.locator("time")).not_to_have_text(first)

        commander = await asyncio.create_subprocess_exec(
            *program("command_sensor.py", user, "0.3", url), env=environment
        )
        assert await commander.wait() == 0
        await expect(ada.messages().first.get_by_test_id("data-card")).to_contain_text("Thermometer interval")
        await expect(ada.messages().first.get_by_test_id("data-card")).to_contain_text("0.3")
        await expect(ada.messages().nth(1)).to_contain_text("A reading every 0.3 s from now on.")
        await expect(ada.control("me")).to_contain_text(ada.name)
    finally:
        sensor.kill()
        await sensor.wait()
