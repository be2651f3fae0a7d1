"""Keeps worker processes: a few, started when there is work, replaced when they fail."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from collections.abc import Sequence

import msgspec
import structlog
from msgspec import Struct

from tureen.attachments.record import Refusal
from tureen.inspection.findings import LENGTH_BYTES, MAX_MESSAGE_BYTES, Answer, Bounds, Found, Job, Ready, Refused
from tureen.protocol.errors import CommandError, ErrorCode

_LOG = structlog.get_logger(__name__)
_DECODER: msgspec.msgpack.Decoder[Answer] = msgspec.msgpack.Decoder(Answer)
_WORKER = (sys.executable, "-m", "tureen.inspection.worker")
_BROKEN = (OSError, TimeoutError, asyncio.IncompleteReadError, msgspec.MsgspecError)


class PoolSettings(Struct, frozen=True, kw_only=True):
    """How many, and how long."""

    workers: int = 2
    waiting: int = 64
    """Most files that wait for a worker; more are put off."""
    job_s: float = 30
    """Longest look into one file, by the clock on the wall."""
    start_s: float = 30
    jobs_per_worker: int = 200
    """Then it is replaced, so that what leaks does not add up."""
    bounds: Bounds = Bounds()
    command: Sequence[str] = _WORKER


class WorkerPool:
    """Looks into files. Its workers end with it."""

    def __init__(self, settings: PoolSettings) -> None:
        self._settings = settings
        self._free: list[_Worker] = []
        self._slots = asyncio.Semaphore(settings.workers)
        self._waiting = 0
        self._workers: set[_Worker] = set()
        self._closed = False

    async def look(self, path: str, name: str) -> Found:
        """Raises `CommandError`: a final one if the file is not taken, ``unavailable`` if too many wait."""
        if self._waiting >= self._settings.waiting:
            raise _unavailable("Too many files wait to be examined.")
        self._waiting += 1
        try:
            async with self._slots:
                answer = await self._look(Job(path=path, name=name, bounds=self._settings.bounds))
        finally:
            self._waiting -= 1
        match answer:
            case Found():
                return answer
            case Refused():
                raise answer.refusal.error()
            case Ready():
                raise _unavailable("The file cannot be examined now.")

    async def close(self) -> None:
        """Ends all workers; no more are started."""
        self._closed = True
        for worker in list(self._workers):
            await self._end(worker)

    async def _look(self, job: Job) -> Answer:
        worker = self._free.pop() if self._free else await self._start()
        healthy = False
        try:
            answer = await worker.ask(job, self._settings.job_s)
            healthy = worker.jobs < self._settings.jobs_per_worker
        except _BROKEN as error:
            _LOG.warning("inspection.worker_ended", reason=type(error).__name__, exit_code=worker.exit_code)
            return Refused(refusal=_BEYOND_BOUNDS)
        else:
            return answer
        finally:
            if healthy:
                self._free.append(worker)
            else:
                await self._end(worker)

    async def _start(self) -> _Worker:
        self._check_open()
        # It needs to find this package, and nothing else of our environment: no secret of it.
        environment = {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path), "LC_ALL": "C.UTF-8"}
        try:
            process = await asyncio.create_subprocess_exec(
                *self._settings.command,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                env=environment,
                # Signals of the terminal are the server's to handle.
                start_new_session=True,
            )
        except OSError as error:
            raise _unavailable("Files cannot be examined now.") from error
        worker = _Worker(process)
        self._workers.add(worker)
        try:
            self._check_open()
            await worker.wait_until_ready(self._settings.start_s)
        except BaseException as error:
            await self._end(worker)
            if not isinstance(error, _BROKEN):
                raise
            _LOG.exception("inspection.worker_does_not_start", exit_code=worker.exit_code)
            raise _unavailable("Files cannot be examined now.") from error
        return worker

    def _check_open(self) -> None:
        if self._closed:
            raise _unavailable("The server is shutting down.")

    async def _end(self, worker: _Worker) -> None:
        await worker.end()
        self._workers.discard(worker)


class _Worker:
    """One process."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.jobs = 0

    @property
    def exit_code(self) -> int | None:
        """Negative: the signal that ended it."""
        return self._process.returncode

    async def wait_until_ready(self, timeout_s: float) -> None:
        async with asyncio.timeout(timeout_s):
            await self._receive()

    async def ask(self, job: Job, timeout_s: float) -> Answer:
        assert self._process.stdin is not None  # noqa: S101 - it was started with pipes
        self.jobs += 1
        message = msgspec.msgpack.encode(job)
        self._process.stdin.write(len(message).to_bytes(LENGTH_BYTES, "big") + message)
        async with asyncio.timeout(timeout_s):
            await self._process.stdin.drain()
            return await self._receive()

    async def end(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        if self._process.stdin is not None:
            self._process.stdin.close()
        # Cancelled or not, no process is left behind unread.
        await asyncio.shield(asyncio.ensure_future(self._process.wait()))

    async def _receive(self) -> Answer:
        assert self._process.stdout is not None  # noqa: S101 - it was started with pipes
        length = int.from_bytes(await self._process.stdout.readexactly(LENGTH_BYTES), "big")
        if length > MAX_MESSAGE_BYTES:
            raise msgspec.ValidationError("A message of a worker is too long.")
        return _DECODER.decode(await self._process.stdout.readexactly(length))


_BEYOND_BOUNDS = Refusal(
    code=ErrorCode.UNSUPPORTED_MEDIA,
    message="Looking into the file takes too much time or memory.",
    hint="Open it, save it anew or smaller, and send that.",
)


def _unavailable(what: str) -> CommandError:
    return CommandError(ErrorCode.UNAVAILABLE, what, "Try again in a moment.", retry_after_ms=5_000)
