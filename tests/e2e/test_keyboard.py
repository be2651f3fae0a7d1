"""A meeting without a mouse."""

from __future__ import annotations

from playwright.async_api import Locator, expect

from tests.e2e.guest import Guest
from tests.e2e.meeting import Meeting

MOST_STOPS = 40
"""More than any page has."""

_HAS_FOCUS = "(element) => element === document.activeElement"
_OUTLINE = """(element) => {
  const shown = (one) => {
    const { outlineStyle, outlineWidth } = getComputedStyle(one);
    return outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2;
  };
  return shown(element) || [element.closest('label')].some((label) => label && shown(label));
}"""


async def tab_to(guest: Guest, wanted: Locator, key: str = "Tab") -> None:
    """Presses the key until the element has the focus; every stop on the way must show that it has it."""
    await expect(wanted).to_be_visible()
    for _ in range(MOST_STOPS):
        if await wanted.evaluate(_HAS_FOCUS):
            return
        await guest.page.keyboard.press(key)
        focused = guest.page.locator(":focus")
        if await focused.count():
            assert await focused.evaluate(_OUTLINE), f"no focus ring on {await focused.evaluate('(e) => e.outerHTML')}"
    raise AssertionError(f"{MOST_STOPS} presses of {key} did not reach {wanted}")


async def test_the_whole_way_from_the_landing_page_to_the_good_bye(meeting: Meeting) -> None:
    ana = await meeting.visitor("Ana")
    press = ana.page.keyboard.press
    await ana.page.goto(meeting.server.url)
    await tab_to(ana, ana.control("room-input"))
    await ana.page.keyboard.type(meeting.room)
    await press("Enter")
    await expect(ana.page).to_have_title(f"Join {meeting.room} · Tureen")
    await expect(ana.control("name")).to_be_focused()
    await ana.page.keyboard.type("Ana")
    await press("Enter")
    await ana.arrive()
    await expect(ana.page).to_have_title(f"{meeting.room} · Tureen")

    microphone = ana.control("mic")
    await expect(microphone).to_have_accessible_name("Mute")
    await tab_to(ana, microphone)
    await press("Space")
    await expect(microphone).to_have_accessible_name("Unmute")
    await press("Space")
    await expect(microphone).to_have_accessible_name("Mute")
    await expect(microphone).to_be_focused()

    await tab_to(ana, ana.control("chat-toggle"))
    await press("Enter")
    await expect(ana.control("chat-input")).to_be_focused()
    await ana.page.keyboard.type("Soup is ready")
    await press("Enter")
    await expect(ana.control("chat-message")).to_have_attribute("data-delivery", "sent")
    await press("Escape")
    await expect(ana.control("chat-toggle")).to_be_focused()

    await tab_to(ana, ana.control("leave"))
    await press("Enter")
    await expect(ana.control("rejoin")).to_be_focused()
    await expect(ana.page).to_have_title("You left the meeting · Tureen")


async def test_single_keys_work_and_can_be_switched_off(meeting: Meeting) -> None:
    ana = await meeting.join("Ana")
    press = ana.page.keyboard.press
    await expect(ana.control("mic")).to_have_accessible_name("Mute")
    await press("m")
    await expect(ana.control("mic")).to_have_accessible_name("Unmute")
    await press("c")
    await ana.page.keyboard.type("mvp")
    await expect(ana.control("chat-input")).to_have_value("mvp")
    await expect(ana.control("mic")).to_have_accessible_name("Unmute")
    await press("Escape")

    await ana.control("settings").click()
    dialog = ana.page.get_by_role("dialog", name="Settings")
    await expect(dialog).to_contain_text("Microphone on or off")
    await dialog.get_by_label("Single-key shortcuts").press("Space")
    await press("Escape")
    await expect(dialog).to_have_count(0)
    await expect(ana.control("settings")).to_be_focused()
    await press("c")
    await expect(ana.control("chat-input")).to_have_count(0)


async def test_what_is_typed_outlives_a_closed_panel(meeting: Meeting) -> None:
    ana = await meeting.join("Ana")
    await ana.page.keyboard.press("c")
    await ana.control("chat-input").fill("half a sen")
    await ana.page.keyboard.press("Escape")
    await expect(ana.control("chat-input")).to_have_count(0)
    await ana.page.keyboard.press("c")
    await expect(ana.control("chat-input")).to_have_value("half a sen")
