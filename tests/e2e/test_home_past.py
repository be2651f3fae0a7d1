"""At home, what is not on the screen: threads, what is searched for, what happened while the page was closed."""

from __future__ import annotations

import asyncio
import io

from PIL import Image
from playwright.async_api import FilePayload, expect

from tests.e2e.household import Resident, move_in
from tests.e2e.meeting import Meeting
from tests.e2e.small_screen import PHONE, TOUCH, fits
from tests.interop.people import person, somebody

MORE_THAN_A_PAGE = 60


def picture() -> FilePayload:
    out = io.BytesIO()
    Image.new("RGB", (64, 40), (200, 90, 30)).save(out, "PNG")
    return {"name": "soup.png", "mimeType": "image/png", "buffer": out.getvalue()}


async def test_a_thread_beside_the_conversation(meeting: Meeting) -> None:
    ada, bob = await asyncio.gather(move_in(meeting, "Ada"), move_in(meeting, "Bob"))
    await ada.write_to(bob)
    await ada.say("Which soup on Sunday?")
    await bob.control("conversation").filter(has_text=ada.name).click()
    await bob.messages().hover()
    await bob.control("start-thread").click()
    await expect(bob.control("thread-root")).to_contain_text("Which soup on Sunday?")
    await expect(bob.control("thread-input")).to_be_focused()
    await bob.page.keyboard.type("Leek")
    await bob.page.keyboard.press("Enter")

    await expect(ada.control("thread-link")).to_have_text("1 reply")
    await expect(ada.messages()).to_have_count(1)
    await ada.control("thread-link").click()
    thread = ada.control("thread")
    await expect(thread).to_be_focused()
    await expect(thread.get_by_test_id("message")).to_contain_text("Leek")
    await ada.control("thread-file-input").set_input_files(picture())
    await expect(ada.control("upload")).to_have_attribute("data-ready", "true")
    await ada.control("thread-input").fill("Like this one?")
    await ada.control("thread-send").click()
    await expect(bob.control("thread").get_by_test_id("message")).to_have_count(2)
    await expect(bob.control("thread").get_by_test_id("picture")).to_be_visible()
    await expect(bob.control("thread-link")).to_have_text("2 replies")

    await ada.page.reload()
    await expect(thread.get_by_test_id("message")).to_have_count(2)
    await thread.press("Escape")
    await expect(thread).to_have_count(0)
    await expect(ada.control("thread-link")).to_be_focused()


async def test_search_finds_people_and_messages_and_goes_there(meeting: Meeting) -> None:
    bob = await move_in(meeting, "Bob")
    word = somebody("Zwiebel").replace("-", "")
    async with person(meeting.server.url, somebody("ada")) as ada:
        conversation = (await ada.direct(await bob.user())).id
        await ada.send(conversation, f"The {word} is for the soup")
        for number in range(MORE_THAN_A_PAGE):
            await ada.send(conversation, f"Line {number}.")
        newest = bob.messages().filter(has_text=f"Line {MORE_THAN_A_PAGE - 1}.")

        await bob.control("search").fill(ada.user)
        await expect(bob.control("found-person")).to_contain_text(ada.user, ignore_case=True)
        await bob.control("search").fill(word[:-2].upper())
        await expect(bob.control("found-message").locator("mark")).to_have_text(word)
        await bob.control("found-message").click()
        wanted = bob.messages().filter(has_text=word)
        await expect(wanted).to_be_in_viewport()
        await expect(wanted).to_be_focused()
        await expect(newest).to_have_count(0)
        await bob.control("to-newest").click()
        await expect(newest).to_be_in_viewport()


async def test_what_happened_while_the_page_was_closed_is_told(meeting: Meeting) -> None:
    ada, bob = await asyncio.gather(move_in(meeting, "Ada"), move_in(meeting, "Bob"))
    await ada.write_to(bob)
    await ada.say("Hello")
    await bob.page.goto("about:blank")
    await ada.control("call-audio").click()
    await ada.control("cancel-call").click()
    await expect(ada.control("happening")).to_contain_text("cancelled")

    await bob.page.goto(meeting.server.url)
    await expect(bob.control("badge-calls")).to_contain_text("1")
    await bob.control("conversation").filter(has_text=ada.name).click()
    await expect(bob.control("happening")).to_contain_text(f"Missed call from {ada.name}")
    await bob.control("tab-calls").click()
    await expect(bob.control("past-call")).to_have_attribute("data-outcome", "missed")
    await expect(bob.control("badge-calls")).to_have_count(0)
    await bob.page.reload()
    await bob.control("tab-calls").click()
    await expect(bob.control("past-call")).to_contain_text(ada.name)
    await expect(bob.control("badge-calls")).to_have_count(0)


async def test_from_the_list_to_a_thread_and_back_on_a_phone(meeting: Meeting) -> None:
    bob = await move_in(meeting, "Bob", PHONE, **TOUCH)
    async with person(meeting.server.url, somebody("ada")) as ada:
        conversation = (await ada.direct(await bob.user())).id
        root = await ada.send(conversation, "Which soup on Sunday?")
        await ada.send(conversation, "Leek", thread=root.message)
        row = bob.control("conversation")
        await expect(row).to_contain_text("Which soup on Sunday?")
        await fits(bob.guest)
        await row.tap()
        await expect(bob.control("thread-link")).to_have_text("1 reply")
        await fits(bob.guest)
        await bob.control("message-cover").tap(position={"x": 8, "y": 8})
        await expect(bob.control("menu")).to_be_visible()
        await fits(bob.guest)
        await bob.page.keyboard.press("Escape")

        await bob.control("thread-link").tap()
        await expect(bob.control("thread").get_by_test_id("message")).to_contain_text("Leek")
        await fits(bob.guest)
        await bob.control("thread-input").fill("With potatoes")
        await bob.control("thread-send").tap()
        await bob.control("thread-back").tap()
        await expect(bob.control("thread-link")).to_have_text("2 replies")
        await bob.page.go_back()
        await expect(row).to_be_focused()
        await in_search_and_calls(bob)


async def in_search_and_calls(bob: Resident) -> None:
    """Fits as well."""
    await bob.control("search").fill("sunday")
    await expect(bob.control("found-message")).to_be_visible()
    await fits(bob.guest)
    await bob.control("tab-calls").tap()
    await fits(bob.guest)
