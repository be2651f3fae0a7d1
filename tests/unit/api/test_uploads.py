from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import msgspec
import pytest
from starlette.types import Message

from tests.unit.api.file_server import CHUNK, FileServer, error_code, file_server
from tests.unit.inspection import samples
from tureen.attachments.limits import CHUNK_BYTES, EXAMINATION_MS, MIN_PART_BYTES, AttachmentLimits
from tureen.attachments.record import AttachmentState
from tureen.model.ids import AttachmentId
from tureen.protocol.commands import UploadCreate
from tureen.protocol.errors import CommandError, ErrorCode
from tureen.protocol.resources import Attachment

LARGE = os.urandom(CHUNK_BYTES * 2 + 5)


async def test_a_small_image_is_there_after_one_request(files: FileServer) -> None:
    content = samples.image("PNG", (1000, 500))
    file = await files.uploaded(content, "../etc/cat.png")
    assert (file.name, file.media_type, file.size_bytes) == ("cat.png", "image/png", len(content))
    assert (file.width, file.height) == (1000, 500)
    whole = await files.http.get(file.url)
    assert whole.content == content
    thumbnail = await files.http.get(file.thumbnail_url)
    assert thumbnail.headers["content-type"] == "image/webp"
    assert await files.stored() == {f"{file.id}/original", f"{file.id}/thumbnail"}


async def test_an_interrupted_upload_goes_on_where_it_was(files: FileServer) -> None:
    upload = await files.announce(len(LARGE), "x.bin")
    first = await files.send(upload.url, 0, LARGE[:100_000])
    assert (first.status_code, first.headers["upload-offset"]) == (204, "100000")
    progress = await files.http.head(upload.url)
    assert (progress.status_code, progress.headers["upload-offset"]) == (200, "100000")
    assert progress.headers["upload-length"] == str(len(LARGE))
    again = await files.send(upload.url, 0, LARGE[:100_000])
    assert (again.status_code, again.headers["upload-offset"], error_code(again)) == (409, "100000", "conflict")
    ahead = await files.send(upload.url, 200_000, LARGE[200_000:300_000])
    assert (ahead.status_code, ahead.headers["upload-offset"]) == (409, "100000")
    middle = await files.send(upload.url, 100_000, LARGE[100_000 : 100_000 + CHUNK_BYTES])
    offset = int(middle.headers["upload-offset"])
    last = await files.send(upload.url, offset, LARGE[offset : offset + CHUNK_BYTES])
    offset = int(last.headers["upload-offset"])
    if last.status_code == 204:
        last = await files.send(upload.url, offset, LARGE[offset:])
    file = msgspec.json.decode(last.content, type=Attachment)
    assert (await files.http.get(file.url)).content == LARGE
    # The answer was lost: an empty chunk at the end repeats it.
    repeated = await files.send(upload.url, len(LARGE), b"")
    assert repeated.status_code == 200
    assert msgspec.json.decode(repeated.content, type=Attachment).id == file.id


@pytest.mark.parametrize(("came", "kept"), [(MIN_PART_BYTES, MIN_PART_BYTES), (MIN_PART_BYTES - 1, 0)])
async def test_what_came_before_a_connection_broke_is_kept(files: FileServer, came: int, kept: int) -> None:
    upload = await files.announce(len(LARGE), "x.bin")
    path, _, query = upload.url.partition("?")
    scope = {
        "type": "http",
        "method": "PATCH",
        "path": path,
        "query_string": query.encode(),
        "headers": [(name.lower().encode(), text.encode()) for name, text in (CHUNK | {"Upload-Offset": "0"}).items()],
    }
    coming: list[Message] = [
        {"type": "http.request", "body": LARGE[:came], "more_body": True},
        {"type": "http.disconnect"},
    ]

    async def receive() -> Message:
        return coming.pop(0)

    async def send(message: Message) -> None:
        """Nobody hears it."""

    await files.app(scope, receive, send)
    assert (await files.http.head(upload.url)).headers["upload-offset"] == str(kept)


async def test_of_two_chunks_at_one_place_one_is_taken(files: FileServer) -> None:
    upload = await files.announce(len(LARGE), "x.bin")
    answers = await asyncio.gather(
        *(files.send(upload.url, 0, bytes([number]) * MIN_PART_BYTES) for number in range(8))
    )
    assert sorted(answer.status_code for answer in answers) == [204] + [409] * 7
    assert (await files.http.head(upload.url)).headers["upload-offset"] == str(MIN_PART_BYTES)


