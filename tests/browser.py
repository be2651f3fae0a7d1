"""Chromium with fake devices, for tests that need a real browser.

    async with launch_chromium() as browser:
        page = await browser.new_page()

The picture of the fake camera moves and its microphone beeps once per second; nobody is asked for permission.
"""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Browser, async_playwright

from tests.firefox import find_firefox

BINARIES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
)


def find_chromium() -> str | None:
    """Path of an installed Chromium."""
    return next((path for path in map(shutil.which, BINARIES) if path), None)


@asynccontextmanager
async def launch_chromium(*flags: str, without: Collection[str] = ()) -> AsyncIterator[Browser]:
    """A headless browser with ``flags`` beside `FLAGS`, ``without`` some of these; skips where there is none."""
    binary = find_chromium()
    if binary is None:
        pytest.skip("no Chromium: install the package chromium")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=binary, args=[*(flag for flag in FLAGS if flag not in without), *flags]
        )
        try:
            yield browser
        finally:
            await browser.close()


def require_firefox() -> None:
    """Skips the test where there is no Firefox."""
    if find_firefox() is None:
        pytest.skip("no Firefox: install the package firefox-esr")
