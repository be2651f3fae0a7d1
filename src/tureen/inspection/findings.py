"""What goes to a worker and what comes back: MessagePack, each message behind its length (4 bytes, big endian)."""

from __future__ import annotations

from typing import TypeAlias

from msgspec import Struct

from tureen.attachments.record import Refusal

LENGTH_BYTES = 4
MAX_MESSAGE_BYTES = 2 << 20


class Bounds(Struct, frozen=True, kw_only=True):
    """How far a look into a file may go."""

    pixels: int = 50_000_000
    unpacked_bytes: int = 4 << 30
    """Of an archive, all its files together, as far as they take up much less within it."""
    thumbnail_pixels: int = 512
    memory_bytes: int = 1 << 30
    """Address space of a worker."""
    cpu_s: int = 20
    """Processor time for one file."""


class Job(Struct, frozen=True, kw_only=True):
    """A file to look into."""

    path: str
    name: str
    bounds: Bounds


class Ready(Struct, frozen=True, kw_only=True, tag="ready"):
    """A worker's first message."""


class Found(Struct, frozen=True, kw_only=True, tag="found"):
    """The file is what it claims to be."""

    media_type: str
    width: int | None = None
    height: int | None = None
    thumbnail: bytes = b""


class Refused(Struct, frozen=True, kw_only=True, tag="refused"):
    """The file is not taken."""

    refusal: Refusal


Answer: TypeAlias = Ready | Found | Refused


class RefusedFileError(Exception):
    """Within a worker: the file is not taken."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.message)
        self.refusal = refusal
