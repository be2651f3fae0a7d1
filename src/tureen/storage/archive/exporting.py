"""From a database, and a store of objects, to an archive."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

from msgspec import Struct
from sqlalchemy import Connection, Table, select, text

from tureen.storage.archive.digests import RowsDigest
from tureen.storage.archive.expected import ExpectedObject, expected_objects, still_expected
from tureen.storage.archive.listing import Listing
from tureen.storage.archive.manifest import Manifest, write_manifest
from tureen.storage.archive.objects_out import ObjectsOut
from tureen.storage.archive.progress import NoProgress, Progress
from tureen.storage.archive.rows import encode_row, stored_columns
from tureen.storage.archive.spool import Spool
from tureen.storage.engines import in_transaction
from tureen.storage.errors import ArchiveError, StorageCorruptError, StorageVersionError
from tureen.storage.objects import LibraryObjects
from tureen.storage.schema.registry import all_tables
from tureen.storage.upgrade import newest, version

_ROWS_AT_ONCE = 500
_NAMED = 5
"""Missing files that an error names."""


class Files(enum.Enum):
    """Which of the files that the rows refer to go into the archive."""

    ALL = "all"
    """Or there is no archive."""
    PRESENT = "present"
    """Those that the store has."""
    NONE = "none"
    """They stay where they are."""


class _Written(Struct, frozen=True):
    """What was exported of the tables."""

    rows: dict[str, int]
    digests: dict[str, str]


async def export_database(
    url: str,
    file: Path,
    objects: LibraryObjects | None = None,
    *,
    files: Files = Files.ALL,
    progress: Progress | None = None,
) -> Manifest:
    """Writes ``file``, whole or not at all; nodes may go on using the database, of which it has one state.

    ``objects``: where the database's files are; may be None for `Files.NONE`, or where there are no files.

    Raises `ArchiveError` if there is such a file, it cannot be written, or files are missing from the store;
    `ObjectStoreError` if the store fails; `StorageVersionError` if the tables are not those of this program.
    """
    progress = progress or NoProgress()
    with _new_archive(file) as archive, _spool() as expected, Listing() as listing:
        written = await in_transaction(
            url, lambda connection: _write_tables(connection, archive, expected, progress), snapshot=True
        )
        left_out = len(expected)
        if files is not Files.NONE:
            missing = await _write_objects(archive, expected, listing, objects, progress)
            left_out = len(await _really_missing(url, missing, files))
        manifest = Manifest(
            schema_version=newest(),
            tables=written.rows,
            digests=written.digests,
            objects=len(listing),
            object_bytes=listing.object_bytes,
            objects_sha256=listing.write(archive),
            left_out=left_out,
        )
        write_manifest(archive, manifest)
    return manifest


@contextmanager
def _spool() -> Iterator[Spool[ExpectedObject]]:
    spool = Spool(ExpectedObject)
    try:
        yield spool
    finally:
        spool.close()


@contextmanager
def _new_archive(file: Path) -> Iterator[ZipFile]:
    if file.exists():
        raise ArchiveError(f"There is a file {file} already.", "Name another one, or move it away.")
    partial = file.with_name(f"{file.name}.part")
    try:
        # What people wrote is nobody else's business on this machine.
        partial.touch(mode=0o600)
        try:
            with ZipFile(partial, "w", ZIP_DEFLATED) as archive:
                yield archive
            partial.rename(file)
        finally:
            partial.unlink(missing_ok=True)
    except OSError as error:
        raise ArchiveError(f"The archive {file} cannot be written: {error.strerror}.", "Name another file.") from error


def _write_tables(
    connection: Connection, archive: ZipFile, expected: Spool[ExpectedObject], progress: Progress
) -> _Written:
    present = version(connection)
    if present != newest():
        raise StorageVersionError(
            f"The database has version {present or 'none'} of the tables, this program has {newest()}.",
            "Start a node on it first: that brings it up to date. Or export it with the Tureen that made it.",
        )
    _check_whole(connection)
    progress.begin("Rows", None)
    digests = {table.name: _write_table(connection, archive, table, progress) for table in all_tables().sorted_tables}
    for each in expected_objects(connection):
        expected.add(each)
    return _Written(
        {name: digest.rows for name, digest in digests.items()}, {name: each.hex() for name, each in digests.items()}
    )


def _check_whole(connection: Connection) -> None:
    """A damaged index hides rows: what is exported then looks whole and is not."""
    if connection.dialect.name == "sqlite":
        found = connection.execute(text("PRAGMA integrity_check(1)")).scalar()
        if found != "ok":
            raise StorageCorruptError(f"The database is damaged: {found}.", "Restore the file from a backup.")


def _write_table(connection: Connection, archive: ZipFile, table: Table, progress: Progress) -> RowsDigest:
    statement = select(*stored_columns(table)).order_by(*table.primary_key.columns)
    found = connection.execution_options(yield_per=_ROWS_AT_ONCE).execute(statement)
    digest = RowsDigest()
    with archive.open(f"tables/{table.name}.jsonl", "w", force_zip64=True) as member:
        for some in found.mappings().partitions():
            for row in some:
                line = encode_row(row)
                digest.add(line)
                member.write(line)
            progress.advance(len(some))
    return digest


async def _write_objects(
    archive: ZipFile,
    expected: Spool[ExpectedObject],
    listing: Listing,
    objects: LibraryObjects | None,
    progress: Progress,
) -> list[ExpectedObject]:
    """Those that are not in the store."""
    if not len(expected):
        return []
    if objects is None:
        raise ArchiveError(
            f"The database refers to {len(expected)} objects, and no store of them was named.",
            "Name it in the settings (attachments), or export the rows only.",
        )
    progress.begin("Files", len(expected))
    out = ObjectsOut(archive, objects, listing, progress)
    await out.write(iter(expected))
    return out.missing


async def _really_missing(url: str, missing: list[ExpectedObject], files: Files) -> list[ExpectedObject]:
    """Without those that people deleted meanwhile. Raises `ArchiveError` if all were to be there."""
    if missing:
        missing = await in_transaction(url, lambda connection: still_expected(connection, missing), snapshot=True)
    if missing and files is Files.ALL:
        named = ", ".join(f'{each.key} ("{each.name}")' for each in missing[:_NAMED])
        more = f" and {len(missing) - _NAMED} more" if len(missing) > _NAMED else ""
        raise ArchiveError(
            f"{len(missing)} objects of messages are not in the store, or not as long as they were: {named}{more}. "
            "No archive was written; the database and the store are as they were.",
            "See whether the settings name the store of this database, and restore what is lost from a backup. "
            "Or let the archive go without them: --skip-missing.",
        )
    return missing
