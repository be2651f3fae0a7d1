"""A room of the test's own, and the people whom the test sends there."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from playwright.async_api import Browser, ViewportSize

from tests.e2e.guest import Guest
from tests.server import TureenServer

VIEWPORT: ViewportSize = {"width": 1280, "height": 800}


class Meeting:
    """Opens pages for guests, and closes them all at the end."""

    def __init__(self, browser: Browser, server: TureenServer, room: str) -> None:
        """``room`` must be nobody else's."""
        self._browser = browser
        self._guests: list[Guest] = []
        self.server = server
        self.room = room

    @property
    def link(self) -> str:
        """What people send each other."""
        return f"{self.server.url}/r/{self.room}"

    @property
    def problems(self) -> Sequence[str]:
        """What the pages complained about: errors on the console, violations of the page's policy."""
        return [problem for guest in self._guests for problem in guest.problems]

    async def visitor(self, name: str, viewport: ViewportSize = VIEWPORT, **of_context: Any) -> Guest:
        """Somebody with an empty page; ``of_context`` are further settings of Playwright's context."""
        context = await self._browser.new_context(viewport=viewport, **of_context)
        guest = Guest(context, await context.new_page(), name)
        self._guests.append(guest)
        return guest

    async def join(self, name: str, viewport: ViewportSize = VIEWPORT, **of_context: Any) -> Guest:
        """Somebody who came by the link, camera and microphone on."""
        guest = await self.visitor(name, viewport, **of_context)
        await guest.page.goto(self.link)
        await guest.enter()
        return guest

    async def join_together(self, *names: str) -> list[Guest]:
        """Several who come at the same time."""
        return list(await asyncio.gather(*(self.join(name) for name in names)))

    async def close(self) -> None:
        """Sends everybody home."""
        await asyncio.gather(*(guest.close() for guest in self._guests))
