"""Files that lie, grow, overlap and explode; addresses that somebody made up; and what browsers are given of them."""

from __future__ import annotations

import asyncio
import secrets
import struct
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import unquote

import pytest

from tests.hostile.api import Answer, ask
from tests.hostile.chat_of_two import chat_of_two
from tests.hostile.documented import check_answer, check_error
from tests.hostile.native_client import NativeClient
from tests.hostile.raw_http import exchange
from tests.hostile.village import CHUNK, uploaded
from tests.server import TureenServer
from tests.unit.inspection import samples

PART = 64 * 1024
CHUNK_BYTES = 1024 * 1024

PNG, JPEG, GIF = (samples.image(kind) for kind in ("PNG", "JPEG", "GIF"))
LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + step, b"&%c;" % (97 + step) * 10) for step in range(12))
    + b"]><l>&m;</l>"
)

REFUSED: dict[str, tuple[str, bytes, set[str]]] = {
    "HTML as PNG": ("cat.png", samples.HTML, {"unsupported_media"}),
    "HTML after a byte order mark": ("cat.jpg", b"\xef\xbb\xbf \n" + samples.HTML, {"unsupported_media"}),
    "SVG with a script as PNG": ("cat.png", samples.SVG, {"unsupported_media"}),
    "script as GIF": ("cat.gif", b"alert(1)//", {"unsupported_media"}),
    "GIF that is a script": ("cat.gif", b"GIF89a=1;alert(1)//", {"unsupported_media"}),
    "PNG by its first bytes": ("cat.png", b"\x89PNG\r\n\x1a\n" + samples.HTML, {"unsupported_media"}),
    "JPEG by its first bytes": ("cat.jpg", b"\xff\xd8\xff\xe0" + samples.HTML, {"unsupported_media"}),
    "program as picture": ("cat.jpg", b"MZ\x90\0" + bytes(200), {"unsupported_media"}),
    "film as picture": ("cat.webp", samples.MP4, {"unsupported_media"}),
    "picture as PDF": ("bill.pdf", PNG, {"unsupported_media"}),
    "picture as archive": ("all.zip", PNG, {"unsupported_media"}),
    "PNG cut short": ("cat.png", PNG[: len(PNG) // 2], {"unsupported_media"}),
    "JPEG cut short": ("cat.jpg", JPEG[: len(JPEG) // 3], {"unsupported_media"}),
    "GIF cut short": ("cat.gif", GIF[:20], {"unsupported_media"}),
    "WebP of nothing": ("cat.webp", b"RIFF\xff\xff\xff\xffWEBPVP8 " + bytes(20), {"unsupported_media"}),
    "PNG of no size": ("cat.png", samples.png_of_size(0, 0), {"unsupported_media"}),
    "PNG of 2**31 pixels a side": (
        "cat.png",
        samples.png_of_size(2**31 - 1, 2**31 - 1),
        {"too_large", "unsupported_media"},
    ),
    "PNG of too many pixels": ("cat.png", samples.png_of_size(50_000, 50_000), {"too_large"}),
    "GIF frame beyond its canvas": ("cat.gif", samples.gif_with_huge_frame(), {"too_large", "unsupported_media"}),
    "zip bomb": ("all.zip", samples.zip_bomb(), {"too_large"}),
    "zip bomb as a document": ("letter.docx", samples.zip_bomb(), {"too_large"}),
    "zip bomb of no name": ("all", samples.zip_bomb(), {"too_large"}),
    "text that unfolds within a PNG": (
        "cat.png",
        b"\x89PNG\r\n\x1a\n"
        + samples.png_chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0))
        + samples.png_chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(100 << 20)))
        + samples.png_chunk(b"IDAT", zlib.compress(bytes(4)))
        + samples.png_chunk(b"IEND", b""),
        {"too_large", "unsupported_media"},
    ),
}

