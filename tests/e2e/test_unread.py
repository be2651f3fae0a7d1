"""A conversation opens where its reader left it, and what was not seen stays unread."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable

from playwright.async_api import Locator, expect

from tests.e2e import application
from tests.e2e.household import Resident, move_in
from tests.e2e.meeting import Meeting
from tests.e2e.waiting import eventually

READ = 20
NEW = 80
MANY = 200
_CHANNELS = 8
_SCROLL = "(top) => { document.querySelector('.talk').scrollTop = top; }"
_END = 1_000_000
_LOOKS = """(looks) => {
  document.hasFocus = () => looks;
  if (looks) window.dispatchEvent(new Event('focus'));
}"""


async def acquainted(meeting: Meeting) -> tuple[Resident, Resident, str]:
    """Ada and Bo have a conversation open; she has read what he wrote, and he sees that. Its id comes with them."""
    ada, bo = await move_in(meeting, "Ada"), await move_in(meeting, "Bo")
    await ada.write_to(bo)
    await expect(ada.page).to_have_url(re.compile("/c/"))
    conversation = ada.page.url.rsplit("/", 1)[1]
    await ada.control("tab-chats").click()
    await writes(meeting, conversation, await bo.user(), range(READ))
    await bo.control("conversation").filter(has_text=ada.name).click()
    await expect(numbered(bo, READ - 1)).to_have_attribute("data-delivery", "read")
    return ada, bo, conversation


async def writes(meeting: Meeting, conversation: str, sender: str, numbers: Iterable[int]) -> None:
    """Messages with these numbers, in order."""
    for number in numbers:
        text = f"number <{number}>"
        await asyncio.to_thread(application.write, meeting.server, conversation, sender, text)


async def writes_many(meeting: Meeting, conversation: str, sender: str, count: int) -> None:
    """So many messages, in about their order."""
    for start in range(0, count, _CHANNELS):
        some = range(start, min(start + _CHANNELS, count))
        await asyncio.gather(*(writes(meeting, conversation, sender, [number]) for number in some))


def unread(resident: Resident) -> Locator:
    """The badge in the list of conversations."""
    return resident.control("conversation").locator(".unread")


def numbered(resident: Resident, number: int) -> Locator:
    """The message with that number in it."""
    return resident.messages().filter(has_text=f"<{number}>")


async def test_a_conversation_opens_at_its_first_unread_message(meeting: Meeting) -> None:
    ada, bo, conversation = await acquainted(meeting)
    there = ada.page.url
    divider = ada.page.get_by_role("separator", name="New messages")
    await expect(numbered(ada, READ - 1)).to_be_in_viewport()
    await expect(divider).to_have_count(0)
    await ada.page.goto("about:blank")
    await writes(meeting, conversation, await bo.user(), range(READ, READ + NEW))

    await ada.page.goto(there)
    await expect(divider).to_be_in_viewport()
    await expect(divider.locator("xpath=following-sibling::li[1]")).to_contain_text(f"<{READ}>")
    await expect(numbered(ada, READ + NEW - 1)).not_to_be_in_viewport()
    await ada.control("tab-chats").click()
    # What is on the screen is read, and no more: the writer sees it as well.
    await expect(numbered(bo, READ + NEW - 1)).to_have_attribute("data-delivery", "delivered")
    await expect(numbered(bo, READ)).to_have_attribute("data-delivery", "read")
    left = await eventually(
        lambda: unread(ada).inner_text(), lambda text: 0 < int(text.split()[0]) < NEW, "some is read"
    )
    await ada.page.reload()
    await expect(divider.locator("xpath=following-sibling::li[1]")).not_to_contain_text(f"<{READ}>")
    await expect(divider).to_be_in_viewport()
    assert 0 < int((await unread(ada).inner_text()).split()[0]) <= int(left.split()[0])

    async def reads_on() -> int:
        await ada.guest.ask(_SCROLL, _END)
        return await numbered(ada, READ + NEW - 1).count()

    await eventually(reads_on, lambda count: count == 1, "the last one comes")
    await ada.guest.ask(_SCROLL, _END)
    await expect(numbered(ada, READ + NEW - 1)).to_be_in_viewport()
    await expect(unread(ada)).to_have_count(0)
    await expect(divider).to_have_count(1)
    # She leaves the moment that she has read it, and that is known when she comes back.
    await ada.page.goto("about:blank")
    await ada.page.goto(there)
    await expect(numbered(ada, READ + NEW - 1)).to_be_in_viewport()
    await expect(divider).to_have_count(0)


async def test_what_one_wrote_oneself_is_not_new(meeting: Meeting) -> None:
    ada, _, conversation = await acquainted(meeting)
    there, reader = ada.page.url, await ada.user()
    await ada.page.goto("about:blank")
    await writes(meeting, conversation, reader, range(READ, READ + 5))
    await ada.page.goto(there)
    await expect(numbered(ada, READ + 4)).to_be_in_viewport()
    await expect(ada.control("new-divider")).to_have_count(0)


async def test_of_many_new_messages_the_newest_are_shown_and_a_button_leads_to_the_first(meeting: Meeting) -> None:
    ada, bo, conversation = await acquainted(meeting)
    there = ada.page.url
    await ada.page.goto("about:blank")
    await writes_many(meeting, conversation, await bo.user(), MANY)

    await ada.page.goto(there)
    button = ada.control("to-news")
    await expect(button).to_have_text(f"{MANY} new messages")
    await expect(ada.messages().last).to_be_in_viewport()
    await button.click()
    await expect(ada.control("new-divider")).to_be_in_viewport()
    await expect(numbered(ada, READ - 1).first).to_be_in_viewport()
    await expect(button).to_have_count(0)

    await ada.control("to-newest").click()
    await expect(button).to_be_visible()
    await ada.control("pass-news").click()
    await expect(button).to_have_count(0)
    await ada.control("tab-chats").click()
    await expect(unread(ada)).to_have_count(0)


async def test_what_comes_while_nobody_looks_is_new(meeting: Meeting) -> None:
    ada, bo, conversation = await acquainted(meeting)
    await expect(numbered(ada, READ - 1)).to_be_in_viewport()
    await ada.guest.ask(_LOOKS, False)
    await writes(meeting, conversation, await bo.user(), range(READ, READ + 3))
    divider = ada.control("new-divider")
    await expect(divider.locator("xpath=following-sibling::li[1]")).to_contain_text(f"<{READ}>")
    await expect(unread(ada)).to_have_text(re.compile("3"))
    await ada.guest.ask(_LOOKS, True)
    await expect(unread(ada)).to_have_count(0)
    await writes(meeting, conversation, await bo.user(), [READ + 3])
    await expect(numbered(ada, READ + 3)).to_be_in_viewport()
    await expect(divider).to_have_count(1)
