"""One suite for the folder and for a server that speaks S3."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.s3 import S3Server
from tureen.attachments.errors import ObjectMissingError, ObjectStoreError
from tureen.auth.secret import Secret
from tureen.storage.objects import LibraryObjects, S3Settings, objects_in_folder, objects_in_s3


@pytest.fixture(scope="module")
def s3_server() -> Iterator[S3Server]:
    with S3Server.start() as server:
        yield server


@pytest.fixture(params=["folder", "s3"])
async def objects(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[LibraryObjects]:
    if request.param == "folder":
        opened = objects_in_folder(tmp_path / "objects")
    else:
        server: S3Server = request.getfixturevalue("s3_server")
        opened = objects_in_s3(server.bucket(tmp_path.name.replace("_", "-").lower()))
    yield opened
    await opened.close()


async def read(objects: LibraryObjects, key: str, start: int = 0, end: int | None = None) -> bytes:
    return b"".join([piece async for piece in objects.get(key, start, end)])


async def test_what_is_put_is_read_whole_and_in_ranges(objects: LibraryObjects) -> None:
    await objects.put("AT_1/original", b"old")
    await objects.put("AT_1/original", b"0123456789")
    assert await read(objects, "AT_1/original") == b"0123456789"
    assert await read(objects, "AT_1/original", 4) == b"456789"
    assert await read(objects, "AT_1/original", 2, 5) == b"234"
    assert await read(objects, "AT_1/original", 5, 5) == b""


async def test_a_large_file_is_stored_in_pieces(objects: LibraryObjects, tmp_path: Path) -> None:
    content = bytes(range(256)) * 40_000
    (tmp_path / "large").write_bytes(content)
    await objects.put_file("AT_1/original", tmp_path / "large")
    pieces = [piece async for piece in objects.get("AT_1/original")]
    assert b"".join(pieces) == content
    assert len(pieces) > 1


async def test_keys_are_listed_by_prefix_and_deleted(objects: LibraryObjects) -> None:
    for key in ("AT_1/parts/0", "AT_1/parts/1", "AT_1/original", "AT_11/original"):
        await objects.put(key, b"x")
    assert {key async for key in objects.keys("AT_1/parts/")} == {"AT_1/parts/0", "AT_1/parts/1"}
    assert {key async for key in objects.keys("AT_1/")} == {"AT_1/parts/0", "AT_1/parts/1", "AT_1/original"}
    await objects.delete(["AT_1/parts/0", "AT_1/none", "AT_1/parts/1"])
    assert {key async for key in objects.keys("")} == {"AT_1/original", "AT_11/original"}


async def test_what_is_missing_has_an_error_of_its_own(objects: LibraryObjects) -> None:
    with pytest.raises(ObjectMissingError):
        await read(objects, "AT_9/original")


async def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(ObjectStoreError, match="cannot be used"):
        objects_in_folder(tmp_path / "file" / "below")


async def test_a_server_that_does_not_answer_is_told() -> None:
    objects = objects_in_s3(
        S3Settings(bucket="b", endpoint="https://127.0.0.1:1", access_key_id="i", secret_access_key=Secret("s"))
    )
    with pytest.raises(ObjectStoreError):
        await objects.put("key", b"x")
    await objects.close()
