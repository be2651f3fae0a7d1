"""``/v1/uploads/{id}``: resumable uploads to a signed URL (HEAD: how far it has come, PATCH: the next chunk)."""

from __future__ import annotations

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from tureen.api.chunks import ChunksUnderWay, read_chunk_untrusted
from tureen.api.refusals import refusing
from tureen.attachments.intake import Intake
from tureen.attachments.limits import MIN_PART_BYTES
from tureen.attachments.record import AttachmentRecord
from tureen.attachments.service import AttachmentParts, AttachmentService
from tureen.attachments.signing import Purpose
from tureen.model.ids import AttachmentId
from tureen.protocol.errors import CommandError, ErrorCode, forbidden, invalid

CHUNK_TYPE = "application/offset+octet-stream"
_MAX_DIGITS = 15


class Uploads:
    """The routes of uploads. Who has the URL needs no other right."""

    def __init__(self, parts: AttachmentParts, intake: Intake, service: AttachmentService) -> None:
        self._signer = parts.signer
        self._clock = parts.clock
        self._intake = intake
        self._service = service
        self._under_way = ChunksUnderWay()

    @property
    def routes(self) -> tuple[BaseRoute, ...]:
        """For the HTTP application."""
        path = "/v1/uploads/{id}"
        return (
            Route(path, refusing(self._progress), methods=["HEAD"]),
            Route(path, refusing(self._take), methods=["PATCH"]),
        )

    async def _progress(self, request: Request) -> Response:
        record = await self._intake.find(self._checked(request))
        return _progress(record, record.received_bytes, 200)

    async def _take(self, request: Request) -> Response:
        upload = self._checked(request)
        offset = _offset_untrusted(request)
        record = await self._intake.check_continues(upload, offset)
        with self._under_way.one_more(upload, record.uploader):
            chunk = await read_chunk_untrusted(request)
            content = chunk.content
            if not chunk.whole and len(content) < MIN_PART_BYTES and offset + len(content) < record.size_bytes:
                # Too little to keep; what is sent again is not much either.
                content = b""
            end = await self._intake.append(upload, offset, content)
            if end < record.size_bytes:
                answer = _progress(record, end, 204)
                if not chunk.whole:
                    answer.headers["Connection"] = "close"
                return answer
            return self._finished(await self._intake.complete(upload))

    def _checked(self, request: Request) -> AttachmentId:
        upload, query = str(request.path_params["id"]), request.query_params
        now = int(self._clock.now() * 1000)
        if not self._signer.valid_until_untrusted(Purpose.UPLOAD, upload, query.get("exp"), query.get("sig"), now):
            raise forbidden("The address of the upload is not valid, or not any more.", "Announce the file again.")
        return AttachmentId(upload)

    def _finished(self, record: AttachmentRecord) -> Response:
        return Response(
            msgspec.json.encode(self._service.view(record)),
            media_type="application/json",
            headers={"Cache-Control": "no-store", "Upload-Offset": str(record.size_bytes)},
        )


def _progress(record: AttachmentRecord, offset: int, status: int) -> Response:
    return Response(
        status_code=status,
        headers={
            "Cache-Control": "no-store",
            "Upload-Offset": str(offset),
            "Upload-Length": str(record.size_bytes),
        },
    )


def _offset_untrusted(request: Request) -> int:
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type != CHUNK_TYPE:
        raise CommandError(ErrorCode.UNSUPPORTED_MEDIA, "The body is no chunk.", f"Send Content-Type: {CHUNK_TYPE}.")
    text = request.headers.get("upload-offset", "")
    if not (text.isascii() and text.isdecimal() and len(text) <= _MAX_DIGITS):
        raise invalid("Upload-Offset is missing or no number.", "Send where the chunk begins.")
    return int(text)
