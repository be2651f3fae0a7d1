"""Calls whose pages note each gap in the picture and the sound of the other one."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec import Struct, convert
from playwright.async_api import Page
from playwright.async_api import TimeoutError as TookTooLong

from tests.e2e.household import Resident

_SCRIPT = Path(__file__).parent / "call_watch.js"
_SELF = "() => document.querySelector('video[data-mirrored=true]')?.closest('[data-identity]').dataset.identity"
_NOW = "() => { forgetNotice(); return performance.now(); }"
_GAPS = "([since, who]) => gapsSince(since, who)"
_FROM_NOTICE = "(who) => gapsFromNotice(who)"


class Gap(Struct, frozen=True):
    """The longest time without a new picture and without sound, in milliseconds."""

    picture: float
    sound: float


async def watch(page: Page, *, speaks: bool = True) -> None:
    """Before the page is loaded. The microphone becomes a steady tone, or silence.

    The web app's policy allows no scripts but its own, and the one that listens is made in the page: the page's context
    has to set ``bypass_csp``.
    """
    script = _SCRIPT.read_text(encoding="utf-8")
    await page.add_init_script(f"({script})({{ speaks: {str(speaks).lower()} }})")


class Watched:
    """One of two who have their cameras on, and what they notice of the other one."""

    def __init__(self, who: Resident, other: Resident) -> None:
        """Both pages are watched."""
        self.who = who
        self._other = other
        self._since = 0.0

    async def sees(self) -> None:
        """Waits until a picture of the other one was shown."""
        name = await self._name()
        try:
            await self.who.page.wait_for_function("(who) => hasPictureOf(who)", arg=name)
        except TookTooLong:
            both = [await one.guest.ask("() => whatPlays()") for one in (self.who, self._other)]
            pytest.fail(f"{self.who.name} sees no picture of {name}. What plays there, and here: {both}")

    async def begin(self) -> None:
        """Gaps count from now on."""
        self._since = float(await self.who.guest.ask(_NOW))

    async def gap(self) -> Gap:
        """The longest ones since `begin`; one that still lasts counts."""
        return convert(await self.who.guest.ask(_GAPS, [self._since, await self._name()]), Gap)

    async def gap_from_notice(self) -> Gap | None:
        """From the moment at which the page took its direct path for broken; None where it never did."""
        return convert(await self.who.guest.ask(_FROM_NOTICE, await self._name()), Gap | None)

    async def _name(self) -> str:
        """The other one's, as the server knows them; waits until they see themselves."""
        found = await self._other.page.wait_for_function(_SELF)
        return str(await found.json_value())
