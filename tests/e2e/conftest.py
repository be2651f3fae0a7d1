"""One browser for all tests here; a room, and a check of the pages' consoles, for each."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.browser import launch_chromium
from tests.e2e.fixture_page import FixturePages, build_fixture_pages, serve_fixture_pages
from tests.e2e.meeting import Meeting
from tests.server import TureenServer

EXPECT_TIMEOUT_MS = 10_000


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All tests here share the event loop in which the browser's connection lives."""
    for item in items:
        if "e2e" in item.path.parts and pytest_asyncio.is_async_test(item):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)
            item.add_marker("browser")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium() -> AsyncIterator[Browser]:
    expect.set_options(timeout=EXPECT_TIMEOUT_MS)
    async with launch_chromium() as browser:
        yield browser


@pytest_asyncio.fixture(loop_scope="session")
async def meeting(chromium: Browser, server: TureenServer, request: pytest.FixtureRequest) -> AsyncIterator[Meeting]:
    """A room named after the test. No page in it may complain on its console or break its policy."""
    meeting = Meeting(chromium, server, re.sub(r"[^a-z0-9]+", "-", request.node.name.lower()).strip("-"))
    yield meeting
    # Taken before they go: the client complains of tracks that arrive from somebody who has just left.
    problems = meeting.problems
    await meeting.close()
    assert problems == []


@pytest.fixture(scope="session")
def fixture_pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FixturePages]:
    """Screens of meetings without a server, built once."""
    folder = tmp_path_factory.mktemp("fixture-pages")
    build_fixture_pages(folder)
    with serve_fixture_pages(folder) as pages:
        yield pages
