"""The files of messages move along with their rows: from a folder to S3 and back, byte for byte."""

from __future__ import annotations

import hashlib
import re
import sys
import tracemalloc
import zipfile
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import Connection, insert, text

from tests.contract.storage.conftest import Databases
from tests.contract.storage.test_archive import content, names_in
from tests.s3 import S3Server
from tureen.attachments.errors import ObjectStoreError
from tureen.cli.main import main
from tureen.storage.archive import Files, export_database, import_database
from tureen.storage.attachments import release
from tureen.storage.engines import in_transaction
from tureen.storage.errors import ArchiveError
from tureen.storage.objects import LibraryObjects, S3Settings, objects_in_folder, objects_in_s3
from tureen.storage.opening import open_database
from tureen.storage.schema.attachments import ATTACHMENT_PARTS, ATTACHMENTS
from tureen.storage.url import sqlite_path, sqlite_url

FAR = 2**50
LARGE = bytes(range(256)) * 40_000
"""Beyond what is read, and what is stored, at once."""

EXPECTED = {
    "AT_photo/original": b"a photo" * 1000,
    "AT_photo/thumbnail": b"a small photo",
    "AT_film/original": LARGE,
    "AT_fresh/original": b"not in a message yet",
    "AT_open/parts/000000000000000-aa": b"first half, ",
    "AT_open/parts/000000000000012-bb": b"second half",
    **{f"AT_note{number:02}/original": b"note %d" % number for number in range(20)},
}
UNWANTED = {
    "AT_expired/original": b"nobody wanted it",
    "AT_photo/parts/000000000000000-cc": b"left over",
    "AT_stranger/original": b"of no row",
}


def attachment(name: str, size: int, state: str = "ready", **columns: object) -> dict[str, object]:
    return {
        "id": name,
        "uploader": "ann",
        "conversation": "CV_1",
        "name": f"{name}.bin",
        "size_bytes": size,
        "received_bytes": size,
        "state": state,
        "media_type": "image/png",
        "thumbnail": 0,
        "message": None if columns else "MS_1",
        "created_at": 1,
        "expires_at": None,
        **columns,
    }


def insert_rows(connection: Connection) -> None:
    notes = [attachment(f"AT_note{number:02}", len(EXPECTED[f"AT_note{number:02}/original"])) for number in range(20)]
    rows = [
        attachment("AT_photo", 7000) | {"thumbnail": 1},
        attachment("AT_film", len(LARGE)),
        attachment("AT_fresh", 20, expires_at=FAR),
        attachment("AT_open", 23, "uploading", expires_at=FAR),
        attachment("AT_refused", 9, "refused", expires_at=FAR),
        attachment("AT_expired", 16, expires_at=5),
        attachment("AT_released", 9, expires_at=0),
        *notes,
    ]
    for row in rows:
        connection.execute(insert(ATTACHMENTS).values(row))
    for start, token, size in ((0, "aa", 12), (12, "bb", 11)):
        key = f"AT_open/parts/{start:015d}-{token}"
        part = {"attachment": "AT_open", "start": start, "size_bytes": size, "object_key": key}
        connection.execute(insert(ATTACHMENT_PARTS).values(part))


class Place:
    """A database and the store of its files."""

    def __init__(self, url: str, objects: LibraryObjects) -> None:
        self.url = url
        self.objects = objects

    async def files(self) -> dict[str, str]:
        """A digest of each object, rather than its bytes: failures should be readable."""
        return {
            key: hashlib.sha256(b"".join([piece async for piece in self.objects.get(key)])).hexdigest()
            async for key in self.objects.keys("")
        }

    async def rows(self) -> int:
        """Of all tables but the database's own name."""
        path = sqlite_path(self.url)
        if path is not None and not path.exists():
            return 0
        return sum(len(rows) for name, rows in (await content(self.url)).items() if name != "facts")


def digests(objects: Mapping[str, bytes]) -> dict[str, str]:
    return {key: hashlib.sha256(each).hexdigest() for key, each in objects.items()}


@pytest.fixture(scope="module")
def s3_server() -> Iterator[S3Server]:
    with S3Server.start() as server:
        yield server


@pytest.fixture
def bucket(s3_server: S3Server, tmp_path: Path) -> S3Settings:
    return s3_server.bucket(re.sub(r"[^a-z0-9]", "-", tmp_path.name.lower())[-50:].strip("-"))


