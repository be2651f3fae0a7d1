"""People write to each other during a call."""

from __future__ import annotations

import asyncio

from playwright.async_api import expect

from tests.e2e.household import CALL_TIMEOUT_MS, Resident, move_in
from tests.e2e.meeting import Meeting

_GIVE = """async (field, kind) => {
  const canvas = Object.assign(document.createElement('canvas'), { width: 32, height: 24 });
  canvas.getContext('2d').fillRect(0, 0, 32, 24);
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, 'image/png'));
  const data = new DataTransfer();
  data.items.add(new File([blob], `${kind}.png`, { type: 'image/png' }));
  const event = kind === 'paste'
    ? new ClipboardEvent('paste', { bubbles: true, cancelable: true, clipboardData: data })
    : new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer: data });
  field.dispatchEvent(event);
}"""


async def say(who: Resident, text: str) -> None:
    await who.control("chat-input").fill(text)
    await who.control("chat-input").press("Enter")


async def test_what_is_written_in_a_call_of_two_stays_in_their_conversation(meeting: Meeting) -> None:
    ada, bob = await asyncio.gather(move_in(meeting, "Ada"), move_in(meeting, "Bob"))
    await ada.call(bob)
    await bob.control("accept").click()
    await asyncio.gather(ada.is_in_call(), bob.is_in_call())
    await ada.control("chat-toggle").click()
    await expect(ada.control("call").get_by_role("log", name="Messages")).to_contain_text(
        f"conversation with {bob.name}"
    )
    await say(ada, "Soup is ready")
    await expect(ada.control("chat-input")).to_have_value("")
    await expect(ada.control("chat-message")).to_contain_text("Soup is ready")
    await expect(bob.control("chat-toggle")).to_contain_text("1")
    await bob.control("chat-toggle").click()
    await expect(bob.control("chat-message")).to_contain_text("Soup is ready")
    await say(bob, "Bringing the bread")
    await expect(ada.control("chat-message").nth(1)).to_contain_text("Bringing the bread")
    await bob.control("chat-message").first.hover()
    await bob.control("chat-like").first.click()
    await expect(ada.control("call").get_by_role("list", name="Reactions")).to_contain_text("👍 1")

    await ada.control("leave").click()
    await expect(ada.control("call")).to_have_count(0)
    await expect(ada.messages().nth(1)).to_contain_text("Bringing the bread")
    row = bob.control("conversation").filter(has_text=ada.name)
    await row.click()
    await expect(bob.messages().nth(0)).to_contain_text("Soup is ready")


async def test_a_call_of_three_without_a_group_has_no_chat(meeting: Meeting) -> None:
    names = ("Ada", "Bob", "Cleo")
    ada, bob, cleo = await asyncio.gather(*(move_in(meeting, name) for name in names))
    await ada.call(bob)
    await bob.control("accept").click()
    await asyncio.gather(ada.is_in_call(), bob.is_in_call())
    await bob.control("chat-toggle").click()
    await bob.control("chat-input").fill("Not sent yet")
    await ada.add_to_call(cleo)
    for who in (ada, bob, cleo):
        await expect(who.control("tile")).to_have_count(3, timeout=CALL_TIMEOUT_MS)
        await expect(who.control("chat-toggle")).to_have_count(0)
    await asyncio.gather(*(who.hears_all(3) for who in (ada, bob, cleo)))
    await cleo.control("leave").click()
    await bob.control("chat-toggle").click()
    await expect(bob.control("chat-input")).to_have_value("Not sent yet")


async def test_pictures_are_pasted_and_dropped_into_the_chat_of_a_call(meeting: Meeting) -> None:
    ada, bob = await asyncio.gather(move_in(meeting, "Ada"), move_in(meeting, "Bob"))
    await ada.call(bob)
    await bob.control("accept").click()
    await asyncio.gather(ada.is_in_call(), bob.is_in_call())
    await asyncio.gather(ada.control("chat-toggle").click(), bob.control("chat-toggle").click())
    for way in ("paste", "drop"):
        await ada.control("chat-input").evaluate(_GIVE, way)
    ready = ada.control("call").locator('[data-testid="upload"][data-ready="true"]')
    await expect(ready).to_have_count(2, timeout=CALL_TIMEOUT_MS)
    await ada.control("chat-send").click()
    for who in (ada, bob):
        await expect(who.control("chat-message").get_by_test_id("picture")).to_have_count(2)
    await expect(ada.control("upload")).to_have_count(0)
    await ada.control("leave").click()
    await expect(ada.messages().get_by_test_id("picture")).to_have_count(2)


async def test_what_a_call_covers_is_not_read(meeting: Meeting) -> None:
    ada, bob = await asyncio.gather(move_in(meeting, "Ada"), move_in(meeting, "Bob"))
    await ada.call(bob)
    await bob.control("accept").click()
    await asyncio.gather(ada.is_in_call(), bob.is_in_call())
    await bob.control("minimise").click()
    await bob.write_to(ada)
    await bob.say("Soup is ready")
    await expect(bob.messages()).to_have_attribute("data-delivery", "delivered")
    await expect(ada.control("chat-toggle")).to_contain_text("1")
    await ada.control("minimise").click()
    await expect(bob.messages()).to_have_attribute("data-delivery", "read")
    await ada.control("open-call").click()
    await expect(ada.control("chat-toggle")).not_to_contain_text("1")
