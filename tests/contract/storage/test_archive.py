"""A database moves from one engine to the other and back, and nothing else happens to it."""

from __future__ import annotations

import asyncio
import re
import shlex
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import BigInteger, Column, Connection, Float, ForeignKey, LargeBinary, Table, Text, select, text

from tests.contract.storage.conftest import Databases
from tests.server import ROOT
from tureen.cli.main import main
from tureen.storage.archive import export_database, import_database
from tureen.storage.engines import in_transaction
from tureen.storage.errors import ArchiveError, StorageError, StorageVersionError
from tureen.storage.facts import database_id
from tureen.storage.opening import open_database
from tureen.storage.schema.metadata import METADATA
from tureen.storage.schema.registry import all_tables
from tureen.storage.upgrade import VERSION_TABLE
from tureen.storage.url import sqlite_url

ROWS = 1201
"""More than two batches."""

Content = list[tuple[object, ...]]


@pytest.fixture(autouse=True)
def extra_tables() -> Iterator[tuple[Table, Table]]:
    """Two tables with everything that a column may hold, known to the program for the time of the test."""
    dishes = Table(
        "test_dishes",
        METADATA,
        Column("name", Text, primary_key=True),
        Column("number", BigInteger),
        Column("ratio", Float),
        Column("content", LargeBinary),
    )
    # Sorts before the table that it refers to.
    bites = Table(
        "test_bites",
        METADATA,
        Column("bite", BigInteger, primary_key=True),
        Column("dish", Text, ForeignKey("test_dishes.name")),
    )
    yield dishes, bites
    METADATA.remove(bites)
    METADATA.remove(dishes)


async def make_tables(url: str, *tables: Table) -> None:
    await in_transaction(url, lambda connection: METADATA.create_all(connection, tables=tables))


async def fill(url: str, dishes: Table, bites: Table) -> None:
    rows = [
        {
            "name": f"dish {number:05} ü😀\n\"'\\",
            "number": None if number % 7 == 0 else (-1) ** number * (2**63 - 1 - number),
            "ratio": None if number % 5 == 0 else number / 7,
            "content": None if number % 3 == 0 else bytes(range(256)) * (number % 4),
        }
        for number in range(ROWS)
    ]

    def insert(connection: Connection) -> None:
        connection.execute(dishes.insert(), rows)
        connection.execute(bites.insert(), [{"bite": number, "dish": rows[number]["name"]} for number in range(10)])

    await make_tables(url, dishes, bites)
    await in_transaction(url, insert)


async def content(url: str) -> dict[str, Content]:
    def read(connection: Connection) -> dict[str, Content]:
        return {
            table.name: [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key.columns))]
            for table in all_tables().sorted_tables
        }

    return await in_transaction(url, read)


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
async def filled(databases: Databases, extra_tables: tuple[Table, Table]) -> str:
    url = databases.new("sqlite")
    async with open_database(url) as database:
        await database_id(database)
    await fill(url, *extra_tables)
    return url


async def test_there_and_back_again(
    databases: Databases, filled: str, extra_tables: tuple[Table, Table], tmp_path: Path
) -> None:
    middle, last = databases.new("postgresql"), databases.new("sqlite")
    for number, (source, target) in enumerate([(filled, middle), (middle, last)]):
        await make_tables(target, *extra_tables)
        exported = await export_database(source, tmp_path / f"{number}.zip")
        assert exported == (await import_database(target, tmp_path / f"{number}.zip")).manifest
        assert exported.tables["test_dishes"] == ROWS
    before = await content(filled)
    assert len(before["facts"]) == 1
    assert before == await content(middle) == await content(last)


async def test_the_database_keeps_its_name(
    databases: Databases, tmp_path: Path, extra_tables: tuple[Table, Table]
) -> None:
    source, target = databases.new("sqlite"), databases.new("sqlite")
    for url in (source, target):
        await make_tables(url, *extra_tables)
    async with open_database(source) as first, open_database(target) as second:
        name = await database_id(first)
        assert name != await database_id(second)
    await export_database(source, tmp_path / "a.zip")
    await import_database(target, tmp_path / "a.zip")
    async with open_database(target) as second:
        assert await database_id(second) == name


async def test_a_database_that_has_other_rows_is_refused_and_left_alone(
    databases: Databases, filled: str, extra_tables: tuple[Table, Table], tmp_path: Path
) -> None:
    await export_database(filled, tmp_path / "a.zip")
    await in_transaction(filled, lambda connection: connection.execute(extra_tables[1].insert(), [{"bite": 77}]))
    before = await content(filled)
    with pytest.raises(ArchiveError, match="not empty"):
        await import_database(filled, tmp_path / "a.zip")
    assert await content(filled) == before


@pytest.mark.parametrize("version", ["0000", "9999"])
async def test_other_versions_of_the_tables_are_refused(
    databases: Databases, filled: str, extra_tables: tuple[Table, Table], tmp_path: Path, version: str
) -> None:
    def age(connection: Connection) -> None:
        connection.execute(text(f"UPDATE {VERSION_TABLE} SET version_num = '{version}'"))

    await export_database(filled, tmp_path / "a.zip")
    target = databases.new("sqlite")
    await make_tables(target, *extra_tables)
    await in_transaction(target, age)
    with pytest.raises(StorageVersionError, match=version):
        await import_database(target, tmp_path / "a.zip")
    await in_transaction(filled, age)
    with pytest.raises(StorageVersionError, match=version):
        await export_database(filled, tmp_path / "b.zip")
    assert names_in(tmp_path) == ["a.zip"]


