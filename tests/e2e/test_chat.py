"""People write to each other during a meeting."""

from __future__ import annotations

import asyncio
import io

from PIL import Image
from playwright.async_api import FilePayload, Locator, expect

from tests.e2e.guest import Guest
from tests.e2e.meeting import Meeting


def messages(guest: Guest) -> Locator:
    return guest.control("chat-message")


def picture() -> FilePayload:
    out = io.BytesIO()
    Image.new("RGB", (64, 40), (200, 90, 30)).save(out, "PNG")
    return {"name": "soup.png", "mimeType": "image/png", "buffer": out.getvalue()}


async def say(guest: Guest, text: str) -> None:
    await guest.control("chat-input").fill(text)
    await guest.control("chat-send").click()


async def test_messages_go_both_ways_in_order_with_their_sender(meeting: Meeting) -> None:
    ana, ben = await meeting.join_together("Ana", "Ben")
    await expect(ana.tile_of(ben)).to_be_visible()
    await asyncio.gather(ana.control("chat-toggle").click(), ben.control("chat-toggle").click())

    await say(ana, "Soup is ready")
    await expect(messages(ben)).to_have_count(1)
    await say(ben, "Bringing the bread")
    await expect(messages(ana)).to_have_count(2)

    for guest in (ana, ben):
        await expect(messages(guest).nth(0)).to_contain_text("Soup is ready")
        await expect(messages(guest).nth(1)).to_contain_text("Bringing the bread")
    await expect(messages(ben).nth(0)).to_contain_text("Ana")
    await expect(messages(ana).nth(1)).to_contain_text("Ben")
    await expect(messages(ana).nth(0)).to_have_attribute("data-delivery", "sent")
    await expect(messages(ana).nth(0)).to_have_attribute("data-own", "true")


async def test_a_message_reaches_everybody_and_is_text_whatever_it_looks_like(meeting: Meeting) -> None:
    ana, ben, cleo = await meeting.join_together("Ana", "Ben", "Cleo")
    for other in (ben, cleo):
        await expect(ana.tile_of(other)).to_be_visible()
    await asyncio.gather(*(guest.control("chat-toggle").click() for guest in (ana, ben, cleo)))
    text = "<img src=x onerror=alert(1)> žluťoučký 🍲 " + "x" * 2_000

    await say(ana, text)

    for other in (ben, cleo):
        await expect(messages(other)).to_have_count(1)
        await expect(messages(other)).to_contain_text(text)
        await expect(messages(other).locator("img")).to_have_count(0)


async def test_a_picture_reaches_those_who_are_there_and_those_who_come_later(meeting: Meeting) -> None:
    ana, ben = await meeting.join_together("Ana", "Ben")
    await expect(ana.tile_of(ben)).to_be_visible()
    await ana.control("chat-toggle").click()
    await ana.control("chat-file-input").set_input_files(picture())
    await expect(ana.control("upload")).to_have_attribute("data-ready", "true")
    await ana.control("chat-send").click()
    await expect(ben.control("chat-toggle")).to_contain_text("1")
    cleo = await meeting.join("Cleo")
    await asyncio.gather(ben.control("chat-toggle").click(), cleo.control("chat-toggle").click())
    for guest in (ana, ben, cleo):
        await expect(messages(guest).get_by_test_id("picture")).to_have_attribute("alt", "soup.png")


async def test_unread_messages_are_counted_on_the_button(meeting: Meeting) -> None:
    ana, ben = await meeting.join_together("Ana", "Ben")
    await expect(ana.tile_of(ben)).to_be_visible()
    await ana.control("chat-toggle").click()
    await say(ana, "one")
    await say(ana, "two")

    await expect(ben.control("chat-toggle")).to_contain_text("2")
    await ben.control("chat-toggle").click()
    await expect(ben.control("chat-toggle")).not_to_contain_text("2")
    await expect(messages(ben)).to_have_count(2)


