"""A conversation of many messages stays fluid: what is far away is not on the page."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import pytest
from playwright.async_api import expect

from tests.e2e import application
from tests.e2e.household import Resident, move_in
from tests.e2e.meeting import Meeting
from tests.e2e.waiting import eventually

pytestmark = pytest.mark.alone

MESSAGES = 700
LIVE = 1_500
MOST_SHOWN = 300
PAGE = 50
_CHANNELS = 8

# Screen by screen, so far; how many messages were on the page at most. Null: what was looked for did not come.
_READ_BACK = """async ([until, screens]) => {
  const list = document.querySelector('.talk');
  let most = 0;
  const frame = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 20)));
  const seen = () => [...list.querySelectorAll('[data-message]')];
  for (let count = 0; count < screens; count += 1) {
    list.scrollTop -= list.clientHeight;
    await frame();
    most = Math.max(most, seen().length);
    if (seen().some((one) => one.textContent.includes(until))) return most;
  }
  return null;
}"""
_WATCH_SIZE = """() => {
  window.mostShown = 0;
  const list = document.querySelector('.talk');
  const watch = new MutationObserver(() => {
    window.mostShown = Math.max(window.mostShown, list.querySelectorAll('[data-message]').length);
  });
  watch.observe(list, { childList: true });
}"""
_PLACES = """() => Object.fromEntries([...document.querySelectorAll('.talk [data-message]')]
  .map((one) => [one.dataset.message, Math.round(one.getBoundingClientRect().top)]))"""


async def open_long_history(meeting: Meeting, ada: Resident, bo: Resident) -> str:
    """Bo has written it while Ada was away. The conversation's id."""
    await ada.write_to(bo)
    await expect(ada.page).to_have_url(re.compile("/c/"))
    url, sender = ada.page.url, await bo.user()
    conversation = url.rsplit("/", 1)[1]
    await bo.guest.close()
    await ada.page.goto("about:blank")
    await write_numbers(meeting, conversation, sender, MESSAGES)
    await ada.page.goto(url)
    await expect(ada.messages().filter(has_text=f"<{MESSAGES - 1}>")).to_be_visible(timeout=30_000)
    return conversation


async def write_numbers(meeting: Meeting, conversation: str, sender: str, count: int) -> None:
    """So many messages; the last one comes last."""

    async def write(number: int) -> None:
        await asyncio.to_thread(application.write, meeting.server, conversation, sender, f"number <{number}>")

    for start in range(0, count - 1, _CHANNELS):
        await asyncio.gather(*(write(number) for number in range(start, min(start + _CHANNELS, count - 1))))
    await write(count - 1)


async def test_only_a_part_of_a_long_history_is_on_the_page(meeting: Meeting) -> None:
    ada, bo = await move_in(meeting, "Ada"), await move_in(meeting, "Bo")
    conversation = await open_long_history(meeting, ada, bo)
    most: int | None = await ada.guest.ask(_READ_BACK, ["<3>", MESSAGES])
    assert most is not None
    assert MOST_SHOWN / 2 < most <= MOST_SHOWN + PAGE

    # Reading on leads to the end again, and what was written meanwhile is there.
    await asyncio.to_thread(application.write, meeting.server, conversation, await ada.user(), "the very last")
    await ada.control("to-newest").click()
    await expect(ada.messages().filter(has_text="the very last")).to_be_visible()
    await expect(ada.control("to-newest")).to_have_count(0)


async def test_what_is_read_stays_where_it_is_while_more_comes_above(meeting: Meeting) -> None:
    ada, bo = await move_in(meeting, "Ada"), await move_in(meeting, "Bo")
    await open_long_history(meeting, ada, bo)
    for _ in range(MESSAGES // PAGE):
        before: dict[str, int] = await ada.guest.ask(_PLACES)
        count = len(before)
        await ada.guest.ask("() => { document.querySelector('.talk').scrollTop = 300; }")
        moved: dict[str, int] = await ada.guest.ask(_PLACES)

        def came(now: dict[str, Any], first: str = next(iter(before)), count: int = count) -> bool:
            return next(iter(now)) != first or len(now) != count

        after: dict[str, int] = await eventually(lambda: ada.guest.ask(_PLACES), came, "earlier messages come", 10)
        # The first one is drawn otherwise now that something stands above it.
        there = set(list(moved)[1:]) & set(after)
        assert there
        for message in there:
            assert abs(moved[message] - after[message]) <= 2
        # Those of the first channels came in any order.
        if int((await ada.messages().first.inner_text()).split("<")[1].split(">")[0]) < _CHANNELS:
            return
    raise AssertionError("the first message was not reached")


async def test_what_comes_live_is_bounded_and_stays_in_reach(meeting: Meeting) -> None:
    ada, bo = await move_in(meeting, "Ada"), await move_in(meeting, "Bo")
    await ada.write_to(bo)
    await expect(ada.page).to_have_url(re.compile("/c/"))
    conversation, sender = ada.page.url.rsplit("/", 1)[1], await bo.user()
    await bo.guest.close()
    await ada.guest.ask(_WATCH_SIZE)
    await write_numbers(meeting, conversation, sender, LIVE)

    last = ada.messages().filter(has_text=f"<{LIVE - 1}>")
    await expect(last).to_be_in_viewport(timeout=30_000)
    assert await ada.messages().count() <= MOST_SHOWN + PAGE
    assert await ada.guest.ask("() => window.mostShown") <= MOST_SHOWN + 2 * PAGE
    most: int | None = await ada.guest.ask(_READ_BACK, ["<3>", LIVE])
    assert most is not None
    assert MOST_SHOWN / 2 < most <= MOST_SHOWN + PAGE

    # Who reads far above is left there, whatever comes.
    await ada.guest.ask("() => { document.querySelector('.talk').scrollTop = 300; }")
    before: dict[str, int] = await ada.guest.ask(_PLACES)
    await write_numbers(meeting, conversation, sender, PAGE)
    await asyncio.to_thread(application.write, meeting.server, conversation, sender, "the very last")
    await expect(ada.control("conversation").first).to_contain_text("the very last")
    after: dict[str, int] = await ada.guest.ask(_PLACES)
    assert {message: top for message, top in after.items() if message in before} == before
    await ada.control("to-newest").click()
    await expect(ada.messages().filter(has_text="the very last")).to_be_in_viewport()
