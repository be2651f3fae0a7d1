"""Pictures of a conversation, looked at one by one."""

from __future__ import annotations

import asyncio
import io
from typing import Any

from PIL import Image, PngImagePlugin
from playwright.async_api import FilePayload, Page, expect

from tests.e2e.household import Resident, move_in
from tests.e2e.meeting import Meeting
from tests.e2e.small_screen import PHONE, TOUCH

_DECODED = "(image) => image.decode().then(() => image.naturalWidth)"
_FOCUSED_PICTURE = "() => document.activeElement?.querySelector('img')?.alt"


def picture(name: str, size: tuple[int, int], kind: str = "PNG") -> FilePayload:
    out = io.BytesIO()
    Image.effect_mandelbrot(size, (-2, -1.4, 1, 1.4), 60).convert("RGB").save(out, kind)
    return {"name": name, "mimeType": f"image/{kind.lower()}", "buffer": out.getvalue()}


async def send(who: Resident, *pictures: FilePayload) -> None:
    for count, one in enumerate(pictures, 1):
        await who.control("file-input").set_input_files(one)
        await expect(who.control("upload")).to_have_attribute("data-ready", "true")
        await who.control("message-send").click()
        await expect(who.control("picture")).to_have_count(count)


async def shown(page: Page, name: str) -> int:
    """Waits for the large picture; gives its width in pixels of its own."""
    large = page.get_by_test_id("viewer-picture")
    await expect(large).to_have_attribute("alt", name)
    await expect(large).to_have_attribute("data-loaded", "true")
    width: int = await large.evaluate(_DECODED)
    return width


async def test_pictures_open_large_and_lead_to_each_other(meeting: Meeting) -> None:
    ada, bob = await asyncio.gather(move_in(meeting, "Ada"), move_in(meeting, "Bob"))
    await ada.write_to(bob)
    await send(
        ada, picture("soup.png", (1400, 900)), picture("stew.png", (300, 700)), picture("pot.avif", (900, 600), "AVIF")
    )
    await bob.control("conversation").filter(has_text=ada.name).click()
    page = bob.page
    await page.locator("a", has=page.get_by_alt_text("stew.png")).focus()
    await page.keyboard.press("Enter")
    assert await shown(page, "stew.png") == 300
    viewer = bob.control("viewer")
    await expect(viewer).to_contain_text(ada.name)
    await expect(viewer).to_contain_text("2 of 3")
    await page.keyboard.press("ArrowRight")
    assert await shown(page, "pot.avif") == 900
    await page.keyboard.press("ArrowRight")
    await expect(viewer).to_contain_text("3 of 3")
    await bob.control("viewer-before").click()
    await bob.control("viewer-before").click()
    assert await shown(page, "soup.png") == 1400
    async with page.expect_download() as downloading:
        await bob.control("viewer-download").click()
    assert (await downloading.value).suggested_filename == "soup.png"
    await page.keyboard.press("Escape")
    await expect(viewer).to_have_count(0)
    assert await page.evaluate(_FOCUSED_PICTURE) == "stew.png"

    await page.get_by_alt_text("soup.png").click()
    await shown(page, "soup.png")
    await viewer.click(position={"x": 40, "y": 600})
    await expect(viewer).to_have_count(0)


async def test_pictures_are_sent_without_what_tells_where_they_were_taken(meeting: Meeting) -> None:
    ada, bob = await asyncio.gather(move_in(meeting, "Ada"), move_in(meeting, "Bob"))
    await ada.write_to(bob)
    words = PngImagePlugin.PngInfo()
    words.add_text("Comment", "SECRETPLACE")
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "SECRETMAKER"
    kinds: list[tuple[str, dict[str, Any]]] = [("PNG", {"pnginfo": words}), ("WEBP", {"xmp": b"SECRETPLACE"})]
    for count, (kind, more) in enumerate(kinds, 1):
        out = io.BytesIO()
        Image.new("RGB", (60, 40), (200, 90, 30)).save(out, kind, exif=exif.tobytes(), **more)
        sent: FilePayload = {"name": f"{count}.x", "mimeType": f"image/{kind.lower()}", "buffer": out.getvalue()}
        await ada.control("file-input").set_input_files(sent)
        await expect(ada.control("upload")).to_have_attribute("data-ready", "true")
        await ada.control("message-send").click()
        await expect(ada.control("picture")).to_have_count(count)
        link = ada.page.locator("a", has=ada.page.get_by_alt_text(f"{count}.x"))
        address = await link.evaluate("(link) => link.href")
        kept = await (await ada.page.request.get(address)).body()
        assert b"SECRET" not in kept
        with Image.open(io.BytesIO(kept)) as received:
            received.load()
            assert (received.format, received.size, dict(received.getexif())) == (kind, (60, 40), {0x0112: 6})


async def test_a_picture_that_is_deleted_closes_at_those_who_look_at_it(meeting: Meeting) -> None:
    ada, bob = await asyncio.gather(move_in(meeting, "Ada"), move_in(meeting, "Bob"))
    await ada.write_to(bob)
    await send(ada, picture("soup.png", (640, 400)))
    await bob.control("conversation").filter(has_text=ada.name).click()
    await bob.control("picture").click()
    await shown(bob.page, "soup.png")
    await ada.choose("menu-delete")
    await ada.control("delete-yes").click()
    await expect(bob.control("viewer")).to_have_count(0)


async def test_a_picture_fits_a_phone(meeting: Meeting) -> None:
    ada = await move_in(meeting, "Ada")
    bob = await move_in(meeting, "Bob", PHONE, **TOUCH)
    await ada.write_to(bob)
    await send(ada, picture("soup.png", (1400, 900)), picture("stew.png", (300, 1700)))
    await bob.control("conversation").filter(has_text=ada.name).tap()
    await bob.page.get_by_alt_text("stew.png").tap()
    await shown(bob.page, "stew.png")
    for part in ("viewer-picture", "viewer-download", "viewer-close", "viewer-before", "viewer-next"):
        box = await bob.control(part).bounding_box()
        assert box is not None
        assert min(box["x"], box["y"]) >= 0
        assert box["x"] + box["width"] <= PHONE["width"]
        assert box["y"] + box["height"] <= PHONE["height"]
    await bob.control("viewer-close").tap()
    await expect(bob.control("viewer")).to_have_count(0)


async def test_old_addresses_of_files_are_renewed(meeting: Meeting) -> None:
    frames: list[str] = []

    async def with_clock(page: Page) -> None:
        page.on("websocket", lambda socket: socket.on("framesent", lambda frame: frames.append(str(frame))))
        await page.clock.install()

    ada, bob = await asyncio.gather(move_in(meeting, "Ada"), move_in(meeting, "Bob", prepare=with_clock))
    await ada.write_to(bob)
    await send(ada, picture("soup.png", (640, 400)))
    await bob.control("conversation").filter(has_text=ada.name).click()
    link = bob.page.locator("a", has=bob.page.get_by_alt_text("soup.png"))
    await expect(link).to_be_visible()
    asked: list[str] = []
    bob.page.on("request", lambda request: asked.append(request.url) if "/original" in request.url else None)
    await bob.page.clock.set_fixed_time(await bob.page.evaluate("() => Date.now() + 3_600_000"))
    await link.click()
    assert await shown(bob.page, "soup.png") == 640
    # Once, and no more often than that, though by this page's clock the new address is an old one too.
    assert len(asked) == 1
    assert sum("history.get" in frame and '"limit":1' in frame for frame in frames) == 1
