"""Looks through all of an archive before anything is made of it."""

from __future__ import annotations

import hashlib
from typing import IO
from zipfile import ZipFile

from sqlalchemy import Table

from tureen.storage.archive.digests import RowsDigest
from tureen.storage.archive.listing import PREFIX, ListedObject, listing_sha256_untrusted, read_listing_untrusted
from tureen.storage.archive.manifest import Manifest
from tureen.storage.archive.progress import Progress
from tureen.storage.archive.rows import RowDecoder
from tureen.storage.errors import ArchiveError
from tureen.storage.schema.registry import all_tables

_PIECE_BYTES = 1 << 20
_AGAIN = "Copy the file anew, or export once more."


def verify_untrusted(archive: ZipFile, manifest: Manifest, progress: Progress) -> None:
    """Reads every row and every object, and compares them with what was exported.

    Raises `ArchiveError`; what the archive's own format finds (`BadZipFile`, `zlib.error`, `EOFError`) goes through.
    """
    progress.begin("Looking through rows", manifest.rows)
    for table in all_tables().sorted_tables:
        _verify_table(archive, manifest, table, progress)
    _verify_listing(archive, manifest)
    progress.begin("Looking through files", manifest.objects)
    with read_listing_untrusted(archive) as objects:
        for listed in objects:
            _verify_object(archive, listed)
            progress.advance(1)


def open_table_untrusted(archive: ZipFile, table: Table) -> IO[bytes]:
    """Its lines. Raises `ArchiveError` if there are none."""
    try:
        return archive.open(f"tables/{table.name}.jsonl")
    except KeyError as error:
        raise ArchiveError(f"The archive lacks the table {table.name}.", _AGAIN) from error


def _verify_table(archive: ZipFile, manifest: Manifest, table: Table, progress: Progress) -> None:
    decoder, digest, told = RowDecoder(table), RowsDigest(), manifest.tables[table.name]
    with open_table_untrusted(archive, table) as member:
        for line in member:
            decoder.decode_untrusted(line)
            digest.add(line)
            progress.advance(1)
    if digest.rows != told:
        raise ArchiveError(f"The archive has {digest.rows} rows of {table.name}; {told} were exported.", _AGAIN)
    if digest.hex() != manifest.digests[table.name]:
        raise ArchiveError(f"The archive's rows of {table.name} are not those that were exported.", _AGAIN)


def _verify_listing(archive: ZipFile, manifest: Manifest) -> None:
    if listing_sha256_untrusted(archive) != manifest.objects_sha256:
        raise ArchiveError("The archive's list of objects is not the one that was exported.", _AGAIN)
    found = sum(1 for name in archive.namelist() if name.startswith(PREFIX))
    with read_listing_untrusted(archive) as objects:
        listed = sum(1 for _ in objects)
    if {found, listed} != {manifest.objects}:
        raise ArchiveError(
            f"The archive has {found} objects and lists {listed}; {manifest.objects} were exported.", _AGAIN
        )


def _verify_object(archive: ZipFile, listed: ListedObject) -> None:
    try:
        member = archive.open(listed.member)
    except KeyError as error:
        raise ArchiveError(f"The archive lacks the object {listed.key}.", _AGAIN) from error
    digest, size = hashlib.sha256(), 0
    with member:
        while piece := member.read(_PIECE_BYTES):
            digest.update(piece)
            size += len(piece)
    if (size, digest.hexdigest()) != (listed.size_bytes, listed.sha256):
        raise ArchiveError(f"The archive's object {listed.key} is not the one that was exported.", _AGAIN)