SAVED: dict[str, tuple[str, bytes]] = {
    "HTML": ("page.html", samples.HTML),
    "HTML without a name for it": ("page", samples.HTML),
    "SVG": ("drawing.svg", samples.SVG),
    "script": ("run.js", b"alert(1)"),
    "PDF": ("bill.pdf", b"%PDF-1.7\n1 0 obj<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>"),
    "PDF behind HTML": ("bill.html", samples.HTML + b"%PDF-1.7"),
    "XML that unfolds": ("laughs.xml", LAUGHS),
    "archive with paths": ("all.zip", samples.zip_of(b"x")),
    "style": ("a.css", b"@import url(//evil.example)"),
    "noughts": ("nothing", bytes(100)),
    "text in UTF-7": ("page.txt", b"+ADw-script+AD4-alert(1)"),
}
SHOWN: dict[str, tuple[str, bytes, str]] = {
    "PNG called HTML": ("page.html", PNG, "image/png"),
    "GIF with HTML behind it": ("cat.gif", GIF + samples.HTML, "image/gif"),
    "PNG with an archive behind it": ("cat.png", PNG + samples.zip_of(b"x"), "image/png"),
    "JPEG": ("cat.jpg", samples.photo_with_place(6), "image/jpeg"),
}

NAMES = {
    "../../../etc/passwd": "passwd",
    "..\\..\\windows\\system32\\evil.dll": "evil.dll",
    "/": "file",
    "..": "file",
    ".htaccess": "htaccess",
    'a"; filename="b.html': "a_; filename=_b.html",
    "a\r\nSet-Cookie: b=c\r\n\r\n<script>": "aSet-Cookie_ b=c_script_",
    "\u202egnp.exe": "gnp.exe",
    "a\u2028b\u0085c\ufeff": "a bc",
    "COM1:": "COM1_",
    "\U0001f600" * 256: "\U0001f600" * 200,
    "x" * 250 + ".dat": "x" * 196 + ".dat",
    " . . ": "file",
    "ü\u0308.txt": None,
}
"""What becomes of them; None: whatever."""

RANGES = [
    "bytes=0-0", "bytes=0-", "bytes=-1", "bytes=-999999999999999", "bytes=5-2", "bytes=999-", "bytes=-0", "bytes=-",
    "bytes=0-999999999999999", "bytes=0-9999999999999999999999999999", "bytes=a-b", "bytes=0-1,2-3", "bytes=1e3-",
    "bytes=0x1-", "bytes= 1 - 2 ", "items=0-1", "bytes", "=", "", "bytes=\u00b2-", "bytes=--1", "bytes=+1-2",
    "bytes=" + "0-1," * 2_000,
]  # fmt: skip


@pytest.fixture(scope="session")
def server(patient_server: TureenServer) -> TureenServer:
    return patient_server


@asynccontextmanager
async def uploader(server: TureenServer) -> AsyncIterator[tuple[NativeClient, str]]:
    """Somebody, and a conversation of their own."""
    async with NativeClient.enter(server, f"mallory-{secrets.token_hex(4)}") as mallory:
        yield mallory, (await mallory.asks("conversation.create"))["conversation"]["id"]


async def announce(client: NativeClient, conversation: str, name: str, size: int) -> str:
    """Where its bytes go."""
    upload = await client.asks("upload.create", conversation=conversation, name=name, size_bytes=size)
    url: str = upload["url"]
    return url


async def send(server: TureenServer, url: str, offset: object, content: bytes, **headers: str) -> Answer:
    return await ask(server, "PATCH", url, content, headers={**CHUNK, "Upload-Offset": str(offset), **headers})


def check_download(answer: Answer) -> None:
    """Nothing that a browser would run, and nobody else's cache keeps it."""
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"].startswith("private")
    assert "set-cookie" not in answer.headers
    if answer.headers["content-type"] == "application/octet-stream":
        assert answer.headers["content-disposition"].startswith("attachment;")


async def test_files_that_are_not_what_they_say_are_refused_for_good(server: TureenServer) -> None:
    async with chat_of_two(server), uploader(server) as (mallory, conversation):
        for what, (name, content, codes) in REFUSED.items():
            url = await announce(mallory, conversation, name, len(content))
            answer = await send(server, url, 0, content)
            assert check_error(answer.status, answer.json) in codes, (what, answer)
            again = await send(server, url, len(content), b"")
            assert (again.status, again.json) == (answer.status, answer.json), what
            file = url.partition("?")[0].rpartition("/")[2]
            said = await mallory.asks("message.send", conversation=conversation, attachments=[file])
            check_answer(said)
            assert said["code"] == answer.json["error"]["code"], what


