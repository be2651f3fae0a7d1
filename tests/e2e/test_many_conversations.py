"""Whoever has many conversations reaches all of them, and the page itself stays where it is."""

from __future__ import annotations

import asyncio
import re

from playwright.async_api import expect

from tests.e2e import application
from tests.e2e.household import move_in
from tests.e2e.meeting import Meeting

GROUPS = 60
_PAGE_FITS = "() => document.documentElement.scrollHeight <= window.innerHeight"


async def test_the_list_goes_on_where_it_ends(meeting: Meeting) -> None:
    ada, bo = await move_in(meeting, "Ada"), await move_in(meeting, "Bo")
    reader, writer = await ada.user(), await bo.user()
    await ada.page.goto("about:blank")
    for number in range(GROUPS):
        group = {"creator": writer, "kind": "group", "title": f"Group {number:02}", "users": [reader]}
        made = await asyncio.to_thread(application.post, meeting.server, "/v1/conversations", group)
        await asyncio.to_thread(application.write, meeting.server, made["id"], writer, "unread")

    await ada.page.goto(meeting.server.url)
    rows = ada.control("conversation")
    await expect(rows.filter(has_text=f"Group {GROUPS - 1}")).to_be_visible()
    assert await ada.guest.ask(_PAGE_FITS)
    await expect(rows.filter(has_text="Group 00")).to_have_count(0)
    # Nobody knows yet what is unread further down.
    await expect(ada.control("badge-chats")).to_have_text(re.compile(r"^\d+\+ unread$"))
    await rows.last.scroll_into_view_if_needed()
    await expect(rows.filter(has_text="Group 00")).to_be_visible()
    await expect(rows).to_have_count(GROUPS)
    await expect(ada.control("badge-chats")).to_have_text(f"{GROUPS} unread")
    assert await ada.guest.ask(_PAGE_FITS)
