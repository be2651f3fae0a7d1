"""Groups: somebody is meant by name, and what was begun is not lost."""

from __future__ import annotations

from playwright.async_api import expect

from tests.e2e.household import found_group, move_in
from tests.e2e.meeting import Meeting


async def test_who_is_chosen_after_an_at_sign_is_meant(meeting: Meeting) -> None:
    ada, bo = await move_in(meeting, "Ada"), await move_in(meeting, "Bo")
    await found_group("Soup club", ada, bo)

    field = ada.control("message-input")
    await field.press_sequentially("Bread, @Bo")
    await expect(ada.page.get_by_role("option", name=bo.name)).to_have_attribute("aria-selected", "true")
    await field.press("Enter")
    await expect(field).to_have_value(f"Bread, @{bo.name} ")
    await field.press_sequentially("please")
    await field.press("Enter")
    await expect(ada.messages().locator(".mention")).to_have_text(f"@{bo.name}")

    await bo.control("conversation").filter(has_text="Soup club").click()
    message = bo.messages().filter(has_text="please")
    await expect(message).to_have_attribute("data-mention", "true")
    await expect(message.locator(".mention[data-me='true']")).to_have_text(f"@{bo.name}")

    # The last message comes back by one key, and means nobody any more once the name is gone.
    await field.press("ArrowUp")
    await expect(field).to_have_value(f"Bread, @{bo.name} please")
    await field.fill("Bread, please")
    await field.press("Enter")
    await expect(message).to_have_attribute("data-mention", "false")


async def test_a_draft_waits_in_its_conversation_through_a_reload(meeting: Meeting) -> None:
    ada, bo = await move_in(meeting, "Ada"), await move_in(meeting, "Bo")
    await found_group("Soup club", ada, bo)
    field = ada.control("message-input")
    await field.fill("half a sentence " * 20)
    height = (await field.bounding_box() or {"height": 0})["height"]
    assert height > 70, "a long text is shown in several lines"

    await ada.write_to(bo)
    await expect(field).to_have_value("")
    await ada.page.reload()
    await ada.control("tab-chats").click()
    await ada.control("conversation").filter(has_text="Soup club").click()
    await expect(field).to_have_value("half a sentence " * 20)
    await ada.control("message-send").click()
    await expect(ada.messages()).to_have_count(1)

    await ada.page.reload()
    await expect(ada.messages()).to_have_count(1)
    await expect(field).to_have_value("")
