"""Puts together what files of messages need."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import structlog
from msgspec import Struct
from starlette.routing import BaseRoute

from tureen.api.downloads import Downloads
from tureen.api.uploads import Uploads
from tureen.attachments.announcements import Announcements
from tureen.attachments.files import Files
from tureen.attachments.intake import Intake
from tureen.attachments.limits import AttachmentLimits
from tureen.attachments.ports import Audience
from tureen.attachments.service import AttachmentParts, AttachmentService
from tureen.attachments.signing import UrlSigner
from tureen.attachments.sweep import INTERVAL_S, Sweep
from tureen.auth.secret import Secret
from tureen.config.settings import AttachmentsSettings
from tureen.errors import TureenError
from tureen.inspection.command_scanner import CommandScanner
from tureen.inspection.examiner import WorkerExaminer
from tureen.inspection.findings import Bounds
from tureen.inspection.pool import PoolSettings, WorkerPool
from tureen.ports import Clock, Entropy, Handlers
from tureen.server.certificates import state_folder
from tureen.storage.attachments import SqlAttachmentStore
from tureen.storage.database import Database
from tureen.storage.objects import LibraryObjects, S3Settings, objects_in_folder, objects_in_s3
from tureen.storage.secrets import SecretStore

_LOG = structlog.get_logger(__name__)

_KEY_LETTERS = 48
"""Over 280 bits."""

_BYTES_PER_PIXEL = 16
"""An image, and what is made of it on the way to its thumbnail: four copies of four bytes."""

_WORKER_BYTES = 256 << 20
"""Address space of the interpreter and its libraries."""


class AttachmentNeeds(Struct, frozen=True, kw_only=True):
    """What files of messages are made from."""

    settings: AttachmentsSettings
    database: Database
    clock: Clock
    entropy: Entropy
    folder: Path
    """For the files, unless the settings say otherwise."""


class OpenAttachments:
    """Files of messages, ready for use."""

    def __init__(self, parts: AttachmentParts, intake: Intake, objects: LibraryObjects) -> None:
        self._parts = parts
        self.service = AttachmentService(parts)
        """What messages ask."""
        self.routes: tuple[BaseRoute, ...] = (
            *Uploads(parts, intake, self.service).routes,
            *Downloads(Files(parts, objects)).routes,
        )
        """For the HTTP application."""

    def handlers(self, audience: Audience) -> Handlers:
        """The commands that they answer; ``audience`` knows who may write where."""
        return Announcements(self._parts, audience).handlers()


@asynccontextmanager
async def open_attachments(needs: AttachmentNeeds) -> AsyncIterator[OpenAttachments]:
    """Worker processes start with the first file, and end with the context."""
    settings = needs.settings
    key = await SecretStore(needs.database).keep("attachment_urls", Secret(needs.entropy.token(_KEY_LETTERS)))
    parts = AttachmentParts(
        store=SqlAttachmentStore(needs.database),
        signer=UrlSigner(key.reveal().encode()),
        clock=needs.clock,
        entropy=needs.entropy,
        limits=_limits(settings),
    )
    objects = object_store(settings, needs.folder)
    pool = WorkerPool(_pool_settings(settings))
    scanner = CommandScanner(settings.scanner_command, settings.scanner_s) if settings.scanner_command else None
    intake = Intake(parts, objects, WorkerExaminer(pool, scanner))
    sweeping = asyncio.create_task(_sweep(Sweep(parts.store, objects, needs.clock)), name="attachment-sweep")
    try:
        yield OpenAttachments(parts, intake, objects)
    finally:
        sweeping.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await sweeping
        await pool.close()
        await objects.close()


def file_folder() -> Path:
    """Where files are kept unless the settings say otherwise: a folder of this user's."""
    return state_folder() / "files"


def object_store(settings: AttachmentsSettings, folder: Path) -> LibraryObjects:
    """Where the bytes of files are. ``folder``: unless the settings say otherwise. Raises `ObjectStoreError`."""
    if settings.bucket is None:
        return objects_in_folder(settings.folder or folder)
    return objects_in_s3(
        S3Settings(
            bucket=settings.bucket,
            prefix=settings.bucket_prefix,
            endpoint=settings.bucket_endpoint,
            region=settings.bucket_region,
            access_key_id=settings.bucket_key_id,
            secret_access_key=settings.bucket_key,
        )
    )


async def _sweep(sweep: Sweep) -> None:
    while True:
        try:
            if swept := await sweep.run():
                _LOG.info("attachments.swept", files=swept)
        except TureenError as error:
            _LOG.warning("attachments.sweep_fails", code=error.code, reason=error.message)
        await asyncio.sleep(INTERVAL_S)


def _limits(settings: AttachmentsSettings) -> AttachmentLimits:
    return AttachmentLimits(
        max_bytes=settings.max_bytes,
        daily_bytes=settings.daily_bytes,
        upload_ms=settings.upload_s * 1000,
        unclaimed_ms=settings.unclaimed_s * 1000,
        url_ms=settings.url_s * 1000,
    )


def _pool_settings(settings: AttachmentsSettings) -> PoolSettings:
    memory = _WORKER_BYTES + _BYTES_PER_PIXEL * settings.max_pixels
    return PoolSettings(workers=settings.workers, bounds=Bounds(pixels=settings.max_pixels, memory_bytes=memory))
