"""What a call of two does about a direct path that is bad while the way to the server is good."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from msgspec import Struct, convert
from playwright.async_api import Page, expect

from tests.e2e.detour import Detour, open_detour
from tests.e2e.household import Resident, move_in
from tests.e2e.meeting import Meeting
from tests.e2e.waiting import eventually
from tests.e2e.watched import Watched, watch

pytestmark = pytest.mark.alone

OPEN_S = 3.0
"""So long a direct path may take to open."""
SET_UP_S = 6.0
"""Until media flows through the server after that: as a rule half a second, on a busy machine more."""
POOR_S = 10.0
"""So much more poor than better time there has to be."""
EARLIEST_S = POOR_S - 2.0
"""A page looks every two seconds, and the first look may come at once."""
JUDGEMENT_MS = 20_000
"""What is shown includes the other side's last report, which comes every few seconds."""
LONGEST_GAP_MS = 2_000
"""Encoders starve on a busy machine; `benches.call_paths` measures what is promised, 500 ms."""
FRAMES = 30
SAMPLES = 96_000
"""Of two seconds of sound."""

_ARRIVES = """async () => {
  const arrives = { frames: 0, samples: 0, concealed: 0 };
  for (const peer of window.peers) {
    if (peer.connectionState !== 'connected') continue;
    for (const one of (await peer.getStats()).values()) {
      if (one.type !== 'inbound-rtp') continue;
      arrives.frames += one.framesDecoded ?? 0;
      arrives.samples += one.totalSamplesReceived ?? 0;
      arrives.concealed += one.concealedSamples ?? 0;
    }
  }
  return arrives;
}"""


class Arrives(Struct, frozen=True):
    """What the connections of a page have brought: pictures, samples of sound, and those that the player made up."""

    frames: int
    samples: int
    concealed: int


@pytest_asyncio.fixture(loop_scope="session")
async def detour() -> AsyncIterator[Detour]:
    async with open_detour() as detour:
        yield detour


@pytest_asyncio.fixture(loop_scope="session")
async def pair(meeting: Meeting, detour: Detour) -> tuple[Resident, Resident]:
    """Two at home; what they send each other directly takes the detour."""

    async def prepare(page: Page) -> None:
        await detour.take(page, meeting.server.port)
        await watch(page)

    ada, bob = await asyncio.gather(
        *(move_in(meeting, name, prepare=prepare, bypass_csp=True) for name in ("Ada", "Bob"))
    )
    return ada, bob


async def test_a_path_that_loses_much_is_left_for_good_and_tried_again_on_request(
    meeting: Meeting, detour: Detour, pair: tuple[Resident, Resident]
) -> None:
    port = meeting.server.port
    ada, bob = pair
    watched = await _talk_directly(ada, bob)

    for one in watched:
        await one.begin()
    detour.loss = 0.25
    took = await _moves(pair, port)
    assert EARLIEST_S <= took <= POOR_S + SET_UP_S
    await asyncio.gather(*(_plays_well(who) for who in pair))
    await _no_gaps(watched)

    detour.loss = 0.0
    for one in watched:
        await one.begin()
    await bob.change_path()
    await asyncio.gather(*(who.flows("direct") for who in pair))
    await asyncio.gather(*(who.meets_elsewhere(port) for who in pair))
    await asyncio.gather(*(_plays_well(who) for who in pair))
    await _judges(ada, "excellent")
    await asyncio.gather(*(who.flows("direct") for who in pair))
    await _no_gaps(watched)
    await _was_one_call(ada, bob)


async def test_a_moment_of_loss_is_forgiven(meeting: Meeting, detour: Detour, pair: tuple[Resident, Resident]) -> None:
    await _talk_directly(*pair)
    detour.loss = 0.25
    await asyncio.gather(*(_judges(who, "poor") for who in pair))
    detour.loss = 0.0
    await asyncio.gather(*(_judges(who, "excellent") for who in pair))
    await asyncio.gather(*(who.flows("direct") for who in pair))
    await asyncio.gather(*(who.meets_elsewhere(meeting.server.port) for who in pair))
    await asyncio.gather(*(_plays_well(who) for who in pair))