@asynccontextmanager
async def place(url: str, objects: LibraryObjects) -> AsyncIterator[Place]:
    try:
        yield Place(url, objects)
    finally:
        await objects.close()


@pytest.fixture
async def source(databases: Databases, tmp_path: Path) -> AsyncIterator[Place]:
    url = databases.new("sqlite")
    async with open_database(url):
        pass
    await in_transaction(url, insert_rows)
    async with place(url, objects_in_folder(tmp_path / "files")) as source:
        for key, each in {**EXPECTED, **UNWANTED}.items():
            await source.objects.put(key, each)
        yield source


@pytest.fixture
async def target(tmp_path: Path) -> AsyncIterator[Place]:
    """Neither the file nor the folder is there."""
    async with place(sqlite_url(tmp_path / "new" / "tureen.db"), objects_in_folder(tmp_path / "new" / "files")) as new:
        yield new


async def test_from_a_folder_to_s3_and_back(
    databases: Databases, source: Place, target: Place, bucket: S3Settings, tmp_path: Path
) -> None:
    async with place(databases.new("postgresql"), objects_in_s3(bucket)) as cloud:
        exported = await export_database(source.url, tmp_path / "1.zip", source.objects)
        total = sum(map(len, EXPECTED.values()))
        assert (exported.objects, exported.object_bytes, exported.left_out) == (len(EXPECTED), total, 0)
        there = await import_database(cloud.url, tmp_path / "1.zip", cloud.objects)
        assert (there.objects_stored, there.objects_kept) == (len(EXPECTED), 0)
        assert await cloud.files() == digests(EXPECTED)
        await export_database(cloud.url, tmp_path / "2.zip", cloud.objects)
        back = await import_database(target.url, tmp_path / "2.zip", target.objects)
        assert back.manifest == exported
        assert await target.files() == digests(EXPECTED)
        assert await content(source.url) == await content(cloud.url) == await content(target.url)
    with zipfile.ZipFile(tmp_path / "1.zip") as archive:
        assert archive.read("objects/AT_photo/thumbnail") == EXPECTED["AT_photo/thumbnail"]


async def test_once_more_stores_what_is_missing_and_nothing_else(source: Place, target: Place, tmp_path: Path) -> None:
    await export_database(source.url, tmp_path / "a.zip", source.objects)
    await import_database(target.url, tmp_path / "a.zip", target.objects)
    again = await import_database(target.url, tmp_path / "a.zip", target.objects)
    assert (again.rows_were_there, again.objects_stored, again.objects_kept) == (True, 0, len(EXPECTED))
    await target.objects.delete(["AT_film/original"])
    await target.objects.put("AT_note07/original", b"eton 7")
    mended = await import_database(target.url, tmp_path / "a.zip", target.objects)
    assert (mended.rows_were_there, mended.objects_stored) == (True, 2)
    assert await target.files() == digests(EXPECTED)
    assert await content(source.url) == await content(target.url)


@pytest.mark.parametrize("lose", ["delete", "cut"])
async def test_a_file_that_is_lost_is_told_and_nothing_is_written(
    source: Place, target: Place, tmp_path: Path, lose: str
) -> None:
    if lose == "delete":
        await source.objects.delete(["AT_note03/original"])
    else:
        await source.objects.put("AT_note03/original", b"not")
    before = await source.files()
    with pytest.raises(ArchiveError, match=r'1 objects .* AT_note03/original \("AT_note03.bin"\)\. No archive') as told:
        await export_database(source.url, tmp_path / "a.zip", source.objects)
    assert "--skip-missing" in told.value.hint
    assert not [name for name in names_in(tmp_path) if "zip" in name]
    assert await source.files() == before
    exported = await export_database(source.url, tmp_path / "a.zip", source.objects, files=Files.PRESENT)
    assert (exported.objects, exported.left_out) == (len(EXPECTED) - 1, 1)
    await import_database(target.url, tmp_path / "a.zip", target.objects)
    kept = {key: each for key, each in EXPECTED.items() if key != "AT_note03/original"}
    assert await target.files() == digests(kept)
    assert await content(source.url) == await content(target.url)


async def test_another_store_than_the_databases_own_is_told(source: Place, target: Place, tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match=rf"{len(EXPECTED)} objects .* and {len(EXPECTED) - 5} more"):
        await export_database(source.url, tmp_path / "a.zip", target.objects)
    with pytest.raises(ArchiveError, match="no store"):
        await export_database(source.url, tmp_path / "a.zip")


