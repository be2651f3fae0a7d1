"""The routes of files over a real database, a real folder and real workers, spoken to as a client does."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import httpx2
import msgspec
from starlette.applications import Starlette

from tests.tables import database_with_tables
from tests.unit.attachments.fakes import CountingEntropy, FakeClock, OneConversation, actor
from tureen.api.downloads import Downloads
from tureen.api.uploads import Uploads
from tureen.attachments.announcements import Announcements
from tureen.attachments.files import Files
from tureen.attachments.intake import Intake
from tureen.attachments.limits import AttachmentLimits
from tureen.attachments.ports import Scanner
from tureen.attachments.service import AttachmentParts, AttachmentService
from tureen.attachments.signing import UrlSigner
from tureen.attachments.sweep import Sweep
from tureen.inspection.examiner import WorkerExaminer
from tureen.inspection.pool import PoolSettings, WorkerPool
from tureen.model.ids import AttachmentId, ConversationId, MessageId, UserId
from tureen.protocol.commands import UploadCreate
from tureen.protocol.replies import Upload
from tureen.protocol.resources import Attachment
from tureen.storage.attachments import SqlAttachmentStore, claim, release
from tureen.storage.objects import LibraryObjects, objects_in_folder
from tureen.storage.sqlite import SqliteDatabase

CHUNK = {"Content-Type": "application/offset+octet-stream"}


class FileServer:
    """Everything that files need, and shorthands for what clients do."""

    def __init__(
        self,
        database: SqliteDatabase,
        objects: LibraryObjects,
        pool: WorkerPool,
        scanner: Scanner | None,
        limits: AttachmentLimits,
    ) -> None:
        self.clock = FakeClock()
        self.objects = objects
        self.database = database
        self.store = SqlAttachmentStore(database)
        parts = AttachmentParts(
            store=self.store,
            signer=UrlSigner(b"k" * 32),
            clock=self.clock,
            entropy=CountingEntropy(),
            limits=limits,
        )
        self.service = AttachmentService(parts)
        self.announcements = Announcements(parts, OneConversation())
        self.intake = Intake(parts, objects, WorkerExaminer(pool, scanner))
        self.sweep = Sweep(self.store, objects, self.clock)
        routes = [
            *Uploads(parts, self.intake, self.service).routes,
            *Downloads(Files(parts, objects)).routes,
        ]
        self.app = Starlette(routes=routes)
        transport = httpx2.ASGITransport(app=self.app)
        self.http = httpx2.AsyncClient(transport=transport, base_url="http://files.test")

    async def announce(
        self, size: int, name: str = "x.png", *, user: str = "ada", conversation: str = "CV_1"
    ) -> Upload:
        handler = self.announcements.handlers()[UploadCreate]
        command = UploadCreate(id="c1", conversation=conversation, name=name, size_bytes=size)
        reply = await handler(actor(user), command)
        assert isinstance(reply, Upload)
        return reply

    async def send(self, url: str, offset: int, chunk: bytes, **headers: str) -> httpx2.Response:
        return await self.http.patch(url, content=chunk, headers=CHUNK | {"Upload-Offset": str(offset)} | headers)

    async def upload(self, content: bytes, name: str = "x.png", *, user: str = "ada") -> httpx2.Response:
        """Announces and sends all; the last answer."""
        announced = await self.announce(len(content), name, user=user)
        answer = None
        for offset in range(0, len(content), announced.chunk_bytes):
            answer = await self.send(announced.url, offset, content[offset : offset + announced.chunk_bytes])
        assert answer is not None
        return answer

    async def uploaded(self, content: bytes, name: str = "x.png", *, user: str = "ada") -> Attachment:
        answer = await self.upload(content, name, user=user)
        assert answer.status_code == 200, answer.text
        return msgspec.json.decode(answer.content, type=Attachment)

    async def claim(self, *files: Attachment, user: str = "ada", message: str = "MS_1") -> list[Attachment]:
        ids, where, now = (
            [AttachmentId(file.id) for file in files],
            ConversationId("CV_1"),
            int(self.clock.now() * 1000),
        )
        records = await self.database.write(claim, ids, UserId(user), where, MessageId(message), now)
        return [self.service.view(record) for record in records]

    async def release(self, *files: Attachment) -> None:
        await self.database.write(release, [file.id for file in files])

    async def stored(self) -> set[str]:
        return {key async for key in self.objects.keys("")}


@contextmanager
def _database(tmp_path: Path) -> Iterator[SqliteDatabase]:
    database = database_with_tables(tmp_path / "test.db")
    try:
        yield database
    finally:
        database.close()


@asynccontextmanager
async def file_server(
    tmp_path: Path, *, scanner: Scanner | None = None, limits: AttachmentLimits | None = None
) -> AsyncIterator[FileServer]:
    with _database(tmp_path) as database:
        objects = objects_in_folder(tmp_path / "objects")
        pool = WorkerPool(PoolSettings(workers=1))
        server = FileServer(database, objects, pool, scanner, limits or AttachmentLimits())
        try:
            yield server
        finally:
            await server.http.aclose()
            await pool.close()
            await objects.close()


def error_code(answer: httpx2.Response) -> str:
    """Of a refusal, which always says what happened."""
    error = answer.json()["error"]
    assert error["message"]
    return str(error["code"])
