from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.api.file_server import FileServer, error_code
from tests.unit.inspection import samples
from tureen.api.byte_ranges import ByteRange, UnsatisfiableRangeError, byte_range_untrusted
from tureen.attachments.errors import ObjectStoreError
from tureen.model.ids import AttachmentId
from tureen.protocol.errors import CommandError


@pytest.mark.parametrize(
    ("content", "name", "media_type"),
    [
        (samples.image("PNG"), "x.png", "image/png"),
        (samples.image("PNG") + samples.HTML, "x.png", "image/png"),
        (samples.MP4, "x.mp4", "video/mp4"),
        (samples.WEBM, "x.webm", "video/webm"),
    ],
)
async def test_pictures_and_films_are_shown_in_line(
    files: FileServer, content: bytes, name: str, media_type: str
) -> None:
    file = await files.uploaded(content, name)
    answer = await files.http.get(file.url)
    assert answer.headers["content-type"] == media_type
    assert answer.headers["content-disposition"].startswith("inline;")
    assert_safe(answer.headers)


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (samples.HTML, "x.html"),
        (samples.HTML, "x"),
        (samples.SVG, "x.svg"),
        (samples.PDF, "x.pdf"),
        (b"<script>alert(1)</script>", "x.js"),
        (samples.zip_of(b"x"), "x.zip"),
        (b"words", "x.txt"),
    ],
)
async def test_all_else_is_saved_as_plain_bytes(files: FileServer, content: bytes, name: str) -> None:
    file = await files.uploaded(content, name)
    answer = await files.http.get(file.url)
    assert answer.content == content
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert_safe(answer.headers)


def assert_safe(headers: object) -> None:
    assert headers["x-content-type-options"] == "nosniff"  # type: ignore[index]
    assert "sandbox" in headers["content-security-policy"]  # type: ignore[index]
    assert headers["cache-control"].startswith("private")  # type: ignore[index]


async def test_names_reach_the_header_harmless(files: FileServer) -> None:
    file = await files.uploaded(b"x", 'C:\\dir\\na"me;\r\nSet-Cookie: a=b\u202efdp.тест')
    assert file.name == "na_me;Set-Cookie_ a=bfdp.тест"
    disposition = (await files.http.get(file.url)).headers["content-disposition"]
    assert disposition.count('"') == 2
    assert "filename*=UTF-8''na_me%3BSet-Cookie_%20a%3Dbfdp.%D1%82" in disposition


async def test_parts_of_a_file_can_be_asked_for(files: FileServer) -> None:
    file = await files.uploaded(b"0123456789", "x")
    tag = (await files.http.head(file.url)).headers["etag"]

    async def get(**headers: str) -> tuple[int, bytes, str]:
        answer = await files.http.get(
            file.url, headers={name.replace("_", "-"): text for name, text in headers.items()}
        )
        return answer.status_code, answer.content, answer.headers.get("content-range", "")

    assert await get(range="bytes=2-4") == (206, b"234", "bytes 2-4/10")
    assert await get(range="bytes=7-") == (206, b"789", "bytes 7-9/10")
    assert await get(range="bytes=-2") == (206, b"89", "bytes 8-9/10")
    assert await get(range="bytes=2-4", if_range=tag) == (206, b"234", "bytes 2-4/10")
    assert await get(range="bytes=2-4", if_range='"other"') == (200, b"0123456789", "")
    assert await get(range="bytes=1-2,4-5") == (200, b"0123456789", "")
    assert await get(range="bytes=10-") == (416, b"", "bytes */10")
    assert await get(if_none_match=tag) == (304, b"", "")
    head = await files.http.head(file.url)
    assert (head.headers["content-length"], head.content) == ("10", b"")


@given(st.text(alphabet="bytes=0123456789-, ", max_size=30), st.integers(0, 1000))
def test_ranges_lie_within_the_file(header: str, size: int) -> None:
    try:
        found = byte_range_untrusted(header, size)
    except UnsatisfiableRangeError:
        return
    assert found is None or 0 <= found.start < found.end <= size