async def test_what_people_delete_meanwhile_is_not_missed(
    source: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    size = source.objects.size

    async def delete_first(key: str) -> int | None:
        if key == "AT_note03/original":
            async with open_database(source.url) as database:
                await database.write(release, ["AT_note03"])
            await source.objects.delete([key])
        return await size(key)

    monkeypatch.setattr(source.objects, "size", delete_first)
    exported = await export_database(source.url, tmp_path / "a.zip", source.objects)
    assert (exported.objects, exported.left_out) == (len(EXPECTED) - 1, 0)


async def test_files_may_stay_where_they_are(source: Place, target: Place, tmp_path: Path) -> None:
    exported = await export_database(source.url, tmp_path / "a.zip", files=Files.NONE)
    assert (exported.objects, exported.left_out) == (0, len(EXPECTED))
    await import_database(target.url, tmp_path / "a.zip", target.objects)
    assert await target.files() == {}
    assert await content(source.url) == await content(target.url)


def flip_a_byte(archive: Path) -> None:
    raw = bytearray(archive.read_bytes())
    at = raw.index(b"a small photo")
    raw[at] ^= 1
    archive.write_bytes(raw)


def altered(change: Callable[[str, bytes], bytes | None]) -> Callable[[Path], None]:
    """With checksums of its own that are right."""

    def alter(archive: Path) -> None:
        with zipfile.ZipFile(archive) as source:
            members = {name: change(name, source.read(name)) for name in source.namelist()}
        with zipfile.ZipFile(archive, "w") as target:
            for name, data in members.items():
                if data is not None:
                    target.writestr(name, data)

    return alter


def of(member: str, data: bytes | None) -> Callable[[str, bytes], bytes | None]:
    return lambda name, old: data if name == member else old


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (flip_a_byte, "is damaged: Bad CRC-32"),
        (altered(of("objects/AT_photo/thumbnail", b"a large photo")), "AT_photo/thumbnail is not the one"),
        (altered(of("objects/AT_photo/thumbnail", None)), "has 25 objects and lists 26; 26 were"),
        (altered(lambda name, old: old[:-20] if name == "objects.jsonl" else old), "list of objects is not the one"),
        (altered(of("objects.jsonl", None)), "no list of its objects"),
        (altered(lambda name, old: old.replace(b"note07", b"note70") if "attachments" in name else old), "rows of att"),
    ],
)
async def test_an_archive_that_is_damaged_is_refused_before_anything_is_changed(
    source: Place, target: Place, tmp_path: Path, damage: Callable[[Path], None], told: str
) -> None:
    await export_database(source.url, tmp_path / "a.zip", source.objects)
    damage(tmp_path / "a.zip")
    with pytest.raises(ArchiveError, match=told):
        await import_database(target.url, tmp_path / "a.zip", target.objects)
    assert await target.files() == {}
    assert await target.rows() == 0


async def test_objects_stay_below_their_store(source: Place, target: Place, tmp_path: Path) -> None:
    await export_database(source.url, tmp_path / "a.zip", source.objects)
    outside = b'{"key":"../outside","size_bytes":1,"sha256":"00"}\n'
    digest = hashlib.sha256(outside).hexdigest().encode()

    def change(name: str, old: bytes) -> bytes | None:
        if name == "manifest.json":
            one = re.sub(rb'"objects": \d+', b'"objects": 1', old)
            return re.sub(rb'"objects_sha256": "\w+"', b'"objects_sha256": "%s"' % digest, one)
        if name == "objects.jsonl":
            return outside
        return None if name.startswith("objects/") and "thumbnail" not in name else old

    altered(change)(tmp_path / "a.zip")
    with pytest.raises(ArchiveError, match="no path below"):
        await import_database(target.url, tmp_path / "a.zip", target.objects)


