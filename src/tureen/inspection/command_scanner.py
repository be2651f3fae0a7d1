"""A scanner that is a command: it is given the file's path, and exits with 0 (clean) or 1 (harmful)."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from pathlib import Path

import structlog

from tureen.protocol.errors import CommandError, ErrorCode

_LOG = structlog.get_logger(__name__)
_CLEAN, _HARMFUL = 0, 1
"""As clamscan and clamdscan exit; anything else means that the file was not scanned."""

_OUTPUT_BYTES = 4096


class CommandScanner:
    """Implements `attachments.ports.Scanner`."""

    def __init__(self, command: Sequence[str], timeout_s: float, concurrent: int = 4) -> None:
        """``command``: program and arguments; the path is added. ``concurrent``: most scans at a time."""
        self._command = tuple(command)
        self._timeout_s = timeout_s
        self._slots = asyncio.Semaphore(concurrent)

    async def scan(self, file: Path) -> str | None:
        """See `Scanner.scan`. What the program prints goes to the log only."""
        async with self._slots:
            code, output = await self._run(file)
        if code == _CLEAN:
            return None
        if code == _HARMFUL:
            _LOG.warning("attachments.harmful", output=output)
            return "The scanner found something harmful in the file."
        _LOG.error("attachments.scanner_fails", exit_code=code, output=output)
        raise _unavailable()

    async def _run(self, file: Path) -> tuple[int, str]:
        try:
            process = await asyncio.create_subprocess_exec(
                *self._command,
                str(file),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.STDOUT,
                start_new_session=True,
            )
        except OSError as error:
            _LOG.exception("attachments.scanner_does_not_start", program=self._command[0])
            raise _unavailable() from error
        try:
            async with asyncio.timeout(self._timeout_s):
                output = await _drain(process)
                return await process.wait(), output
        except TimeoutError as error:
            _LOG.exception("attachments.scanner_too_slow", seconds=self._timeout_s)
            raise _unavailable() from error
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await asyncio.shield(asyncio.ensure_future(process.wait()))


async def _drain(process: asyncio.subprocess.Process) -> str:
    """The beginning of the output; all of it is read, so that the program never waits for us."""
    assert process.stdout is not None  # noqa: S101 - it was started with a pipe
    kept = b""
    while piece := await process.stdout.read(_OUTPUT_BYTES):
        kept = (kept + piece)[:_OUTPUT_BYTES]
    return kept.decode("utf-8", "replace").strip()


def _unavailable() -> CommandError:
    return CommandError(
        ErrorCode.UNAVAILABLE, "The file cannot be scanned now.", "Try again in a moment.", retry_after_ms=10_000
    )