@pytest.mark.parametrize(
    ("member", "old", "new", "told"),
    [
        ("manifest.json", rb'"schema_version": "\d+"', b'"schema_version": "0000"', "version 0000"),
        ("manifest.json", rb'"format_version": 2', b'"format_version": 1', "format 1"),
        ("manifest.json", rb"^{", b"", "no manifest"),
        ("manifest.json", rb'"test_bites": 10', b'"test_bites": 11', "10 rows of test_bites; 11"),
        ("manifest.json", rb'"test_bites": 10,?', b"", "no manifest|other tables"),
        ("tables/test_bites.jsonl", rb'"bite":3', b'"bite":"three"', "wrong type"),
        ("tables/test_bites.jsonl", rb'"bite":3', b'"bit":3', "none of test_bites"),
        ("tables/test_bites.jsonl", rb'"dish":"dish 00003', b'"dish":"dash', "not those that were exported"),
        ("tables/test_bites.jsonl", rb"\n\{", b"\n", "none of test_bites"),
        ("tables/test_dishes.jsonl", rb'"content":"AAE', b'"content":"?AE', "none of test_dishes"),
    ],
)
async def test_an_archive_that_was_altered_is_refused_as_a_whole(
    databases: Databases,
    filled: str,
    extra_tables: tuple[Table, Table],
    tmp_path: Path,
    member: str,
    old: bytes,
    new: bytes,
    told: str,
) -> None:
    await export_database(filled, tmp_path / "a.zip")
    with zipfile.ZipFile(tmp_path / "a.zip") as source, zipfile.ZipFile(tmp_path / "b.zip", "w") as altered:
        for name in source.namelist():
            data, count = re.subn(old, new, source.read(name), count=1) if name == member else (source.read(name), 1)
            assert count == 1
            altered.writestr(name, data)
    target = databases.new("sqlite")
    await make_tables(target, *extra_tables)
    with pytest.raises(StorageError, match=told):
        await import_database(target, tmp_path / "b.zip")
    assert not any((await content(target)).values())


async def test_a_file_that_is_cut_short_is_refused(databases: Databases, filled: str, tmp_path: Path) -> None:
    await export_database(filled, tmp_path / "a.zip")
    (tmp_path / "b.zip").write_bytes((tmp_path / "a.zip").read_bytes()[:-1000])
    with pytest.raises(ArchiveError, match="damaged"):
        await import_database(databases.new("sqlite"), tmp_path / "b.zip")
    with pytest.raises(ArchiveError, match="cannot be read"):
        await import_database(databases.new("sqlite"), tmp_path / "nothing.zip")


async def test_an_export_replaces_nothing_makes_no_database_and_is_private(filled: str, tmp_path: Path) -> None:
    file = tmp_path / "a.zip"
    await export_database(filled, file)
    assert file.stat().st_mode & 0o777 == 0o600
    with pytest.raises(ArchiveError, match="already"):
        await export_database(filled, file)
    with pytest.raises(ArchiveError, match="cannot be written"):
        await export_database(filled, tmp_path / "nowhere" / "a.zip")
    with pytest.raises(StorageError, match="no database"):
        await export_database(sqlite_url(tmp_path / "nothing.db"), tmp_path / "b.zip")
    assert names_in(tmp_path) == ["a.zip"]


class TestCommandLine:
    """As docs/reference/moving.md tells it."""

    @pytest.fixture(autouse=True)
    def extra_tables(self) -> None:
        """The program's own tables only: the commands make them."""

    def test_the_commands_of_the_page(
        self,
        databases: Databases,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        page = (ROOT / "docs" / "reference" / "moving.md").read_text()
        (block,) = re.findall(r"```sh\n(.*?)```", page, re.DOTALL)
        target = databases.new("postgresql")
        monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
        monkeypatch.chdir(tmp_path)
        asyncio.run(start_and_stop(sqlite_url(tmp_path / "state" / "tureen" / "tureen.db")))
        for line in block.splitlines():
            command = [target if "://" in word else word for word in shlex.split(line)]
            monkeypatch.setattr(sys, "argv", command)
            with pytest.raises(SystemExit) as ended:
                main()
            assert not ended.value.code
        out = capsys.readouterr().out.splitlines()
        tables = len(all_tables().tables)
        assert out == [
            f"Exported 1 rows of {tables} tables and 0 objects (0 bytes): tureen.zip",
            f"Imported 1 rows of {tables} tables and 0 objects: tureen.zip",
        ]

    def test_a_refusal_is_a_sentence(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        url = sqlite_url(tmp_path / "tureen.db")
        monkeypatch.setattr(sys, "argv", ["tureen", "import", str(tmp_path / "no.zip"), "--storage-url", url])
        with pytest.raises(SystemExit) as ended:
            main()
        assert ended.value.code == 2
        assert "cannot be read" in capsys.readouterr().err


async def start_and_stop(url: str) -> None:
    async with open_database(url):
        pass
