"""A call in the web app between people whose pages note each gap in picture and sound."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from msgspec import Struct
from playwright.async_api import Browser, Page, expect

from tests.e2e.detour import Detour, open_detour
from tests.e2e.household import Resident, move_in
from tests.e2e.meeting import Meeting
from tests.e2e.watched import Gap, Watched, watch
from tests.server import TureenServer

SETTLE_S = 5.0
"""The path that was left goes on for four seconds; then it closes, which must leave no gap either."""


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
        self._pair = (Watched(self.ada, self.bob), Watched(self.bob, self.ada))

    async def begin(self) -> None:
        """Until the two see each other directly."""
        await self.ada.call(self.bob, "call-video")
        await self.bob.control("accept").click()
        await self.flows("direct")
        await asyncio.gather(*(one.sees() for one in self._pair))

    async def flows(self, path: str, *others: Resident) -> None:
        """On all sides."""
        await asyncio.gather(*(who.flows(path) for who in (self.ada, self.bob, *others)))

    async def watch(self, event: Callable[[], Awaitable[None]]) -> list[Seen]:
        """The gaps of both from the beginning of an event until what it began has settled."""
        for one in self._pair:
            await one.begin()
        await event()
        await asyncio.sleep(SETTLE_S)
        return [Seen(await one.gap(), await one.gap_from_notice()) for one in self._pair]


@asynccontextmanager
async def talk(browser: Browser, server: TureenServer) -> AsyncIterator[Talk]:
    """Three people at home; nobody has called yet."""
    meeting = Meeting(browser, server, "call-paths")
    expect.set_options(timeout=15_000)
    async with open_detour() as detour:

        async def watched(name: str, *, speaks: bool) -> Resident:
            async def prepare(page: Page) -> None:
                await detour.take(page, server.port)
                await watch(page, speaks=speaks)

            return await move_in(meeting, name, prepare=prepare, bypass_csp=True)

        try:
            ada, bob, cleo = await asyncio.gather(
                watched("Ada", speaks=True), watched("Bob", speaks=True), watched("Cleo", speaks=False)
            )
            yield Talk((ada, bob), cleo, detour)
        finally:
            await meeting.close()
