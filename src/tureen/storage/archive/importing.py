"""From an archive to a database."""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator, Iterable, Iterator
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import Any
from zipfile import BadZipFile, ZipFile

from sqlalchemy import Connection, Table, func, insert, select, text

from tureen.storage.archive.manifest import Manifest, read_manifest_untrusted
from tureen.storage.archive.objects import ObjectSink
from tureen.storage.archive.rows import RowDecoder
from tureen.storage.engines import in_transaction
from tureen.storage.errors import ArchiveError, StorageVersionError
from tureen.storage.schema.facts import FACTS
from tureen.storage.schema.registry import all_tables
from tureen.storage.upgrade import newest, upgrade, version

_ROWS_AT_ONCE = 500
_CHUNK_BYTES = 256 << 10
_OBJECTS = "objects/"


async def import_database(url: str, file: Path, objects: ObjectSink | None = None) -> Manifest:
    """Fills an empty database with all that the archive has; the rows in one transaction, so all or none.

    Raises `ArchiveError` if the archive is damaged, or of other tables than this program's, or if the database has
    rows already; `StorageVersionError` if the database's tables are older or newer than this program's.
    """
    try:
        with ZipFile(file) as archive:
            manifest = read_manifest_untrusted(archive)
            _check(manifest, objects)
            await in_transaction(url, lambda connection: _read_tables(connection, archive, manifest))
            if objects is not None:
                await _read_objects(archive, objects, manifest)
    except OSError as error:
        raise ArchiveError(f"The archive {file} cannot be read: {error.strerror or error}.") from error
    except (BadZipFile, zlib.error, EOFError) as error:
        raise ArchiveError(f"The archive {file} is damaged: {error}.", "Export once more.") from error
    return manifest


def _check(manifest: Manifest, objects: ObjectSink | None) -> None:
    if manifest.schema_version != newest():
        raise ArchiveError(
            f"The archive has version {manifest.schema_version} of the tables, this program has {newest()}.",
            "Import it with the Tureen that made it, and then start this one.",
        )
    if set(manifest.tables) != set(all_tables().tables):
        raise ArchiveError("The archive has other tables than this program.", "Export once more.")
    if manifest.objects and objects is None:
        raise ArchiveError("The archive has objects, and there is no store for them.", "Name one in the settings.")


def _read_tables(connection: Connection, archive: ZipFile, manifest: Manifest) -> None:
    present = version(connection)
    if present not in {None, newest()}:
        raise StorageVersionError(
            f"The database has version {present} of the tables, this program has {newest()}.",
            "Name an empty database.",
        )
    upgrade(connection)
    tables = all_tables().sorted_tables
    taken = [table.name for table in tables if table is not FACTS and _count(connection, table)]
    if taken:
        raise ArchiveError(f"The database is not empty: {', '.join(taken[:5])}.", "Name an empty database.")
    # The name that it was given when its tables were made gives way to that of the history which comes.
    connection.execute(FACTS.delete())
    for table in tables:
        _read_table(connection, archive, table)
        found, told = _count(connection, table), manifest.tables[table.name]
        if found != told:
            raise ArchiveError(f"The archive has {found} rows of {table.name}; {told} were exported.", "Export again.")
    _check_references(connection)


def _read_table(connection: Connection, archive: ZipFile, table: Table) -> None:
    decoder = RowDecoder(table)
    try:
        member = archive.open(f"tables/{table.name}.jsonl")
    except KeyError as error:
        raise ArchiveError(f"The archive lacks the table {table.name}.", "Export once more.") from error
    with member:
        for batch in _batches(decoder.decode_untrusted(line) for line in member):
            connection.execute(insert(table), batch)
    _advance_sequence(connection, table)


def _batches(rows: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    iterator = iter(rows)
    while batch := list(islice(iterator, _ROWS_AT_ONCE)):
        yield batch


def _count(connection: Connection, table: Table) -> int:
    return connection.scalar(select(func.count()).select_from(table)) or 0


def _advance_sequence(connection: Connection, table: Table) -> None:
    """PostgreSQL counts keys beside the table; rows that bring theirs along do not advance it."""
    column = table.autoincrement_column
    if connection.dialect.name != "postgresql" or column is None:
        return
    sequence = func.pg_get_serial_sequence(table.name, column.name)
    highest = func.max(column)
    connection.execute(select(func.setval(sequence, highest)).having(highest.is_not(None)))


def _check_references(connection: Connection) -> None:
    """SQLite looks at references only here, as rows may have come before those that they refer to."""
    if connection.dialect.name == "sqlite":
        broken = connection.execute(text("PRAGMA foreign_key_check")).first()
        if broken is not None:
            raise ArchiveError(f"The archive has rows of {broken[0]} that refer to none of {broken[2]}.")


async def _read_objects(archive: ZipFile, objects: ObjectSink, manifest: Manifest) -> None:
    names = [name for name in archive.namelist() if name.startswith(_OBJECTS)]
    if len(names) != manifest.objects:
        raise ArchiveError(f"The archive has {len(names)} objects; {manifest.objects} were exported.")
    for name in names:
        key = name.removeprefix(_OBJECTS)
        path = PurePosixPath(key)
        if path.is_absolute() or ".." in path.parts or str(path) != key:
            raise ArchiveError("The archive has an object whose key is no path below the store.")
        await objects.put(key, _chunks(archive, name))


async def _chunks(archive: ZipFile, name: str) -> AsyncIterator[bytes]:
    with archive.open(name) as member:
        while chunk := member.read(_CHUNK_BYTES):
            yield chunk