async def test_whoever_comes_later_reads_what_was_said_before(meeting: Meeting) -> None:
    ana = await meeting.join("Ana")
    await ana.control("chat-toggle").click()
    await say(ana, "Soup is ready")
    await expect(messages(ana)).to_have_attribute("data-delivery", "sent")
    await ana.leave()

    ben = await meeting.join("Ben")
    await expect(ben.control("chat-toggle")).not_to_contain_text("1")
    await ben.control("chat-toggle").click()
    await expect(messages(ben)).to_have_count(1)
    await expect(messages(ben)).to_contain_text("Soup is ready")
    await expect(messages(ben)).to_contain_text("Ana")


async def test_whoever_reads_back_is_left_there(meeting: Meeting) -> None:
    ana, ben = await meeting.join_together("Ana", "Ben")
    await expect(ana.tile_of(ben)).to_be_visible()
    await asyncio.gather(ana.control("chat-toggle").click(), ben.control("chat-toggle").click())
    await expect(ana.page.get_by_role("log", name="Messages")).to_contain_text("those who come later")
    for at in range(6):
        await say(ben, f"{at}\n" * 12)
    await expect(messages(ana)).to_have_count(6)
    await expect(messages(ana).last).to_be_in_viewport()

    await messages(ana).first.scroll_into_view_if_needed()
    await say(ben, "One more")
    await expect(messages(ana)).to_have_count(7)
    await expect(messages(ana).first).to_be_in_viewport()

    await say(ana, "And mine")
    await expect(messages(ana).last).to_be_in_viewport()


async def test_messages_are_answered_get_signs_and_can_be_changed_and_taken_back(meeting: Meeting) -> None:
    ana, ben = await meeting.join_together("Ana", "Ben")
    await expect(ana.tile_of(ben)).to_be_visible()
    await asyncio.gather(ana.control("chat-toggle").click(), ben.control("chat-toggle").click())
    await say(ana, "Soup is ready")

    await messages(ben).first.hover()
    await ben.control("chat-like").click()
    await expect(messages(ana).first.get_by_role("list", name="Reactions")).to_contain_text("👍 1")
    await ben.control("chat-reply").click()
    await expect(ben.control("chat-input")).to_be_focused()
    await say(ben, "Bringing the bread")
    await expect(messages(ana).nth(1).locator("blockquote")).to_contain_text("Soup is ready")
    await say(ben, "And the butter")
    await expect(messages(ana).nth(2)).to_contain_text("And the butter")
    await expect(messages(ana).nth(2).locator("blockquote")).to_have_count(0)

    field = ana.control("chat-input")
    await field.fill("Not sent yet")
    await messages(ana).first.hover()
    await ana.control("chat-more").first.click()
    await ana.control("chat-menu-edit").click()
    await expect(field).to_have_value("Soup is ready")
    await field.fill("Soup is cold")
    await field.press("Enter")
    await expect(messages(ben).first).to_contain_text("Soup is cold")
    await expect(messages(ben).first).to_contain_text("edited")
    await expect(field).to_have_value("Not sent yet")
    await field.fill("")
    await field.press("ArrowUp")
    await expect(field).to_have_value("Soup is cold")
    await field.press("Escape")
    await expect(field).to_have_value("")

    await messages(ana).first.hover()
    await ana.control("chat-more").first.click()
    await ana.control("chat-menu-delete").click()
    await ana.control("delete-yes").click()
    await expect(messages(ben)).to_have_count(2)
    await expect(messages(ben).first).to_contain_text("Bringing the bread")
    # Whose own message it is not may not change it, nor take it back.
    await messages(ana).first.hover()
    await ana.control("chat-more").first.click()
    await expect(ana.control("menu")).to_be_visible()
    await expect(ana.control("chat-menu-edit")).to_have_count(0)
    await expect(ana.control("chat-menu-delete")).to_have_count(0)