async def test_two_servers_that_take_a_chunk_at_one_place_mix_nothing(files: FileServer) -> None:
    upload = await files.announce(2 * MIN_PART_BYTES, "x.bin")
    name = AttachmentId(upload.attachment.id)
    chunks = [bytes([number]) * MIN_PART_BYTES for number in range(5)]
    taken = await asyncio.gather(*(files.intake.append(name, 0, chunk) for chunk in chunks), return_exceptions=True)
    assert sum(isinstance(each, int) for each in taken) == 1
    await files.intake.append(name, MIN_PART_BYTES, b"z" * MIN_PART_BYTES)
    await files.intake.complete(name)
    winner = next(chunk for chunk, each in zip(chunks, taken, strict=True) if isinstance(each, int))
    content = b"".join([piece async for piece in files.objects.get(f"{name}/original")])
    assert content == winner + b"z" * MIN_PART_BYTES
    assert await files.stored() == {f"{name}/original"}


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({"Content-Type": "application/json"}, 415, "unsupported_media"),
        ({"Upload-Offset": "-1"}, 400, "invalid"),
        ({"Upload-Offset": "٣"}, 400, "invalid"),
        ({"Upload-Offset": "9" * 30}, 400, "invalid"),
        ({"Upload-Offset": ""}, 400, "invalid"),
    ],
)
async def test_chunks_with_wrong_headers_are_refused(
    files: FileServer, headers: dict[str, str], status: int, code: str
) -> None:
    upload = await files.announce(100)
    raw = {**CHUNK, "Upload-Offset": "0", **headers}
    encoded = [(name.encode(), value.encode()) for name, value in raw.items()]
    answer = await files.http.patch(upload.url, content=b"x" * 100, headers=encoded)
    assert (answer.status_code, error_code(answer)) == (status, code)


async def test_chunks_have_bounds(files: FileServer) -> None:
    upload = await files.announce(len(LARGE), "x.bin")
    announced = await files.send(upload.url, 0, LARGE[: CHUNK_BYTES + 1])

    async def unannounced() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield b"x" * 65_536

    streamed = await files.http.patch(upload.url, content=unannounced(), headers=CHUNK | {"Upload-Offset": "0"})
    tiny = await files.send(upload.url, 0, b"x")
    assert [error_code(answer) for answer in (announced, streamed, tiny)] == ["too_large", "too_large", "invalid"]
    small = await files.announce(10)
    assert error_code(await files.send(small.url, 0, b"x" * 11)) == "too_large"
    assert (await files.http.head(upload.url)).headers["upload-offset"] == "0"


async def test_an_upload_url_opens_this_upload_until_it_expires(files: FileServer) -> None:
    upload, other = await files.announce(10), await files.announce(10)
    signature = upload.url.partition("?")[2]
    for url in (
        f"/v1/uploads/{other.attachment.id}?{signature}",
        f"/v1/uploads/{upload.attachment.id}",
        upload.url.replace("exp=1", "exp=2"),
        upload.url[:-1],
        f"/v1/files/{upload.attachment.id}/original?{signature}",
    ):
        answer = await (files.http.get(url) if "files" in url else files.send(url, 0, b"x" * 10))
        assert (answer.status_code, error_code(answer)) == (403, "forbidden")
    files.clock.seconds += 24 * 3600
    assert (await files.http.head(upload.url)).status_code == 403
    assert (await files.http.get(upload.url)).status_code == 405


@pytest.mark.parametrize(
    ("content", "name", "status", "code"),
    [
        (samples.HTML, "cat.png", 415, "unsupported_media"),
        (samples.zip_of(b"x"), "cat.png", 415, "unsupported_media"),
        (samples.image("PNG")[:60], "cat.png", 415, "unsupported_media"),
        (samples.png_of_size(60_000, 60_000), "cat.png", 413, "too_large"),
        (samples.gif_with_huge_frame(), "cat.gif", 413, "too_large"),
        (samples.zip_bomb(), "cats.zip", 413, "too_large"),
    ],
)
async def test_harmful_files_have_a_typed_error_and_leave_nothing(
    files: FileServer, content: bytes, name: str, status: int, code: str
) -> None:
    good = await files.uploaded(samples.image("PNG"))
    upload = await files.announce(len(content), name)
    for offset in (0, len(content)):
        answer = await files.send(upload.url, offset, content[offset:])
        assert (answer.status_code, error_code(answer)) == (status, code)
    with pytest.raises(CommandError) as refused:
        await files.claim(upload.attachment)
    assert refused.value.error_code == code
    assert await files.stored() == {f"{good.id}/original", f"{good.id}/thumbnail"}
    assert (await files.http.get(good.url)).status_code == 200


