"""Uploads as a model: whatever fails, races or is repeated, what is ready is what was acknowledged, byte for byte."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path

import hypothesis
from hypothesis import given
from hypothesis import strategies as st

from tests.tables import database_with_tables
from tests.unit.attachments.fakes import CountingEntropy, FakeClock, OneConversation, actor
from tureen.attachments.announcements import Announcements
from tureen.attachments.errors import ObjectMissingError, ObjectStoreError
from tureen.attachments.intake import Intake
from tureen.attachments.limits import MIN_PART_BYTES
from tureen.attachments.ports import Examination
from tureen.attachments.record import AttachmentState
from tureen.attachments.service import AttachmentParts
from tureen.attachments.signing import UrlSigner
from tureen.attachments.sweep import Sweep
from tureen.model.ids import AttachmentId
from tureen.protocol.commands import UploadCreate
from tureen.protocol.errors import CommandError, ErrorCode
from tureen.protocol.replies import Upload
from tureen.storage.attachments import SqlAttachmentStore
from tureen.storage.sqlite import SqliteDatabase

SIZE = MIN_PART_BYTES + 7


class FragileObjects:
    """In memory; fails as often as it is told."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.failures = 0

    def _fail(self) -> None:
        if self.failures:
            self.failures -= 1
            raise ObjectStoreError("The disk is full.")

    async def put(self, key: str, content: bytes) -> None:
        self._fail()
        await asyncio.sleep(0)
        self.objects[key] = content

    async def put_file(self, key: str, file: Path) -> None:
        await self.put(key, file.read_bytes())  # noqa: ASYNC240 - it is small

    async def get(self, key: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        self._fail()
        if key not in self.objects:
            raise ObjectMissingError("Gone.")
        yield self.objects[key][start:end]

    async def delete(self, keys: Iterable[str]) -> None:
        self._fail()
        for key in keys:
            self.objects.pop(key, None)

    async def keys(self, prefix: str) -> AsyncIterator[str]:
        for key in list(self.objects):
            if key.startswith(prefix):
                yield key


class TypistExaminer:
    """Copies the file, and finds what it is told."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "copy"
        self.errors: list[CommandError] = []

    @asynccontextmanager
    async def examine(self, content: AsyncIterator[bytes], name: str) -> AsyncIterator[Examination]:
        self._file.write_bytes(b"".join([piece async for piece in content]))
        if self.errors:
            raise self.errors.pop()
        yield Examination(file=self._file, media_type="image/png", thumbnail=b"small")


class World:
    """Two nodes before one database and one object store."""

    def __init__(self, folder: Path, database: SqliteDatabase) -> None:
        self.clock = FakeClock()
        self.store = SqlAttachmentStore(database)
        self.objects = FragileObjects()
        self.examiner = TypistExaminer(folder)
        parts = AttachmentParts(
            store=self.store, signer=UrlSigner(b"k" * 32), clock=self.clock, entropy=CountingEntropy()
        )
        self.nodes = [Intake(parts, self.objects, self.examiner) for _ in range(2)]
        self.announcements = Announcements(parts, OneConversation())
        self.sweep = Sweep(self.store, self.objects, self.clock)
        self.acknowledged = b""

    async def announce(self) -> AttachmentId:
        command = UploadCreate(id="1", conversation="CV_1", name="x", size_bytes=SIZE)
        reply = await self.announcements.handlers()[UploadCreate](actor(), command)
        assert isinstance(reply, Upload)
        return AttachmentId(reply.attachment.id)

    async def append(self, node: int, upload: AttachmentId, chunk: bytes) -> None:
        """At the acknowledged end; what is acknowledged is remembered."""
        offset = len(self.acknowledged)
        try:
            end = await self.nodes[node].append(upload, offset, chunk)
        except CommandError:
            return
        assert end == offset + len(chunk)
        self.acknowledged += chunk


Step = tuple[str, int, int]
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["append", "append", "race", "complete", "complete", "disk", "scanner", "harmful", "sweep"]),
        st.integers(0, 1),
        st.integers(0, 255),
    ),
    max_size=14,
)


@given(STEPS)
@hypothesis.example([("append", 0, 1), ("append", 1, 1), ("scanner", 0, 0), ("complete", 0, 0)])
@hypothesis.example([("append", 0, 1), ("append", 1, 1), ("disk", 0, 1), ("complete", 1, 0)])
@hypothesis.example([("race", 0, 1), ("race", 0, 2), ("harmful", 0, 0), ("complete", 0, 0), ("complete", 1, 0)])
@hypothesis.settings(deadline=None, max_examples=40)
def test_what_is_ready_is_what_was_acknowledged(steps: list[Step]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        database = database_with_tables(Path(folder) / "test.db")
        try:
            asyncio.run(play(World(Path(folder), database), steps))
        finally:
            database.close()


async def play(world: World, steps: list[Step]) -> None:
    upload = await world.announce()
    refused = False
    for kind, node, number in steps:
        chunk = bytes([number]) * min(MIN_PART_BYTES, SIZE - len(world.acknowledged))
        match kind:
            case "append":
                await world.append(node, upload, chunk)
            case "race":
                await race(world, upload, chunk)
            case "complete":
                refused |= await complete(world, node, upload)
            case "disk":
                world.objects.failures = number % 3
            case "scanner":
                world.examiner.errors = [CommandError(ErrorCode.UNAVAILABLE, "Later.")]
            case "harmful":
                world.examiner.errors = [CommandError(ErrorCode.REJECTED, "Harmful.")]
            case "sweep":
                world.objects.failures = 0
                assert await world.sweep.run() == 0
    await check(world, upload, refused=refused)


async def race(world: World, upload: AttachmentId, chunk: bytes) -> None:
    """Both nodes take a chunk at the same place; at most one does."""
    offset = len(world.acknowledged)
    chunks = [chunk, bytes([255 - byte for byte in chunk[:1]]) * len(chunk)]
    ends = await asyncio.gather(
        *(node.append(upload, offset, each) for node, each in zip(world.nodes, chunks, strict=True)),
        return_exceptions=True,
    )
    taken = [each for each, end in zip(chunks, ends, strict=True) if isinstance(end, int) and end > offset]
    assert len(taken) <= 1
    assert all(isinstance(end, int | CommandError) for end in ends)
    world.acknowledged += b"".join(taken)


async def complete(world: World, node: int, upload: AttachmentId) -> bool:
    """Whether it was refused for good."""
    try:
        record = await world.nodes[node].complete(upload)
    except CommandError as error:
        return not error.meaning.retryable
    assert record.state is AttachmentState.READY
    assert len(world.acknowledged) == SIZE
    return False


async def check(world: World, upload: AttachmentId, *, refused: bool) -> None:
    """Without further faults it ends well, unless it was refused; and it leaves nothing."""
    world.objects.failures, world.examiner.errors = 0, []
    now = int(world.clock.now() * 1000)
    record = (await world.store.find([upload], now))[0]
    assert refused == (record.state is AttachmentState.REFUSED)
    if not refused:
        assert record.received_bytes == len(world.acknowledged)
        while len(world.acknowledged) < SIZE:
            await world.append(0, upload, b"z" * min(MIN_PART_BYTES, SIZE - len(world.acknowledged)))
        ready = await world.nodes[1].complete(upload)
        assert ready.state is AttachmentState.READY
        assert world.objects.objects[f"{upload}/original"] == world.acknowledged
    world.clock.seconds += 3 * 86_400
    assert await world.sweep.run() == 1
    assert world.objects.objects == {}
