"""To read back through thousands of messages costs no more for each page than to read back through a hundred."""

from __future__ import annotations

import re
import statistics

import pytest
from playwright.async_api import CDPSession, expect

from tests.e2e.household import Resident, move_in
from tests.e2e.meeting import Meeting
from tests.e2e.test_long_history import MOST_SHOWN, PAGE, write_numbers
from tests.e2e.waiting import eventually

pytestmark = pytest.mark.alone

SHORT = 2 * PAGE
LONG = 12 * PAGE
ROUNDS = 5
"""In the short history, which has one page to measure. Of several measurements the middle one counts: another program
on the machine can make any one of them long."""
MOST = 2.1
"""So many times the work of a page in a short history: 1.5, for what stays is compared, and more as soon as it is laid
out again with each page."""

_FIRST = "() => document.querySelector('.talk [data-message]')?.dataset.message ?? ''"
_TO_THE_TOP = "() => { document.querySelector('.talk').scrollTop = 0; }"
_LAID_OUT = """() => [...document.querySelectorAll('.talk .message-actions')]
  .filter((one) => one.firstElementChild.checkVisibility({ contentVisibilityAuto: true })).length"""
_STILL = """() => new Promise((resolve) => {
  requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(resolve, 50)));
})"""


async def busy_s(session: CDPSession) -> float:
    """For how long the page's main thread has worked so far."""
    metrics = (await session.send("Performance.getMetrics"))["metrics"]
    return float(next(one["value"] for one in metrics if one["name"] == "TaskDuration"))


async def page_costs(ada: Resident, session: CDPSession) -> list[float]:
    """What each further page of the open conversation costs, in seconds of work, with as much shown as it may be."""
    costs: list[float] = []
    talk = ada.page.locator(".talk")
    while True:
        await expect(talk).to_have_attribute("aria-busy", "false")
        await ada.guest.ask(_STILL)
        first, shown, start = await ada.guest.ask(_FIRST), await ada.messages().count(), await busy_s(session)
        await ada.guest.ask(_TO_THE_TOP)
        if await ada.messages().filter(has_text=re.compile("<0>")).count() == 1:
            return costs

        def came(now: str, before: str = first) -> bool:
            return now != before

        await eventually(lambda: ada.guest.ask(_FIRST), came, "a page comes")
        await expect(talk).to_have_attribute("aria-busy", "false")
        await ada.guest.ask(_STILL)
        if shown in (PAGE, MOST_SHOWN):
            costs.append(await busy_s(session) - start)


async def conversation(meeting: Meeting, ada: Resident, count: int) -> str:
    """Of so many messages, read. Its address."""
    bo = await move_in(meeting, "Bo")
    before = ada.page.url
    await ada.write_to(bo)
    await expect(ada.page).not_to_have_url(before)
    await expect(ada.page).to_have_url(re.compile("/c/"))
    url, sender = ada.page.url, await bo.user()
    await bo.guest.close()
    await write_numbers(meeting, url.rsplit("/", 1)[1], sender, count)
    await expect(ada.messages().filter(has_text=f"<{count - 1}>")).to_be_in_viewport(timeout=30_000)
    await expect(ada.control("conversation").locator(".unread")).to_have_count(0)
    return url


async def test_a_page_costs_the_same_wherever_it_is_read(meeting: Meeting) -> None:
    ada = await move_in(meeting, "Ada")
    short, long = await conversation(meeting, ada, SHORT), await conversation(meeting, ada, LONG)
    session = await ada.page.context.new_cdp_session(ada.page)
    await session.send("Performance.enable", {"timeDomain": "threadTicks"})
    costs: dict[str, list[float]] = {short: [], long: []}
    for url in (long, *[short] * ROUNDS):
        await ada.page.goto("about:blank")
        await ada.page.goto(url)
        await expect(ada.messages().last).to_be_in_viewport()
        costs[url] += await page_costs(ada, session)
    ratio = statistics.median(costs[long]) / statistics.median(costs[short])
    assert ratio < MOST, f"{ratio:.2f} times the work: {costs}"


async def test_what_is_far_away_is_not_laid_out_and_within_reach_of_the_keyboard(meeting: Meeting) -> None:
    ada = await move_in(meeting, "Ada")
    await conversation(meeting, ada, MOST_SHOWN)
    await expect(ada.messages()).to_have_count(MOST_SHOWN)
    assert 0 < await ada.guest.ask(_LAID_OUT) < MOST_SHOWN / 4

    last = ada.messages().last.get_by_role("button", name="More")
    await last.focus()
    await ada.page.keyboard.press("Shift+Tab")
    await expect(ada.messages().last.get_by_role("button", name="Reply in thread")).to_be_focused()
    await ada.messages().first.get_by_role("button", name="Like").focus()
    await expect(ada.messages().first.locator(".message-actions")).to_be_in_viewport()
