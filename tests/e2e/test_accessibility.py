"""What screen readers are told, and what weak eyes can read."""

from __future__ import annotations

from typing import Any, Literal

import pytest
from playwright.async_api import expect

from tests.browser import launch_chromium
from tests.e2e.guest import Guest
from tests.e2e.meeting import Meeting
from tests.e2e.observed import meets

LEAST_CONTRAST = 4.5
"""Of text to what is behind it; WCAG 2.2, success criterion 1.4.3."""

_FAINT_TEXT = """(least) => {
  const parse = (colour) => {
    const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
    return { rgb: [r, g, b], alpha: a / 255 };
  };
  const over = (top, below) => top.rgb.map((value, at) => value * top.alpha + below[at] * (1 - top.alpha));
  const behind = (element) => {
    if (element === null) return [255, 255, 255];
    if (element.matches('.tile') && element.querySelector('video')) return [255, 255, 255];  // the brightest picture
    const ground = parse(getComputedStyle(element).backgroundColor);
    return ground.alpha === 1 ? ground.rgb : over(ground, behind(element.parentElement));
  };
  const luminance = (rgb) => rgb
    .map((value) => value / 255)
    .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4))
    .reduce((sum, value, at) => sum + value * [0.2126, 0.7152, 0.0722][at], 0);
  const contrast = (one, other) => {
    const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (light + 0.05) / (dark + 0.05);
  };
  const speaks = (element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== '')
    || element.matches('input, select, textarea');
  const found = [...document.querySelectorAll('body *')].filter((element) =>
    speaks(element) && element.checkVisibility({ opacityProperty: true, visibilityProperty: true })
    && element.closest('.visually-hidden, script, noscript, svg') === null);
  return found.flatMap((element) => {
    const ground = behind(element);
    const ratio = contrast(over(parse(getComputedStyle(element).color), ground), ground);
    return ratio >= least ? [] : [`${ratio.toFixed(2)}: ${element.outerHTML.slice(0, 140)}`];
  });
}"""
_COUNT_TEXT = "() => document.body.innerText.trim().length"


async def is_readable(guest: Guest) -> None:
    """Every text on the page stands out from its ground."""
    await guest.stand_still()
    assert await guest.ask(_COUNT_TEXT) > 0
    assert await guest.ask(_FAINT_TEXT, LEAST_CONTRAST) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_text_is_readable_in_both_schemes(meeting: Meeting, scheme: Literal["light", "dark"]) -> None:
    look: dict[str, Any] = {"color_scheme": scheme, "reduced_motion": "reduce"}
    ana = await meeting.visitor("Ana", **look)
    await ana.page.goto(meeting.server.url)
    await ana.control("room-input").fill("///")
    await ana.control("room-input").press("Enter")
    await expect(ana.page.get_by_role("alert")).to_be_visible()
    await is_readable(ana)

    await ana.page.goto(meeting.link)
    await expect(ana.page.get_by_label("Camera", exact=True)).to_be_visible()
    await is_readable(ana)
    await ana.enter()
    await expect(ana.page.get_by_role("complementary", name="Invite people")).to_be_visible()
    await is_readable(ana)

    ben = await meeting.join("Ben", **look)
    await ben.control("camera").click()
    await ana.control("mic").click()
    await ben.control("chat-toggle").click()
    await ben.control("chat-input").fill("Have a look: https://example.org/soup")
    await ben.control("chat-send").click()
    await expect(ana.page.get_by_role("log", name="News")).to_contain_text("Have a look")
    await is_readable(ana)
    for panel in ("chat-toggle", "people-toggle", "settings"):
        await ana.control(panel).click()
        await is_readable(ana)
    await ana.control("open-statistics").click()
    await expect(ana.control("figures")).to_be_visible()
    await is_readable(ana)
    await ana.page.keyboard.press("Escape")
    await ana.leave()
    await is_readable(ana)


async def test_a_screen_reader_finds_its_way(meeting: Meeting) -> None:
    ana = await meeting.visitor("Ana")
    await ana.page.goto(meeting.link)
    await expect(ana.page.locator("html")).to_have_attribute("lang", "en")
    await expect(ana.page.locator("body")).to_match_aria_snapshot(f"""
      - banner:
        - link "Tureen, home"
      - main:
        - button "Turn the microphone off"
        - button "Turn the camera off"
        - heading "{meeting.room}" [level=1]
        - textbox "Your name"
        - button "Join"
        - combobox "Microphone"
        - combobox "Camera"
    """)
    await ana.enter()
    await ana.control("people-toggle").click()
    await expect(ana.page.locator("body")).to_match_aria_snapshot(f"""
      - banner:
        - heading "{meeting.room}" [level=1]
        - status "Connected"
        - button "Copy invitation link"
        - button "People (1)" [expanded]
      - main "People in the meeting":
        - article "Ana (you)":
          - button "Pin Ana"
      - region "People (1)":
        - heading "People (1)" [level=2]
        - button "Close people (1)"
        - list:
          - listitem:
            - img "microphone on, camera on"
      - navigation "Meeting controls":
        - button "Mute"
        - button "Stop camera"
        - button "Share your screen"
        - button "Chat"
        - button "Settings"
        - button "Leave"
      - log "News"
    """)


async def test_comings_goings_and_messages_are_read_out(meeting: Meeting) -> None:
    ana = await meeting.join("Ana")
    news = ana.page.get_by_role("log", name="News")
    await expect(news).to_have_attribute("aria-live", "polite")

    ben = await meeting.join("Ben")
    await expect(news).to_contain_text("Ben joined")
    await ben.control("chat-toggle").click()
    await ben.control("chat-input").fill("Soup is ready")
    await ben.control("chat-send").click()
    await expect(news).to_contain_text("Ben: Soup is ready")
    await expect(ana.control("chat-toggle")).to_have_accessible_name("Chat (1 new)")
    await expect(ana.page).to_have_title(f"(1) {meeting.room} · Tureen")
    await ana.control("chat-toggle").click()
    await expect(ana.page.get_by_role("log", name="Messages")).to_contain_text("Soup is ready")
    await expect(ana.page).to_have_title(f"{meeting.room} · Tureen")

    await meets(ana, ben.identity)
    await ben.leave()
    await expect(news).to_contain_text("Ben left")


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        ("--use-fake-ui-for-media-stream", "No permission for your camera or microphone"),
        ("--use-fake-device-for-media-stream", "No camera or microphone found"),
    ],
    ids=["denied", "absent"],
)
async def test_who_has_no_devices_is_told_and_joins_all_the_same(meeting: Meeting, missing: str, said: str) -> None:
    ben = await meeting.join("Ben")
    async with launch_chromium(without=[missing]) as browser:
        ana = Guest(context := await browser.new_context(), await context.new_page(), "Ana")
        await ana.page.goto(meeting.link)
        await expect(ana.page.get_by_role("main")).to_contain_text(said)
        await expect(ana.page.get_by_role("main")).to_contain_text("You can join without")
        await is_readable(ana)
        await ana.enter()

        await expect(ben.tile_of(ana)).to_have_attribute("data-muted", "true")
        await expect(ana.tile_of(ben).locator("video")).to_have_count(1)
        await ana.control("camera").click()
        await expect(ana.page.get_by_role("log", name="News")).to_contain_text("camera")
        assert ana.problems == []