class UncertainScanner:
    """Fails, then finds nothing."""

    def __init__(self) -> None:
        self.answers: list[CommandError | str | None] = []

    async def scan(self, file: Path) -> str | None:
        answer = self.answers.pop(0)
        if isinstance(answer, CommandError):
            raise answer
        return answer


async def test_a_scanner_that_fails_puts_off_and_one_that_finds_refuses(tmp_path: Path) -> None:
    scanner = UncertainScanner()
    scanner.answers = [CommandError(ErrorCode.UNAVAILABLE, "Down.", retry_after_ms=1500), None, "Harmful."]
    content = samples.image("PNG")
    async with file_server(tmp_path, scanner=scanner) as files:
        upload = await files.announce(len(content))
        put_off = await files.send(upload.url, 0, content)
        assert (put_off.status_code, put_off.headers["retry-after"]) == (503, "2")
        with pytest.raises(CommandError) as unfinished:
            await files.claim(upload.attachment)
        assert unfinished.value.error_code is ErrorCode.INVALID
        assert (await files.http.head(upload.url)).headers["upload-offset"] == str(len(content))
        assert (await files.send(upload.url, len(content), b"")).status_code == 200
        harmful = await files.upload(content)
        assert (harmful.status_code, error_code(harmful)) == (422, "rejected")


async def test_an_examination_lost_with_its_server_is_begun_again(files: FileServer) -> None:
    content = samples.image("PNG")
    upload = await files.announce(len(content))
    name = AttachmentId(upload.attachment.id)
    await files.intake.append(name, 0, content)
    now = int(files.clock.now() * 1000)
    assert await files.store.begin_examination(name, now, 0)
    waiting = await files.send(upload.url, len(content), b"")
    assert (waiting.status_code, error_code(waiting)) == (503, "unavailable")
    files.clock.seconds += EXAMINATION_MS / 1000 + 1
    assert (await files.send(upload.url, len(content), b"")).status_code == 200


async def test_bytes_that_vanished_from_the_store_are_no_file(files: FileServer) -> None:
    content = samples.image("PNG")
    upload = await files.announce(len(content))
    await files.intake.append(AttachmentId(upload.attachment.id), 0, content)
    await files.objects.delete(await files.stored())
    answer = await files.send(upload.url, len(content), b"")
    assert (answer.status_code, error_code(answer)) == (503, "unavailable")
    record = (await files.store.find([AttachmentId(upload.attachment.id)], 0))[0]
    assert record.state is AttachmentState.UPLOADING


class SlowScanner:
    """Does something meanwhile."""

    def __init__(self) -> None:
        self.meanwhile: Callable[[], Awaitable[object]] | None = None

    async def scan(self, file: Path) -> str | None:
        if self.meanwhile is not None:
            await self.meanwhile()
        return None


async def test_an_upload_that_expires_while_it_is_examined_leaves_nothing(tmp_path: Path) -> None:
    scanner = SlowScanner()
    content = samples.image("PNG")
    async with file_server(tmp_path, scanner=scanner) as files:
        upload = await files.announce(len(content))

        async def expire() -> None:
            files.clock.seconds += 24 * 3600 + 60
            await files.sweep.run()

        scanner.meanwhile = expire
        assert (await files.send(upload.url, 0, content)).status_code == 503
        assert await files.stored() == set()


async def test_announcements_have_bounds(tmp_path: Path) -> None:
    limits = AttachmentLimits(max_bytes=1000, daily_bytes=2500, open_uploads=2)
    async with file_server(tmp_path, limits=limits) as files:
        errors = []
        for size, conversation in (
            (1001, "CV_1"),
            (10, "CV_2"),
            (10, "CV_3"),
            (1000, "CV_1"),
            (1000, "CV_1"),
            (500, "CV_1"),
            (501, "CV_1"),
        ):
            try:
                await files.announce(size, conversation=conversation)
            except CommandError as error:
                errors.append(error)
        assert [error.error_code.value for error in errors] == [
            "too_large",
            "not_found",
            "forbidden",
            "limit_exceeded",
            "rate_limited",
        ]
        assert errors[-1].retry_after_ms is not None
        assert 0 < errors[-1].retry_after_ms <= 86_400_000


async def test_one_command_is_answered(files: FileServer) -> None:
    assert set(files.announcements.handlers()) == {UploadCreate}
