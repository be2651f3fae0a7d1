"""A call in the web app between people whose pages note each gap in picture and sound."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from msgspec import Struct, convert
from playwright.async_api import Browser, Page, expect

from tests.e2e.detour import Detour, open_detour
from tests.e2e.household import Resident, move_in
from tests.e2e.meeting import Meeting
from tests.server import TureenServer

SCRIPT = Path(__file__).parent / "watch.js"
SETTLE_S = 5.0
"""The path that was left goes on for four seconds; then it closes, which must leave no gap either."""

_SELF = "() => document.querySelector('video[data-mirrored=true]')?.closest('[data-identity]').dataset.identity"
_NOW = "() => performance.now()"
_GAPS = "([since, who]) => gapsSince(since, who)"
_FROM_NOTICE = "(who) => gapsFromNotice(who)"


class Gap(Struct, frozen=True):
    """The longest time without a new picture and without sound, in milliseconds."""

    picture: float
    sound: float


class Seen(Struct, frozen=True):
    """What one person noticed of one event."""

    whole: Gap
    noticed: Gap | None
    """From the moment at which the page took its direct path for broken; None where it never did."""


class Talk:
    """Two who talk, and a third who may come."""

    def __init__(self, pair: tuple[Resident, Resident], third: Resident, detour: Detour) -> None:
        """Use `talk`."""
        self.ada, self.bob = pair
        self.cleo = third
        self.detour = detour

    async def begin(self) -> None:
        """Until the two see each other directly."""
        await self.ada.call(self.bob, "call-video")
        await self.bob.control("accept").click()
        await self.flows("direct")
        await self.see_each_other()

    async def flows(self, path: str, *others: Resident) -> None:
        """On all sides."""
        await asyncio.gather(*(who.flows(path) for who in (self.ada, self.bob, *others)))

    async def see_each_other(self) -> None:
        """Until pictures of the other one are shown on both sides."""
        names = await self._names()
        for who, other in zip((self.ada, self.bob), reversed(names), strict=True):
            await who.page.wait_for_function("(who) => hasPictureOf(who)", arg=other)

    async def watch(self, event: Callable[[], Awaitable[None]]) -> list[Seen]:
        """The gaps of both from the beginning of an event until what it began has settled."""
        names = await self._names()
        pair = (self.ada, self.bob)
        since = [await self._begin(who.page) for who in pair]
        await event()
        await asyncio.sleep(SETTLE_S)
        seen = []
        for who, start, other in zip(pair, since, reversed(names), strict=True):
            whole = convert(await who.page.evaluate(_GAPS, [start, other]), Gap)
            seen.append(Seen(whole, convert(await who.page.evaluate(_FROM_NOTICE, other), Gap | None)))
        return seen

    async def _begin(self, page: Page) -> float:
        await page.evaluate("() => forgetNotice()")
        return float(await page.evaluate(_NOW))

    async def _names(self) -> list[str]:
        return [await who.page.evaluate(_SELF) for who in (self.ada, self.bob)]


@asynccontextmanager
async def talk(browser: Browser, server: TureenServer) -> AsyncIterator[Talk]:
    """Three people at home; nobody has called yet."""
    meeting = Meeting(browser, server, "call-paths")
    expect.set_options(timeout=15_000)
    async with open_detour() as detour:

        async def watched(name: str, *, speaks: bool) -> Resident:
            async def prepare(page: Page) -> None:
                await detour.take(page, server.port)
                script = f"({SCRIPT.read_text(encoding='utf-8')})({{ speaks: {str(speaks).lower()} }})"
                await page.add_init_script(script)

            # The web app's policy allows no scripts but its own; the one that listens is made in the page.
            return await move_in(meeting, name, prepare=prepare, bypass_csp=True)

        try:
            ada, bob, cleo = await asyncio.gather(
                watched("Ada", speaks=True), watched("Bob", speaks=True), watched("Cleo", speaks=False)
            )
            yield Talk((ada, bob), cleo, detour)
        finally:
            await meeting.close()