def test_ranges_of_players() -> None:
    assert byte_range_untrusted("bytes=0-", 10) == ByteRange(0, 10)
    assert byte_range_untrusted("bytes=0-99", 10) == ByteRange(0, 10)


async def test_urls_end_and_stay_equal_for_caches(files: FileServer) -> None:
    file = await files.uploaded(b"x", "x")
    files.clock.seconds = 1_800_000_000
    views = [await files.service.views([AttachmentId(file.id)])]
    files.clock.seconds += 299
    views.append(await files.service.views([AttachmentId(file.id)]))
    first, second = (view[AttachmentId(file.id)].url for view in views)
    assert first == second
    assert (await files.http.get(first)).status_code == 200
    files.clock.seconds += 302
    ended = await files.http.get(first)
    assert (ended.status_code, error_code(ended)) == (403, "forbidden")
    fresh = (await files.service.views([AttachmentId(file.id)]))[AttachmentId(file.id)].url
    assert (await files.http.get(fresh)).status_code == 200


async def test_a_signature_fits_one_variant(files: FileServer) -> None:
    file = await files.uploaded(samples.image("PNG"))
    for url in (
        file.url.replace("original", "thumbnail"),
        file.url.replace("original", "parts"),
        file.url.replace(file.id, "AT_other"),
        file.url + "x",
        file.url.replace("exp=", "exp=1"),
    ):
        assert (await files.http.get(url)).status_code == 403


async def test_files_go_with_their_message(files: FileServer) -> None:
    one, two = await files.uploaded(samples.image("PNG")), await files.uploaded(b"x", "x")
    claimed = await files.claim(one, two)
    assert [file.id for file in claimed] == [one.id, two.id]
    files.clock.seconds += 10 * 86_400
    assert await files.sweep.run() == 0
    url = (await files.service.views([AttachmentId(one.id)]))[AttachmentId(one.id)].url
    await files.release(one)
    gone = await files.http.get(url)
    assert (gone.status_code, error_code(gone)) == (404, "not_found")
    assert await files.sweep.run() == 1
    assert await files.stored() == {f"{two.id}/original"}


async def test_what_nobody_finishes_or_claims_is_swept(files: FileServer) -> None:
    await files.uploaded(b"x", "x")
    begun = await files.announce(200_000, "y")
    await files.send(begun.url, 0, b"y" * 100_000)
    files.clock.seconds += 23 * 3600
    assert await files.sweep.run() == 0
    files.clock.seconds += 3600
    assert await files.sweep.run() == 0, "a message that was begun in time may still claim them"
    files.clock.seconds += 60
    assert await files.sweep.run() == 2
    assert await files.stored() == set()


async def test_bytes_that_cannot_be_removed_hold_up_no_other_file(
    files: FileServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    stuck, other = await files.uploaded(b"x", "x"), await files.uploaded(b"y", "y")
    delete = files.objects.delete

    async def fail(keys: Iterable[str]) -> None:
        listed = list(keys)
        if any(key.startswith(stuck.id) for key in listed):
            raise ObjectStoreError("The object store fails.")
        await delete(listed)

    await files.release(stuck, other)
    with monkeypatch.context() as patch:
        patch.setattr(files.objects, "delete", fail)
        for _ in range(2):
            with pytest.raises(ObjectStoreError):
                await files.sweep.run()
            assert await files.stored() == {f"{stuck.id}/original"}
    assert await files.sweep.run() == 1
    assert await files.stored() == set()


async def test_only_ones_own_files_can_be_claimed(files: FileServer) -> None:
    file = await files.uploaded(b"x", "x", user="bob")
    with pytest.raises(CommandError):
        await files.claim(file, user="ada")
    assert await files.claim(file, user="bob")


async def test_a_file_whose_bytes_vanished_is_told(files: FileServer) -> None:
    file = await files.uploaded(samples.image("PNG"))
    await files.objects.delete(await files.stored())
    for url in (file.url, file.thumbnail_url):
        assert error_code(await files.http.get(url)) == "not_found"
