"""Chunks of uploads as they come over HTTP: bounded in size, time and number."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from msgspec import Struct
from starlette.requests import ClientDisconnect, Request

from tureen.attachments.limits import CHUNK_BYTES
from tureen.model.ids import AttachmentId, UserId
from tureen.protocol.errors import CommandError, ErrorCode

CHUNK_S = 60
"""How long a chunk may take; what came until then is kept."""

CHUNKS_AT_A_TIME = 64
CHUNKS_PER_PERSON = 4


class Chunk(Struct, frozen=True):
    """What came of a request's body."""

    content: bytes
    whole: bool
    """Otherwise the client went away, or took too long."""


async def read_chunk_untrusted(request: Request) -> Chunk:
    """Raises `CommandError` (``too_large``) beyond `CHUNK_BYTES`, before it reads on."""
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced[:20]) > CHUNK_BYTES:
        raise _too_large()
    content = bytearray()
    try:
        async with asyncio.timeout(CHUNK_S):
            async for piece in request.stream():
                content += piece
                if len(content) > CHUNK_BYTES:
                    raise _too_large()
    except (ClientDisconnect, TimeoutError):
        return Chunk(bytes(content), whole=False)
    return Chunk(bytes(content), whole=True)


class ChunksUnderWay:
    """Bounds how many chunks are in memory at a time."""

    def __init__(self) -> None:
        self._uploads: set[AttachmentId] = set()
        self._people: Counter[UserId] = Counter()

    @contextmanager
    def one_more(self, upload: AttachmentId, person: UserId) -> Iterator[None]:
        """Raises `CommandError`: ``conflict`` for a second one of an upload, or that there are too many."""
        if upload in self._uploads:
            raise CommandError(
                ErrorCode.CONFLICT, "Another chunk of this upload is under way.", "Ask for the offset, then go on."
            )
        if len(self._uploads) >= CHUNKS_AT_A_TIME:
            raise CommandError(
                ErrorCode.UNAVAILABLE, "Too many uploads at a time.", "Try again in a moment.", retry_after_ms=2_000
            )
        if self._people[person] >= CHUNKS_PER_PERSON:
            raise CommandError(
                ErrorCode.RATE_LIMITED,
                f"At most {CHUNKS_PER_PERSON} of your uploads can go on at a time.",
                "Send the others after these.",
                retry_after_ms=2_000,
            )
        self._uploads.add(upload)
        self._people[person] += 1
        try:
            yield
        finally:
            self._uploads.discard(upload)
            self._people -= Counter({person: 1})


def _too_large() -> CommandError:
    return CommandError(ErrorCode.TOO_LARGE, f"A chunk is at most {CHUNK_BYTES} bytes.", "Send chunks of chunk_bytes.")