async def test_a_store_that_fails_in_the_middle_says_what_was_done_and_can_go_on(
    source: Place, target: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await export_database(source.url, tmp_path / "a.zip", source.objects)
    put, left = target.objects.put, [5]

    async def fail_at_last(key: str, data: bytes) -> None:
        if not left[0]:
            raise ObjectStoreError("The object store fails.", "Make room.")
        left[0] -= 1
        await put(key, data)

    with monkeypatch.context() as patch:
        patch.setattr(target.objects, "put", fail_at_last)
        with pytest.raises(
            ObjectStoreError, match=r"fails. \d+ of 26 objects are in the store by now; the database was"
        ):
            await import_database(target.url, tmp_path / "a.zip", target.objects)
    assert await target.rows() == 0
    there = len(await target.files())
    assert there >= 5
    done = await import_database(target.url, tmp_path / "a.zip", target.objects)
    assert (done.objects_kept, done.objects_stored) == (there, len(EXPECTED) - there)
    assert await target.files() == digests(EXPECTED)


async def test_rows_that_are_refused_after_the_files_came_say_so(source: Place, target: Place, tmp_path: Path) -> None:
    def break_reference(connection: Connection) -> None:
        connection.execute(text("INSERT INTO call_parties VALUES ('ann', 'CA_none', 1)"))

    await in_transaction(source.url, break_reference)
    await export_database(source.url, tmp_path / "a.zip", source.objects)
    with pytest.raises(
        ArchiveError, match=r"refer to none of calls\. No row was written; 26 objects were stored before"
    ):
        await import_database(target.url, tmp_path / "a.zip", target.objects)
    assert await target.files() == digests(EXPECTED)


async def test_a_large_file_never_stands_in_memory(source: Place, target: Place, tmp_path: Path) -> None:
    size = 64 << 20
    with (tmp_path / "large").open("wb") as file:
        file.truncate(size)
    await source.objects.put_file("AT_large/original", tmp_path / "large")
    row = attachment("AT_large", size)
    await in_transaction(source.url, lambda connection: connection.execute(insert(ATTACHMENTS).values(row)))
    tracemalloc.start()
    try:
        await export_database(source.url, tmp_path / "a.zip", source.objects)
        await import_database(target.url, tmp_path / "a.zip", target.objects)
        (_, peak) = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    # Three parts of a multipart upload are, at most.
    assert peak < 40 << 20
    assert await target.objects.size("AT_large/original") == size


class TestCommandLine:
    def test_files_move_to_a_bucket_and_a_lost_one_is_told(
        self,
        source: Place,
        bucket: S3Settings,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        def run(*arguments: str) -> tuple[int, str, str]:
            monkeypatch.setattr(sys, "argv", ["tureen", *arguments])
            with pytest.raises(SystemExit) as ended:
                main()
            told = capsys.readouterr()
            return int(ended.value.code or 0), told.out, told.err

        assert bucket.secret_access_key is not None
        config = tmp_path / "new.toml"
        config.write_text(
            f'[storage]\nurl = "{sqlite_url(tmp_path / "new.db")}"\n[attachments]\nbucket = "{bucket.bucket}"\n'
            f'bucket_prefix = "{bucket.prefix}"\nbucket_endpoint = "{bucket.endpoint}"\nbucket_region = "us-east-1"\n'
            f'bucket_key_id = "{bucket.access_key_id}"\nbucket_key = "{bucket.secret_access_key.reveal()}"\n'
        )
        monkeypatch.setenv("TUREEN_ATTACHMENTS_FOLDER", str(tmp_path / "files"))
        archive = str(tmp_path / "a.zip")
        code, out, err = run("export", archive, "--storage-url", source.url)
        assert (code, err) == (0, "")
        assert f"{len(EXPECTED)} objects" in out
        monkeypatch.delenv("TUREEN_ATTACHMENTS_FOLDER")
        code, out, err = run("import", archive, "--config", str(config))
        assert (code, err) == (0, "")
        assert f"and {len(EXPECTED)} objects: " in out
        code, out, err = run("import", archive, "--config", str(config))
        assert (code, err) == (0, "")
        assert "Imported 0 rows and 0 objects" in out
        assert f"and {len(EXPECTED)} objects." in out
        monkeypatch.setenv("TUREEN_ATTACHMENTS_FOLDER", str(tmp_path / "files"))
        (tmp_path / "files" / "AT_film" / "original").unlink()
        code, out, err = run("export", str(tmp_path / "b.zip"), "--storage-url", source.url)
        assert (code, out) == (2, "")
        assert "AT_film/original" in err
        code, out, err = run("export", str(tmp_path / "b.zip"), "--storage-url", source.url, "--skip-missing")
        assert code == 0
        assert "Left out 1 objects" in err
