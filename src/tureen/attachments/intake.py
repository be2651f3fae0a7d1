"""Takes the bytes of an upload, chunk by chunk, and has them examined when all are here."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

import msgspec

from tureen.attachments import layout
from tureen.attachments.errors import ObjectStoreError, OffsetError
from tureen.attachments.limits import CHUNK_BYTES, EXAMINATION_MS, MIN_PART_BYTES, REFUSED_MS
from tureen.attachments.ports import Examination, Examiner, ObjectStore
from tureen.attachments.record import OPEN_STATES, AttachmentRecord, AttachmentState, Part, Refusal
from tureen.attachments.service import AttachmentParts
from tureen.attachments.signing import Purpose
from tureen.model.ids import AttachmentId
from tureen.protocol.errors import CommandError, ErrorCode, invalid, not_found

_ATTEMPT_LETTERS = 8


class Intake:
    """Uploads under way. Their state is in the database and the object store alone: any node can go on with them."""

    def __init__(self, parts: AttachmentParts, objects: ObjectStore, examiner: Examiner) -> None:
        self._store = parts.store
        self._clock = parts.clock
        self._entropy = parts.entropy
        self._limits = parts.limits
        self._objects = objects
        self._examiner = examiner

    async def find(self, upload: AttachmentId) -> AttachmentRecord:
        """As it is now. Raises `CommandError`: ``not_found``, also when it has expired; why it was refused."""
        for record in await self._store.find([upload], self._now()):
            if record.refusal is not None:
                raise record.refusal.error()
            return record
        raise not_found("upload")

    async def check_continues(self, upload: AttachmentId, offset: int) -> AttachmentRecord:
        """Whether a chunk may begin there. Raises `CommandError`, an `OffsetError` if it may not."""
        record = await self.find(upload)
        if record.received_bytes != offset:
            raise OffsetError(record.received_bytes)
        return record

    async def append(self, upload: AttachmentId, offset: int, chunk: bytes) -> int:
        """Stores a chunk and gives the new offset. Raises `CommandError`; nothing was taken then."""
        record = await self.check_continues(upload, offset)
        end = offset + len(chunk)
        if len(chunk) > CHUNK_BYTES or end > record.size_bytes:
            raise CommandError(
                ErrorCode.TOO_LARGE,
                f"The chunk passes {CHUNK_BYTES} bytes, or the {record.size_bytes} that were announced.",
                "Send what was announced in chunks of at most chunk_bytes.",
            )
        if not chunk:
            return offset
        if len(chunk) < MIN_PART_BYTES and end < record.size_bytes:
            raise invalid(f"Only the last chunk may be under {MIN_PART_BYTES} bytes.", "Send chunks of chunk_bytes.")
        key = layout.part(upload, offset, self._entropy.token(_ATTEMPT_LETTERS))
        try:
            await self._objects.put(key, chunk)
        except ObjectStoreError as error:
            raise _unavailable("The chunk cannot be stored now.") from error
        if not await self._store.append(upload, Part(start=offset, size_bytes=len(chunk), key=key)):
            # Someone else was quicker; what was put is deleted with the other parts.
            raise OffsetError((await self.find(upload)).received_bytes)
        return end

    async def complete(self, upload: AttachmentId) -> AttachmentRecord:
        """Examines an upload whose last byte has come; gives the record of the file, ready.

        Raises `CommandError`: a final one if the file is refused, ``unavailable`` if it cannot be told yet. Harmless
        to call again.
        """
        now = self._now()
        if not await self._store.begin_examination(upload, now, now - EXAMINATION_MS):
            record = await self.find(upload)
            if record.state in OPEN_STATES:
                raise _unavailable("The file is being examined.")
            return record
        return await self._examine(await self.find(upload), now)

    async def _examine(self, record: AttachmentRecord, since: int) -> AttachmentRecord:
        settled = False
        try:
            content = self._content(record, await self._store.parts(record.id))
            async with self._examiner.examine(content, record.name) as found:
                ready = await self._keep(record, found, since)
            settled = True
        except CommandError as error:
            if not error.meaning.retryable:
                await self._refuse(record, error)
                settled = True
            raise
        except ObjectStoreError as error:
            raise _unavailable("The file cannot be stored now.") from error
        finally:
            if not settled:
                await self._store.put_back(record.id, since)
        await self._drop(layout.parts(record.id))
        return ready

    async def _keep(self, record: AttachmentRecord, found: Examination, since: int) -> AttachmentRecord:
        await self._objects.put_file(layout.variant(record.id, Purpose.ORIGINAL), found.file)
        if found.thumbnail:
            await self._objects.put(layout.variant(record.id, Purpose.THUMBNAIL), found.thumbnail)
        ready = msgspec.structs.replace(
            record,
            state=AttachmentState.READY,
            media_type=found.media_type,
            width=found.width,
            height=found.height,
            thumbnail=bool(found.thumbnail),
            expires_at=self._now() + self._limits.unclaimed_ms,
            examined_since=since,
        )
        if not await self._store.finish(ready):
            if not await self._store.find([record.id], self._now()):
                # It expired and was swept meanwhile.
                await self._drop(layout.everything(record.id))
            raise _unavailable("The file is being examined elsewhere.")
        return ready

    async def _refuse(self, record: AttachmentRecord, error: CommandError) -> None:
        refusal = Refusal(code=error.error_code, message=error.message, hint=error.hint)
        await self._store.refuse(record.id, refusal, self._now() + REFUSED_MS)
        await self._drop(layout.everything(record.id))

    async def _drop(self, prefix: str) -> None:
        try:
            await self._objects.delete([key async for key in self._objects.keys(prefix)])
        except ObjectStoreError:
            # They go with the record: see `Sweep`.
            return

    async def _content(self, record: AttachmentRecord, parts: Sequence[Part]) -> AsyncIterator[bytes]:
        come_to = 0
        for part in parts:
            if part.start != come_to:
                break
            async for piece in self._objects.get(part.key):
                come_to += len(piece)
                yield piece
        if come_to != record.size_bytes:
            raise ObjectStoreError(
                "Bytes of an upload are missing from the object store.", "Restore them, or upload anew."
            )

    def _now(self) -> int:
        return int(self._clock.now() * 1000)


def _unavailable(what: str) -> CommandError:
    return CommandError(
        ErrorCode.UNAVAILABLE, what, "Send an empty chunk at the upload's offset in a moment.", retry_after_ms=2_000
    )