async def test_what_a_browser_could_run_is_saved_and_not_shown(server: TureenServer) -> None:
    async with uploader(server) as (mallory, conversation):
        for what, (name, content) in SAVED.items():
            file = await uploaded(server, mallory, conversation, name, content)
            answer = await ask(server, "GET", file["url"])
            assert (answer.status, answer.body) == (200, content), what
            check_download(answer)
            assert answer.headers["content-type"] == "application/octet-stream", what


async def test_pictures_are_shown_as_what_they_are(server: TureenServer) -> None:
    async with uploader(server) as (mallory, conversation):
        for what, (name, content, media_type) in SHOWN.items():
            file = await uploaded(server, mallory, conversation, name, content)
            answer = await ask(server, "GET", file["url"])
            check_download(answer)
            assert (answer.headers["content-type"], file["media_type"]) == (media_type, media_type), what
            assert answer.headers["content-disposition"].startswith("inline;")
            thumbnail = await ask(server, "GET", file["thumbnail_url"])
            check_download(thumbnail)
            assert thumbnail.headers["content-type"] == "image/webp"
            assert b"SECRETMAKER" not in thumbnail.body


async def test_names_lead_nowhere_and_break_no_header(server: TureenServer) -> None:
    async with uploader(server) as (mallory, conversation):
        for name, safe in NAMES.items():
            file = await uploaded(server, mallory, conversation, name, b"x")
            assert safe is None or file["name"] == safe
            answer = await ask(server, "GET", file["url"])
            check_download(answer)
            disposition = answer.headers["content-disposition"]
            plain, _, quoted = disposition.partition("; filename*=UTF-8''")
            assert unquote(quoted) == file["name"]
            assert plain.count('"') == 2
            assert disposition.isascii()
            assert disposition.isprintable()


async def test_absurd_ranges_get_a_part_or_all_or_nothing(server: TureenServer) -> None:
    async with uploader(server) as (mallory, conversation):
        content = bytes(range(100))
        file = await uploaded(server, mallory, conversation, "x.bin", content)
        for wanted in RANGES:
            answer = await ask(server, "GET", file["url"], headers={"Range": wanted})
            assert answer.status in (200, 206, 416), wanted
            if answer.status == 416:
                assert answer.headers["content-range"] == "bytes */100"
                continue
            check_download(answer)
            start, end = 0, 99
            if answer.status == 206:
                first, _, rest = answer.headers["content-range"].removeprefix("bytes ").partition("-")
                start, end = int(first), int(rest.removesuffix("/100"))
            assert answer.body == content[start : end + 1], wanted


async def test_chunks_that_do_not_fit_change_nothing(server: TureenServer) -> None:
    """Ahead, behind, overlapping, too long, too short, at offsets that are none; the file is whole in the end."""
    content = secrets.token_bytes(2 * PART + 100)
    async with chat_of_two(server), uploader(server) as (mallory, conversation):
        url = await announce(mallory, conversation, "x.bin", len(content))
        for offset, part, code in (
            (PART, content[PART:], "conflict"),
            (len(content), b"", "conflict"),
            (10**14, b"x", "conflict"),
            (0, content[:100], "invalid"),
            (0, content + b"x", "too_large"),
            (0, bytes(CHUNK_BYTES + 1), "too_large"),
            (-1, content, "invalid"),
            ("1e3", content, "invalid"),
            ("9" * 5_000, content, "invalid"),
            ("", content, "invalid"),
            ("\u00b2", content, "invalid"),
        ):
            answer = await send(server, url, offset, part)
            assert check_error(answer.status, answer.json) == code, (offset, code)
        first = await send(server, url, 0, content[:PART])
        assert (first.status, first.headers["upload-offset"]) == (204, str(PART))
        for offset in (0, PART - 1, PART + 1):
            answer = await send(server, url, offset, content[offset : offset + PART])
            assert check_error(answer.status, answer.json) == "conflict"
            assert answer.headers["upload-offset"] == str(PART)
        for headers in ({"Content-Type": "text/plain"}, {"Content-Type": ""}, {"Content-Type": "multipart/form-data"}):
            answer = await send(server, url, PART, content[PART:], **headers)
            assert check_error(answer.status, answer.json) == "unsupported_media"
        last = await send(server, url, PART, content[PART:])
        assert last.status == 200
        assert (await ask(server, "GET", last.json["url"])).body == content
        for offset, part in ((0, content[:PART]), (len(content), b"more")):
            answer = await send(server, url, offset, part)
            assert check_error(answer.status, answer.json) in ("conflict", "too_large")