async def test_a_path_that_takes_long_is_left_though_nothing_is_lost(
    meeting: Meeting, detour: Detour, pair: tuple[Resident, Resident]
) -> None:
    ada, bob = pair
    await _talk_directly(ada, bob)
    detour.delay_s = 0.6
    took = await _moves(pair, meeting.server.port)
    assert EARLIEST_S <= took <= POOR_S + SET_UP_S
    await asyncio.gather(*(_plays_well(who) for who in pair))
    await _was_one_call(ada, bob)


async def test_a_path_that_does_not_open_is_replaced_after_three_seconds(
    meeting: Meeting, detour: Detour, pair: tuple[Resident, Resident]
) -> None:
    ada, bob = pair
    detour.loss = 1.0
    await ada.call(bob, "call-video")
    began = asyncio.get_running_loop().time()
    await bob.control("accept").click()
    await asyncio.gather(*(who.flows("room") for who in pair))
    took = asyncio.get_running_loop().time() - began
    assert OPEN_S <= took <= OPEN_S + SET_UP_S
    await asyncio.gather(*(who.meets_at(meeting.server.port) for who in pair))
    await asyncio.gather(*(_plays_well(who) for who in pair))
    for who in pair:
        await expect(who.control("tile")).to_have_count(2)
    await _was_one_call(ada, bob)


async def _talk_directly(ada: Resident, bob: Resident) -> tuple[Watched, Watched]:
    await ada.call(bob, "call-video")
    await bob.control("accept").click()
    watched = Watched(ada, bob), Watched(bob, ada)
    await asyncio.gather(ada.flows("direct"), bob.flows("direct"))
    await asyncio.gather(*(one.sees() for one in watched))
    await asyncio.gather(_plays_well(ada), _plays_well(bob))
    return watched


async def _moves(pair: tuple[Resident, Resident], port: int) -> float:
    """Waits until the media of both go through the server, and gives the seconds until the call said so."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    await asyncio.gather(*(who.flows("room") for who in pair))
    took = loop.time() - began
    await asyncio.gather(*(who.meets_at(port) for who in pair))
    for who in pair:
        await expect(who.control("tile")).to_have_count(2)
    return took


async def _judges(who: Resident, quality: str) -> None:
    """Waits until the page shows this judgement of the call's connection."""
    mark = who.control("own-quality").locator(f'[data-quality="{quality}"]')
    await expect(mark).to_be_visible(timeout=JUDGEMENT_MS)


async def _plays_well(who: Resident) -> None:
    """Waits until two seconds of pictures and sound have come of which hardly anything had to be made up."""
    at_first = await _arrives(who)

    async def since() -> Arrives:
        nonlocal at_first
        now = await _arrives(who)
        more = _minus(now, at_first)
        if more.samples < 0 or more.frames < 0 or (more.samples > SAMPLES and more.concealed > more.samples / 20):
            at_first = now  # a path that ended took its counts along, or these two seconds were not good ones
        return more

    await eventually(since, _is_good, f"picture and sound reach {who.name} unharmed", 20)


def _is_good(more: Arrives) -> bool:
    return more.samples >= SAMPLES and more.frames >= FRAMES and 0 <= more.concealed <= more.samples / 20


def _minus(now: Arrives, before: Arrives) -> Arrives:
    return Arrives(now.frames - before.frames, now.samples - before.samples, now.concealed - before.concealed)


async def _arrives(who: Resident) -> Arrives:
    return convert(await who.guest.ask(_ARRIVES), Arrives)


async def _no_gaps(watched: tuple[Watched, Watched]) -> None:
    for one in watched:
        gap = await one.gap()
        assert gap.sound < LONGEST_GAP_MS, gap
        assert gap.picture < LONGEST_GAP_MS, gap


async def _was_one_call(ada: Resident, bob: Resident) -> None:
    """Nobody had hung up before, and nobody had called again."""
    await ada.control("leave").click()
    for who in (ada, bob):
        await expect(who.control("call")).to_have_count(0)
    await expect(ada.control("happening")).to_have_count(1)
