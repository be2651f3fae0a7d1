"""From an archive to a database and a store of objects.

::

    look through the archive ─▶ look at the database ─▶ objects, one by one ─▶ rows, in one transaction

Nothing is changed before the archive has proved whole. Objects come first: until the rows are there, nobody sees them,
and an import that broke off between leaves an empty database and can be begun again.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

from msgspec import Struct
from sqlalchemy import Connection, Table, func, insert, select, text

from tureen.attachments.errors import ObjectStoreError
from tureen.storage.archive.digests import RowsDigest
from tureen.storage.archive.manifest import Manifest, read_manifest_untrusted
from tureen.storage.archive.objects_in import ObjectsIn
from tureen.storage.archive.progress import NoProgress, Progress
from tureen.storage.archive.rows import RowDecoder, encode_row, stored_columns
from tureen.storage.archive.verifying import open_table_untrusted, verify_untrusted
from tureen.storage.engines import in_transaction
from tureen.storage.errors import ArchiveError, StorageError, StorageVersionError
from tureen.storage.objects import LibraryObjects
from tureen.storage.schema.facts import FACTS
from tureen.storage.schema.registry import all_tables
from tureen.storage.upgrade import newest, upgrade, version
from tureen.storage.url import sqlite_path

_ROWS_AT_ONCE = 500


class Imported(Struct, frozen=True, kw_only=True):
    """What was done."""

    manifest: Manifest
    rows_were_there: bool
    """The database had just these rows, from an earlier import of the archive: they were left alone."""
    objects_stored: int
    objects_kept: int
    """The store had them already."""


async def import_database(
    url: str, file: Path, objects: LibraryObjects | None = None, *, progress: Progress | None = None
) -> Imported:
    """Fills an empty database with all that the archive has: the rows in one transaction, so all or none.

    Once more with the same archive, it stores what is missing and changes nothing else.

    Raises `ArchiveError` if the archive is damaged, or of other tables than this program's, or if the database has
    other rows already; `StorageVersionError` if the database's tables are older or newer than this program's;
    `ObjectStoreError` if the store fails. Errors say what was done, if anything was.
    """
    progress = progress or NoProgress()
    try:
        with ZipFile(file) as archive:
            manifest = read_manifest_untrusted(archive)
            _check(manifest, objects)
            verify_untrusted(archive, manifest, progress)
            rows_are_there = await _has_rows(url, manifest, progress)
            bringing = None if objects is None else ObjectsIn(archive, objects, progress)
            if bringing is not None:
                progress.begin("Files", manifest.objects)
                await _bring_objects(bringing, manifest)
            if not rows_are_there:
                progress.begin("Rows", manifest.rows)
                await _bring_rows(url, archive, manifest, bringing, progress)
    except OSError as error:
        raise ArchiveError(f"The archive {file} cannot be read: {error.strerror or error}.") from error
    except (BadZipFile, zlib.error, EOFError) as error:
        raise ArchiveError(f"The archive {file} is damaged: {error}.", "Export once more.") from error
    return Imported(
        manifest=manifest,
        rows_were_there=rows_are_there,
        objects_stored=0 if bringing is None else bringing.stored,
        objects_kept=0 if bringing is None else bringing.kept,
    )


def _check(manifest: Manifest, objects: LibraryObjects | None) -> None:
    if manifest.schema_version != newest():
        raise ArchiveError(
            f"The archive has version {manifest.schema_version} of the tables, this program has {newest()}.",
            "Import it with the Tureen that made it, and then start this one.",
        )
    if not set(manifest.tables) == set(manifest.digests) == set(all_tables().tables):
        raise ArchiveError("The archive has other tables than this program.", "Export once more.")
    if manifest.objects and objects is None:
        raise ArchiveError("The archive has objects, and there is no store for them.", "Name one in the settings.")


async def _has_rows(url: str, manifest: Manifest, progress: Progress) -> bool:
    """Whether the database has just the rows of the archive. Raises `StorageError` unless it is empty otherwise."""
    path = sqlite_path(url)
    if path is not None and not path.exists():
        return False
    return await in_transaction(url, lambda connection: _compare(connection, manifest, progress), snapshot=True)


def _compare(connection: Connection, manifest: Manifest, progress: Progress) -> bool:
    present = version(connection)
    if present is None:
        return False
    _check_version(present)
    tables = all_tables().sorted_tables
    counts = {table.name: _count(connection, table) for table in tables}
    taken = [name for name, count in counts.items() if count and name != FACTS.name]
    if counts == manifest.tables and manifest.rows:
        progress.begin("Comparing rows", manifest.rows)
        if all(_digest(connection, table, progress) == manifest.digests[table.name] for table in tables):
            return True
    _check_empty(taken)
    return False


def _check_version(present: str | None) -> None:
    if present not in {None, newest()}:
        raise StorageVersionError(
            f"The database has version {present} of the tables, this program has {newest()}.",
            "Name an empty database.",
        )


def _check_empty(taken: list[str]) -> None:
    if taken:
        raise ArchiveError(f"The database is not empty: {', '.join(taken[:5])}.", "Name an empty database.")


def _digest(connection: Connection, table: Table, progress: Progress) -> str:
    digest = RowsDigest()
    found = connection.execution_options(yield_per=_ROWS_AT_ONCE).execute(select(*stored_columns(table)))
    for row in found.mappings():
        digest.add(encode_row(row))
        progress.advance(1)
    return digest.hex()


async def _bring_objects(bringing: ObjectsIn, manifest: Manifest) -> None:
    try:
        await bringing.bring()
    except ObjectStoreError as error:
        come = f"{bringing.stored + bringing.kept} of {manifest.objects} objects are in the store by now"
        raise ObjectStoreError(
            f"{error.message} {come}; the database was not touched.",
            f"{error.hint} Then import once more: what is there stays.",
        ) from error


async def _bring_rows(
    url: str, archive: ZipFile, manifest: Manifest, bringing: ObjectsIn | None, progress: Progress
) -> None:
    try:
        await in_transaction(url, lambda connection: _read_tables(connection, archive, manifest, progress))
    except StorageError as error:
        if bringing is None or not bringing.stored:
            raise
        raise type(error)(
            f"{error.message} No row was written; {bringing.stored} objects were stored before.",
            f"{error.hint} They do no harm: an import that succeeds finds them there.".strip(),
        ) from error


def _read_tables(connection: Connection, archive: ZipFile, manifest: Manifest, progress: Progress) -> None:
    _check_version(version(connection))
    upgrade(connection)
    tables = all_tables().sorted_tables
    _check_empty([table.name for table in tables if table is not FACTS and _count(connection, table)])
    # The name that it was given when its tables were made gives way to that of the history which comes.
    connection.execute(FACTS.delete())
    for table in tables:
        _read_table(connection, archive, table, progress)
        found, told = _count(connection, table), manifest.tables[table.name]
        if found != told:
            raise ArchiveError(f"The database took {found} of {told} rows of {table.name}.", "Import once more.")
    _check_references(connection)


def _read_table(connection: Connection, archive: ZipFile, table: Table, progress: Progress) -> None:
    decoder = RowDecoder(table)
    with open_table_untrusted(archive, table) as member:
        for batch in _batches(decoder.decode_untrusted(line) for line in member):
            connection.execute(insert(table), batch)
            progress.advance(len(batch))
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