async def test_chunks_at_the_same_time_make_one_file(server: TureenServer) -> None:
    async with uploader(server) as (mallory, conversation):
        url = await announce(mallory, conversation, "x.bin", 2 * PART)
        answers = await asyncio.gather(*(send(server, url, 0, bytes([number]) * PART) for number in range(8)))
        assert [answer.status for answer in answers].count(204) == 1
        for answer in answers:
            assert answer.status == 204 or check_error(answer.status, answer.json) in ("conflict", "rate_limited")
        winner = next(number for number, answer in enumerate(answers) if answer.status == 204)
        last = await send(server, url, PART, bytes([winner]) * PART)
        assert (await ask(server, "GET", last.json["url"])).body == bytes([winner]) * 2 * PART


@pytest.mark.parametrize(
    ("head", "statuses"),
    [
        (b"Content-Length: 1000000000000\r\n\r\n", {413}),
        (b"Content-Length: 70000\r\nContent-Length: 7\r\n\r\n", {400}),
        (b"Content-Length: -5\r\n\r\n", {400}),
        (b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n" + bytes(CHUNK_BYTES + PART), {400, 413}),
        (b"Transfer-Encoding: chunked\r\n\r\n" + (b"10000\r\n" + bytes(0x10000) + b"\r\n") * 20, {413}),
        (b"Content-Encoding: gzip\r\nContent-Length: 20\r\n\r\n" + bytes(20), {400, 415}),
    ],
    ids=["a terabyte", "two lengths", "negative", "endless chunk", "too much in chunks", "compressed"],
)
async def test_bodies_that_lie_about_their_length(server: TureenServer, head: bytes, statuses: set[int]) -> None:
    async with chat_of_two(server), uploader(server) as (mallory, conversation):
        url = await announce(mallory, conversation, "x.bin", 200_000)
        request = (
            f"PATCH {url} HTTP/1.1\r\nHost: localhost\r\nUpload-Offset: 0\r\nContent-Type: {CHUNK['Content-Type']}\r\n"
        )
        response = await asyncio.to_thread(exchange, server.port, request.encode() + head)
        assert response.status in statuses
        progress = await ask(server, "HEAD", url)
        assert (progress.status, progress.headers["upload-offset"]) == (200, "0")


async def test_more_uploads_than_one_may_have_open_are_refused(server: TureenServer) -> None:
    async with chat_of_two(server), uploader(server) as (mallory, conversation):
        codes = []
        for _ in range(150):
            answer = await mallory.asks("upload.create", conversation=conversation, name="x", size_bytes=1)
            check_answer(answer)
            codes.append(answer.get("code"))
        assert codes == [None] * 20 + ["limit_exceeded"] * 130
        async with uploader(server) as (other, theirs):
            assert (await uploaded(server, other, theirs, "x", b"x"))["size_bytes"] == 1


async def test_a_day_and_a_file_are_bounded_by_what_is_announced(server: TureenServer) -> None:
    async with uploader(server) as (mallory, conversation):
        for size, code in ((25 * 2**20 + 1, "too_large"), (2**40, "too_large"), (2**40 + 1, "invalid"), (0, "invalid")):
            answer = await mallory.asks("upload.create", conversation=conversation, name="x", size_bytes=size)
            check_answer(answer)
            assert answer["code"] == code
        for number in range(19):
            answer = await mallory.asks("upload.create", conversation=conversation, name="x", size_bytes=25 * 2**20)
            assert answer["type"] == "upload", number
        async with NativeClient.enter(server, mallory.received[0]["me"]["id"], "two") as again:
            answer = await again.asks("upload.create", conversation=conversation, name="x", size_bytes=25 * 2**20)
            assert answer["type"] == "upload"
            answer = await again.asks("upload.create", conversation=conversation, name="x", size_bytes=1)
            check_answer(answer)
            assert answer["code"] in ("rate_limited", "limit_exceeded")


async def test_addresses_that_somebody_made_up_open_nothing(server: TureenServer) -> None:
    async with uploader(server) as (mallory, conversation):
        one = await uploaded(server, mallory, conversation, "cat.png", PNG)
        two = await uploaded(server, mallory, conversation, "dog.png", JPEG.replace(JPEG, PNG))
        path, _, query = one["url"].partition("?")
        other_path, _, other_query = two["url"].partition("?")
        fields = dict(pair.split("=") for pair in query.split("&"))
        exp, sig = fields["exp"], fields["sig"]
        pending = await announce(mallory, conversation, "x", 1)
        forged = {
            "nothing": "",
            "no signature": f"exp={exp}",
            "empty signature": f"exp={exp}&sig=",
            "another signature": f"exp={exp}&sig={'A' * len(sig)}",
            "a changed signature": f"exp={exp}&sig={'A' if sig[0] != 'A' else 'B'}{sig[1:]}",
            "a longer signature": f"exp={exp}&sig={sig}A",
            "a signature in bytes": f"exp={exp}&sig=%ff%fe",
            "of another file": other_query,
            "of its thumbnail": one["thumbnail_url"].partition("?")[2],
            "of an upload": pending.partition("?")[2],
            "a later end": f"exp={int(exp) + 1}&sig={sig}",
            "an end that is over": f"exp=1&sig={sig}",
            "no number": f"exp=x&sig={sig}",
            "other digits": f"exp=%D9%A1{exp[1:]}&sig={sig}",
            "too many digits": f"exp={'9' * 5_000}&sig={sig}",
            "a sign": f"exp=%2B{exp}&sig={sig}",
        }
        answers = [
            await ask(server, method, f"{where}?{query}")
            for query in forged.values()
            for where in (path, f"{path[:-9]}/other", "/v1/files/AT_xxxxxxxxxxxxxxxx/original")
            for method in ("GET",)
        ]
        assert {(answer.status, answer.body) for answer in answers} == {(403, answers[0].body)}
        assert check_error(answers[0].status, answers[0].json) == "forbidden"
        for where in (pending, f"/v1/uploads/AT_xxxxxxxxxxxxxxxx?{pending.partition('?')[2]}"):
            for query in forged.values():
                answer = await send(server, f"{where.partition('?')[0]}?{query}", 0, b"x")
                if query != forged["of an upload"] or "xxxx" in where:
                    assert check_error(answer.status, answer.json) == "forbidden"
        assert (await ask(server, "GET", f"{path}?{query_of(one)}")).status == 200
        assert other_path != path


def query_of(file: dict[str, Any]) -> str:
    """Of its address."""
    query: str = file["url"].partition("?")[2]
    return query


async def test_a_file_goes_with_its_message(server: TureenServer) -> None:
    async with uploader(server) as (mallory, conversation):
        file = await uploaded(server, mallory, conversation, "cat.png", PNG)
        sent = await mallory.asks("message.send", conversation=conversation, attachments=[file["id"]])
        assert (await ask(server, "GET", file["url"])).status == 200
        await mallory.asks("message.delete", conversation=conversation, message=sent["message"])
        for url in (file["url"], file["thumbnail_url"]):
            answer = await ask(server, "GET", url)
            assert check_error(answer.status, answer.json) == "not_found"


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "OPTIONS", "TRACE"])
async def test_uploads_know_two_methods(server: TureenServer, method: str) -> None:
    answer = await ask(server, method, "/v1/uploads/AT_x?exp=1&sig=a")
    assert check_error(answer.status, answer.json) == "method_not_allowed"


def test_the_samples_are_small() -> None:
    """The damage is in what becomes of them."""
    assert max(len(content) for _, content, _ in REFUSED.values()) < 200_000
    assert len(LAUGHS) < 2_000
