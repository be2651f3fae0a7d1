"""One person with Firefox in a meeting."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.e2e.waiting import eventually
from tests.firefox import Firefox

_ELEMENT_KEY = "element-6066-11e4-a52e-4f735466cecf"
"""The property that holds a reference to an element (W3C WebDriver, section "Elements")."""
_PRESENT = "(selector) => document.querySelector(selector) !== null"
_CONNECTION = """() => document.querySelector('[data-testid="connection-state"]')?.dataset.state ?? null"""
_IDENTITY = "() => window.tureenRoom.localParticipant.identity"
_PATH = """() => {
  const { path, open } = document.querySelector('[data-testid="call-path"]')?.dataset ?? {};
  return [path ?? '', open ?? ''];
}"""
JOIN_TIMEOUT_S = 20.0


class FirefoxGuest:
    """A window of the web app; Marionette's calls block, so each runs in a thread."""

    def __init__(self, firefox: Firefox, name: str) -> None:
        """``firefox`` is used by nobody else meanwhile."""
        self._firefox = firefox
        self._turn = asyncio.Lock()
        self.name = name
        self.identity = ""

    async def join(self, link: str) -> None:
        """Opens the link, gives the name, joins, and learns the own identity."""
        await self._in_turn(self._firefox.navigate, link)
        await self._type("name", self.name)
        await self.press("join")

        async def state() -> str | None:
            return await self.ask(_CONNECTION)  # type: ignore[no-any-return]

        await eventually(state, lambda now: now == "connected", "Firefox joins", JOIN_TIMEOUT_S)
        self.identity = await self.ask(_IDENTITY)

    async def move_in(self, url: str) -> None:
        """Signs in at the home of the web app, with the guest's name."""
        await self._in_turn(self._firefox.navigate, url)
        await self._type("sign-in-name", self.name)
        await self.press("sign-in")
        await self._find("me")

    async def flows(self, path: str) -> None:
        """Waits until the call says that its media flows on this path, ``direct`` or ``room``."""

        async def mark() -> list[str]:
            return await self.ask(_PATH)  # type: ignore[no-any-return]

        await eventually(mark, lambda now: now == [path, "true"], f"Firefox's call flows: {path}", JOIN_TIMEOUT_S)

    async def ask(self, function: str, argument: object = None) -> Any:
        """As `tests.e2e.window.Window` has it."""
        return await self._in_turn(self._firefox.run, f"return ({function})(arguments[0])", argument)

    async def press(self, control: str) -> None:
        """A real click on what has that ``data-testid``."""
        await self._command("WebDriver:ElementClick", {"id": await self._find(control)})

    async def _type(self, control: str, text: str) -> None:
        element = await self._find(control)
        await self._command("WebDriver:ElementClear", {"id": element})
        await self._command("WebDriver:ElementSendKeys", {"id": element, "text": text})

    async def _find(self, control: str) -> str:
        selector = f'[data-testid="{control}"]'

        async def present() -> bool:
            return await self.ask(_PRESENT, selector)  # type: ignore[no-any-return]

        await eventually(present, bool, f"{control} is on Firefox's page")
        found = await self._command("WebDriver:FindElement", {"using": "css selector", "value": selector})
        reference: str = found["value"][_ELEMENT_KEY]
        return reference

    async def _command(self, name: str, parameters: dict[str, object]) -> Any:
        return await self._in_turn(self._firefox.command, name, parameters)

    async def _in_turn(self, call: Any, *arguments: object) -> Any:
        async with self._turn:
            return await asyncio.to_thread(call, *arguments)
