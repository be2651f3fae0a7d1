from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from starlette.applications import Starlette

from tests.tables import database_with_tables
from tests.unit.attachments.fakes import OneConversation, actor
from tests.unit.inspection import samples
from tureen.attachments.errors import ObjectStoreError
from tureen.auth.secret import Secret
from tureen.config.settings import AttachmentsSettings, PushSettings
from tureen.doors.loop_clock import LoopClock
from tureen.doors.system_entropy import SystemEntropy
from tureen.protocol.commands import UploadCreate
from tureen.protocol.replies import Upload
from tureen.server.attachments import AttachmentNeeds, OpenAttachments, open_attachments
from tureen.server.errors import ServeError
from tureen.server.push import PushNeeds, open_push
from tureen.storage.sqlite import SqliteDatabase


@pytest.fixture
def database(tmp_path: Path) -> Iterator[SqliteDatabase]:
    opened = database_with_tables(tmp_path / "test.db")
    yield opened
    opened.close()


def attachment_needs(database: SqliteDatabase, folder: Path, **settings: object) -> AttachmentNeeds:
    return AttachmentNeeds(
        settings=AttachmentsSettings.model_validate(settings),
        database=database,
        clock=LoopClock(asyncio.get_running_loop()),
        entropy=SystemEntropy(),
        folder=folder,
    )


async def announced(attachments: OpenAttachments, size: int) -> Upload:
    handler = attachments.handlers(OneConversation())[UploadCreate]
    reply = await handler(actor(), UploadCreate(id="c", conversation="CV_1", name="x.png", size_bytes=size))
    assert isinstance(reply, Upload)
    return reply


def client_of(attachments: OpenAttachments) -> httpx2.AsyncClient:
    transport = httpx2.ASGITransport(app=Starlette(routes=attachments.routes))
    return httpx2.AsyncClient(transport=transport, base_url="http://files.test")


async def test_urls_outlive_a_restart(database: SqliteDatabase, tmp_path: Path) -> None:
    content = samples.image("PNG")
    async with open_attachments(attachment_needs(database, tmp_path / "files")) as attachments:
        upload = await announced(attachments, len(content))
    async with (
        open_attachments(attachment_needs(database, tmp_path / "files")) as attachments,
        client_of(attachments) as client,
    ):
        answer = await client.patch(
            upload.url,
            content=content,
            headers={"Content-Type": "application/offset+octet-stream", "Upload-Offset": "0"},
        )
        assert answer.status_code == 200
        assert (await client.get(answer.json()["url"])).content == content


async def test_a_scanner_of_the_settings_decides(database: SqliteDatabase, tmp_path: Path) -> None:
    needs = attachment_needs(database, tmp_path / "files", scanner_command="false")
    async with open_attachments(needs) as attachments, client_of(attachments) as client:
        upload = await announced(attachments, 1)
        answer = await client.patch(
            upload.url,
            content=b"x",
            headers={"Content-Type": "application/offset+octet-stream", "Upload-Offset": "0"},
        )
        assert (answer.status_code, answer.json()["error"]["code"]) == (422, "rejected")


async def test_a_folder_that_cannot_be_used_stops_the_start(database: SqliteDatabase, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ObjectStoreError):
        async with open_attachments(attachment_needs(database, tmp_path / "file" / "files")):
            pass


def push_needs(database: SqliteDatabase, **settings: object) -> PushNeeds:
    return PushNeeds(
        settings=PushSettings.model_validate(settings),
        database=database,
        clock=LoopClock(asyncio.get_running_loop()),
        entropy=SystemEntropy(),
        connected=lambda _user: (),
    )


async def test_browsers_know_the_servers_key_across_restarts(database: SqliteDatabase) -> None:
    async with open_push(push_needs(database)) as first, open_push(push_needs(database)) as second:
        assert first.public_key == second.public_key
        assert len(first.public_key) == 87


async def test_a_wrong_key_stops_the_start(database: SqliteDatabase) -> None:
    with pytest.raises(ServeError, match="web push"):
        async with open_push(push_needs(database, key=Secret("nonsense"))):
            pass
