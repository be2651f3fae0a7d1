"""From a database to an archive."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

from sqlalchemy import Connection, Table, select

from tureen.storage.archive.manifest import Manifest, write_manifest
from tureen.storage.archive.objects import ObjectSource
from tureen.storage.archive.rows import encode_row, stored_columns
from tureen.storage.engines import in_transaction
from tureen.storage.errors import ArchiveError, StorageVersionError
from tureen.storage.schema.registry import all_tables
from tureen.storage.upgrade import newest, version

_ROWS_AT_ONCE = 500


async def export_database(url: str, file: Path, objects: ObjectSource | None = None) -> Manifest:
    """Writes ``file``, whole or not at all; nodes may go on using the database, of which it has one state.

    Raises `ArchiveError` if there is such a file or it cannot be written, `StorageVersionError` if the tables are not
    those of this program.
    """
    with _new_archive(file) as archive:
        tables = await in_transaction(url, lambda connection: _write_tables(connection, archive), snapshot=True)
        count = 0 if objects is None else await _write_objects(archive, objects)
        manifest = Manifest(schema_version=newest(), tables=tables, objects=count)
        write_manifest(archive, manifest)
    return manifest


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


def _write_tables(connection: Connection, archive: ZipFile) -> dict[str, int]:
    present = version(connection)
    if present != newest():
        raise StorageVersionError(
            f"The database has version {present or 'none'} of the tables, this program has {newest()}.",
            "Start a node on it first: that brings it up to date. Or export it with the Tureen that made it.",
        )
    return {table.name: _write_table(connection, archive, table) for table in all_tables().sorted_tables}


def _write_table(connection: Connection, archive: ZipFile, table: Table) -> int:
    """How many rows there were."""
    statement = select(*stored_columns(table)).order_by(*table.primary_key.columns)
    found = connection.execution_options(yield_per=_ROWS_AT_ONCE).execute(statement)
    count = 0
    with archive.open(f"tables/{table.name}.jsonl", "w", force_zip64=True) as member:
        for row in found.mappings():
            member.write(encode_row(row))
            count += 1
    return count


async def _write_objects(archive: ZipFile, objects: ObjectSource) -> int:
    count = 0
    async for key in objects.keys():
        with archive.open(f"objects/{key}", "w", force_zip64=True) as member:
            async for chunk in objects.chunks(key):
                member.write(chunk)
        count += 1
    return count
