"""What must hold of every page on a phone held upright: 360 CSS pixels wide, no mouse."""

from __future__ import annotations

from typing import Any

from playwright.async_api import ViewportSize

from tests.e2e.guest import Guest

PHONE: ViewportSize = {"width": 360, "height": 740}
TOUCH: dict[str, Any] = {"has_touch": True, "is_mobile": True, "reduced_motion": "reduce"}
"""With the least motion: every movement has an end, and `fits` waits for it."""
SMALLEST_TARGET = 44
"""CSS pixels, both ways; WCAG 2.2, success criterion 2.5.5."""

_WIDTH = "() => document.documentElement.scrollWidth"
_SMALL_TARGETS = """(least) => [...document.querySelectorAll('button, select, input, textarea, a')].filter((one) => {
  const inText = one.closest('.message-text') !== null;
  if (inText || one.closest('[inert]') !== null || !one.checkVisibility({ visibilityProperty: true })) return false;
  const { width, height } = (one.closest('label') ?? one).getBoundingClientRect();
  return width < least || height < least;
}).map((one) => `${one.outerHTML.slice(0, 160)}: ${one.offsetWidth} by ${one.offsetHeight}`)"""
_OUTSIDE = """() => [...document.querySelectorAll('button, select, input, textarea')].filter((one) => {
  const scrolls = one.closest('.lobby, .landing, .settings, .invite') !== null;
  if (scrolls || one.closest('[inert]') !== null || !one.checkVisibility()) return false;
  const { left, right, top, bottom } = one.getBoundingClientRect();
  return left < 0 || top < 0 || right > innerWidth || bottom > innerHeight;
}).map((one) => one.outerHTML.slice(0, 160))"""


async def fits(guest: Guest) -> None:
    """Nothing wider than the screen, nothing too small for a thumb, no control beyond an edge."""
    await guest.stand_still()
    assert await guest.ask(_WIDTH) <= PHONE["width"]
    assert (small := await guest.ask(_SMALL_TARGETS, SMALLEST_TARGET)) == [], f"too small for a thumb: {small}"
    assert (outside := await guest.ask(_OUTSIDE)) == [], f"beyond an edge: {outside}"
