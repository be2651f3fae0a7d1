"""The list of an archive's objects: a line of JSON for each, in the order in which they were written."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import PurePosixPath
from types import TracebackType
from typing import IO, Self
from zipfile import ZipFile

import msgspec
from msgspec import Struct

from tureen.storage.archive.spool import Spool
from tureen.storage.errors import ArchiveError

NAME = "objects.jsonl"
PREFIX = "objects/"
_LINE_BYTES = 64 << 10
"""Longest line; keys are much shorter."""


class ListedObject(Struct, frozen=True, kw_only=True):
    """One of them."""

    key: str
    size_bytes: int
    sha256: str
    """Hexadecimal."""

    @property
    def member(self) -> str:
        """Its name in the archive."""
        return PREFIX + self.key


_DECODER = msgspec.json.Decoder(ListedObject)


class Listing:
    """Grows while objects are written, and becomes a member of the archive after the last one."""

    def __init__(self) -> None:
        self._spool = Spool(ListedObject)
        self.object_bytes = 0
        """Of all objects together."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._spool.close()

    def __len__(self) -> int:
        return len(self._spool)

    def add(self, listed: ListedObject) -> None:
        """One that was written."""
        self._spool.add(listed)
        self.object_bytes += listed.size_bytes

    def write(self, archive: ZipFile) -> str:
        """Adds the member. Its SHA-256, hexadecimal."""
        digest = hashlib.sha256()
        with archive.open(NAME, "w", force_zip64=True) as member:
            for line in self._spool.lines():
                digest.update(line)
                member.write(line)
        return digest.hexdigest()


@contextmanager
def read_listing_untrusted(archive: ZipFile) -> Iterator[Iterator[ListedObject]]:
    """The objects of which the archive says that it has them; reading on raises `ArchiveError`."""
    with _open_untrusted(archive) as member:
        yield _listed_untrusted(member)


def listing_sha256_untrusted(archive: ZipFile) -> str:
    """Of the member as it is. Raises `ArchiveError` if there is none."""
    with _open_untrusted(archive) as member:
        return hashlib.file_digest(member, "sha256").hexdigest()  # type: ignore[arg-type]  # a member reads as a file does


def _listed_untrusted(member: IO[bytes]) -> Iterator[ListedObject]:
    while line := member.readline(_LINE_BYTES):
        try:
            listed = _DECODER.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise ArchiveError("The archive's list of objects is damaged.", "Export once more.") from error
        path = PurePosixPath(listed.key)
        if path.is_absolute() or ".." in path.parts or str(path) != listed.key or listed.key == ".":
            raise ArchiveError("The archive has an object whose key is no path below the store.")
        yield listed


def _open_untrusted(archive: ZipFile) -> IO[bytes]:
    try:
        return archive.open(NAME)
    except KeyError as error:
        raise ArchiveError("The archive has no list of its objects.", "Export once more.") from error
