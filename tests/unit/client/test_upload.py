from __future__ import annotations

import io
import random
from collections.abc import Callable

import msgspec
import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from tureen.client import NotConnectedError, RefusedError
from tureen.client.errors import ClientError
from tureen.client.upload import Upload
from tureen.protocol.errors import ErrorCode
from tureen.protocol.resources import Attachment

CHUNK = 4
Answer = web.Response | None
Trouble = Callable[[str, int], Answer]
"""By method and number of the request; None: the request is served."""


class Shelf:
    """Takes the pieces of one file."""

    def __init__(self, size: int, trouble: Trouble) -> None:
        self.size = size
        self.bytes = b""
        self.asked: list[str] = []
        self._trouble = trouble

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request.method)
        piece = await request.read()
        offset = int(request.headers.get("Upload-Offset", len(self.bytes)))
        trouble = self._trouble(request.method, len(self.asked))
        if trouble is not None:
            return trouble
        if offset != len(self.bytes):
            return web.json_response({"error": {"code": "conflict", "message": "elsewhere"}}, status=409)
        self.bytes += piece
        if request.method == "PATCH" and len(self.bytes) == self.size:
            ready = Attachment(id="AT_1", name="soup.txt", media_type="text/plain", size_bytes=self.size)
            return web.Response(body=msgspec.json.encode(ready))
        headers = {"Upload-Offset": str(len(self.bytes))}
        return web.Response(status=204 if request.method == "PATCH" else 200, headers=headers)


def untroubled(_method: str, _number: int) -> Answer:
    return None


async def sent(content: bytes, trouble: Trouble = untroubled) -> tuple[Attachment, Shelf]:
    shelf = Shelf(len(content), trouble)
    app = web.Application()
    app.router.add_route("*", "/u", shelf.answer)
    async with TestServer(app) as server, ClientSession() as session:
        source = io.BytesIO(content)
        upload = Upload(session, str(server.make_url("/u")), source, size=len(content), chunk=CHUNK)
        return await upload.run(), shelf


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(random, "random", lambda: 0.0)


@pytest.mark.parametrize("content", [b"", b"leek", b"leek and potato"])
async def test_a_file_arrives_whole_piece_by_piece(content: bytes) -> None:
    attachment, shelf = await sent(content)
    assert shelf.bytes == content
    assert attachment.id == "AT_1"
    assert shelf.asked == ["PATCH"] * max(1, -(-len(content) // CHUNK))


async def test_after_a_failure_it_asks_where_the_server_stands_and_goes_on_from_there() -> None:
    def trouble(_method: str, number: int) -> Answer:
        return web.Response(status=503) if number == 2 else None

    _attachment, shelf = await sent(b"leek and potato", trouble)
    assert shelf.bytes == b"leek and potato"
    assert shelf.asked[:4] == ["PATCH", "PATCH", "HEAD", "PATCH"]


async def test_a_refusal_is_final_and_says_why() -> None:
    said = {"error": {"code": "unsupported_media", "message": "It is no picture.", "hint": "Name it as it is."}}
    with pytest.raises(RefusedError, match="no picture") as refusal:
        await sent(b"leek", lambda _method, _number: web.json_response(said, status=415))
    assert refusal.value.error_code is ErrorCode.UNSUPPORTED_MEDIA


async def test_a_refusal_of_somebody_between_is_known_by_its_status() -> None:
    with pytest.raises(RefusedError) as refusal:
        await sent(b"leek", lambda _method, _number: web.Response(status=413, text="<h1>too much</h1>"))
    assert refusal.value.error_code is ErrorCode.TOO_LARGE


async def test_without_any_progress_it_gives_up() -> None:
    def trouble(method: str, _number: int) -> Answer:
        return web.Response(status=503) if method == "PATCH" else None

    with pytest.raises(RefusedError, match="503"):
        await sent(b"leek", trouble)


async def test_a_server_that_is_away_is_told_so() -> None:
    async with ClientSession() as session:
        upload = Upload(session, "http://127.0.0.1:9/u", io.BytesIO(b"leek"), size=4, chunk=CHUNK)
        with pytest.raises(NotConnectedError, match="did not get through"):
            await upload.run()


@pytest.mark.parametrize("stands_at", ["", "many", "-1", "99"])
async def test_an_offset_that_makes_no_sense_is_an_error(stands_at: str) -> None:
    headers = {"Upload-Offset": stands_at}
    with pytest.raises(ClientError, match="does not say"):
        await sent(b"leek and potato", lambda _method, _number: web.Response(status=204, headers=headers))
