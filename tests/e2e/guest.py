"""One person with a Chromium page in a meeting, acting as people do: by what the page shows."""

from __future__ import annotations

from typing import Any

from playwright.async_api import BrowserContext, ConsoleMessage, Error, Locator, Page, expect

JOIN_TIMEOUT_MS = 15_000

_IDENTITY = "() => window.tureenRoom?.localParticipant.identity ?? ''"
_STANDS_STILL = "() => Promise.allSettled(document.getAnimations().map(({ finished }) => finished)).then(() => true)"


class Guest:
    """A page of the web app in a browser context of its own: other storage, other identity."""

    def __init__(self, context: BrowserContext, page: Page, name: str) -> None:
        """``page`` is of ``context``; ``name`` is typed into the lobby."""
        self._context = context
        self.page = page
        self.name = name
        self.identity = ""
        self.problems: list[str] = []
        page.on("console", self._handle_console)
        page.on("pageerror", self._handle_page_error)

    async def enter(self) -> None:
        """Gives the name and joins, from the lobby; the join is one click."""
        await self.page.get_by_test_id("name").fill(self.name)
        await self.page.get_by_test_id("join").click()
        await self.arrive()

    async def arrive(self) -> None:
        """Waits until the page is in the meeting, and learns the own identity."""
        state = self.page.get_by_test_id("connection-state")
        await expect(state).to_have_attribute("data-state", "connected", timeout=JOIN_TIMEOUT_MS)
        self.identity = await self.ask(_IDENTITY)

    async def ask(self, function: str, argument: object = None) -> Any:
        """As `tests.e2e.window.Window` has it."""
        return await self.page.evaluate(function, argument)

    async def stand_still(self) -> None:
        """Waits for the end of all that moves or changes its colour, so that the page can be measured."""
        await self.ask(_STANDS_STILL)

    def control(self, name: str) -> Locator:
        """A button or field by its ``data-testid``."""
        return self.page.get_by_test_id(name)

    def tiles(self) -> Locator:
        """All tiles: cameras and screens."""
        return self.page.get_by_test_id("tile")

    def tile_of(self, other: Guest | str, source: str = "camera") -> Locator:
        """Somebody's tile; ``other`` may be this guest."""
        identity = other if isinstance(other, str) else other.identity
        return self.page.locator(f'[data-testid="tile"][data-identity="{identity}"][data-source="{source}"]')

    async def leave(self) -> None:
        """Presses the red button and waits for the page that says so."""
        await self.control("leave").click()
        await expect(self.control("rejoin")).to_be_visible()

    async def close(self) -> None:
        """Closes the page without a word, as closing a laptop does."""
        await self._context.close()

    def _handle_console(self, message: ConsoleMessage) -> None:
        is_policy = "Content Security Policy" in message.text or "Permissions policy" in message.text
        if message.type == "error" or is_policy:
            where = message.location
            self.problems.append(f"{self.name}: {message.text} ({where.get('url')}:{where.get('lineNumber')})")

    def _handle_page_error(self, error: Error) -> None:
        self.problems.append(f"{self.name}: uncaught {error.message}")
