"""Examines a file: lays it down, has it scanned, then looked into by a worker."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import IO

from tureen.attachments.ports import Examination, Scanner
from tureen.inspection.pool import WorkerPool
from tureen.protocol.errors import CommandError, ErrorCode


class WorkerExaminer:
    """Implements `attachments.ports.Examiner`."""

    def __init__(self, pool: WorkerPool, scanner: Scanner | None = None, folder: Path | None = None) -> None:
        """``folder``: for files while they are examined; none: the system's for temporary files."""
        self._pool = pool
        self._scanner = scanner
        self._folder = folder

    @asynccontextmanager
    async def examine(self, content: AsyncIterator[bytes], name: str) -> AsyncIterator[Examination]:
        """See `Examiner.examine`."""
        lying = await asyncio.to_thread(self._open)
        try:
            try:
                async for piece in content:
                    await asyncio.to_thread(lying.write, piece)
                await asyncio.to_thread(lying.flush)
            except OSError as error:
                raise CommandError(
                    ErrorCode.UNAVAILABLE,
                    "There is no room to examine the file.",
                    "Try again later.",
                    retry_after_ms=60_000,
                ) from error
            yield await self._look(Path(lying.name), name)
        finally:
            await asyncio.shield(asyncio.to_thread(lying.close))

    async def _look(self, file: Path, name: str) -> Examination:
        if self._scanner is not None and (reason := await self._scanner.scan(file)) is not None:
            raise CommandError(ErrorCode.REJECTED, reason, "Do not send it.")
        found = await self._pool.look(str(file), name)
        return Examination(
            file=file,
            media_type=found.media_type,
            width=found.width,
            height=found.height,
            thumbnail=found.thumbnail,
        )

    def _open(self) -> IO[bytes]:
        # Mode 0600: a scanner of another user is to be given the descriptor (clamdscan --fdpass).
        return tempfile.NamedTemporaryFile(prefix="tureen-", suffix=".part", dir=self._folder)
