"""What an archive says of itself."""

from __future__ import annotations

from collections.abc import Mapping
from zipfile import ZipFile

import msgspec
from msgspec import Struct

from tureen.storage.errors import ArchiveError

NAME = "manifest.json"
FORMAT = "tureen-archive"
FORMAT_VERSION = 2
_MAX_BYTES = 1 << 20


class Manifest(Struct, frozen=True, kw_only=True):
    """The last member of the archive."""

    format: str = FORMAT
    format_version: int = FORMAT_VERSION
    schema_version: str
    """The migration that the tables are those of."""
    tables: Mapping[str, int]
    """Rows of each table, in the order in which they can be inserted."""
    digests: Mapping[str, str]
    """Of the rows of each table (`digests.RowsDigest`), hexadecimal."""
    objects: int
    """How many objects there are."""
    object_bytes: int
    """Of all objects together."""
    objects_sha256: str
    """Of the member that lists them, hexadecimal."""
    left_out: int = 0
    """Objects that the rows refer to and the archive does not have: missing ones, or all of them."""

    @property
    def rows(self) -> int:
        """Of all tables."""
        return sum(self.tables.values())


def write_manifest(archive: ZipFile, manifest: Manifest) -> None:
    """Adds it."""
    archive.writestr(NAME, msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n")


def read_manifest_untrusted(archive: ZipFile) -> Manifest:
    """Raises `ArchiveError` if it is missing or none that this program understands."""
    try:
        info = archive.getinfo(NAME)
        if info.file_size > _MAX_BYTES:
            raise ArchiveError("The archive's manifest is too large.", "Name a file that tureen export has made.")
        raw = archive.read(info)
        _check_format_untrusted(raw)
        return msgspec.json.decode(raw, type=Manifest)
    except (KeyError, msgspec.DecodeError) as error:
        raise ArchiveError(
            "The archive has no manifest: it is none of Tureen's, or its export was cut short.",
            "Name a file that tureen export has made.",
        ) from error


class _Format(Struct, frozen=True):
    """What every version of the manifest begins with."""

    format: str
    format_version: int


def _check_format_untrusted(raw: bytes) -> None:
    found = msgspec.json.decode(raw, type=_Format)
    if (found.format, found.format_version) != (FORMAT, FORMAT_VERSION):
        raise ArchiveError(
            f"The archive has format {found.format_version}; this program reads {FORMAT_VERSION}.",
            "Import it with the Tureen that made it.",
        )
