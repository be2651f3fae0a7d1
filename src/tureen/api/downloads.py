"""``/v1/files/{id}/{variant}``: files by signed, short-lived URLs. Nothing is sent that a browser would run."""

from __future__ import annotations

from collections.abc import AsyncIterator
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from tureen.api.byte_ranges import ByteRange, UnsatisfiableRangeError, byte_range_untrusted
from tureen.api.refusals import refusing
from tureen.attachments.errors import ObjectMissingError
from tureen.attachments.files import Files, ServedFile
from tureen.protocol.errors import not_found

_POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'"


class Downloads:
    """The route of files."""

    def __init__(self, files: Files) -> None:
        self._files = files

    @property
    def routes(self) -> tuple[BaseRoute, ...]:
        """For the HTTP application."""
        return (Route("/v1/files/{id}/{variant}", refusing(self._send), methods=["GET", "HEAD"]),)

    async def _send(self, request: Request) -> Response:
        query = request.query_params
        file = await self._files.open_untrusted(
            str(request.path_params["id"]), str(request.path_params["variant"]), query.get("exp"), query.get("sig")
        )
        tag = f'"{file.tag}"'
        headers = _headers(file, tag)
        if tag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        size = file.size_bytes
        try:
            if size is None:
                content = b"".join([piece async for piece in file.read(0, None)])
                return Response(content, headers=headers, media_type=file.media_type)
            return await _original(request, file, size, headers)
        except ObjectMissingError as error:
            raise not_found("file") from error


async def _original(request: Request, file: ServedFile, size: int, headers: dict[str, str]) -> Response:
    headers["Accept-Ranges"] = "bytes"
    wanted = None
    # With an If-Range that names other bytes, the range means nothing (RFC 9110 section 13.1.5).
    if request.headers.get("if-range", headers["ETag"]) == headers["ETag"]:
        try:
            wanted = byte_range_untrusted(request.headers.get("range", ""), size)
        except UnsatisfiableRangeError:
            return Response(status_code=416, headers=headers | {"Content-Range": f"bytes */{size}"})
    sent = wanted or ByteRange(0, size)
    headers["Content-Length"] = str(sent.end - sent.start)
    if wanted is not None:
        headers["Content-Range"] = f"bytes {sent.start}-{sent.end - 1}/{size}"
    status = 200 if wanted is None else 206
    if request.method == "HEAD":
        return Response(status_code=status, headers=headers, media_type=file.media_type)
    pieces = file.read(sent.start, sent.end)
    # The first piece is read before the answer begins: a file that is not there can still be told so.
    first = await anext(pieces, b"")
    return StreamingResponse(_after(first, pieces), status_code=status, headers=headers, media_type=file.media_type)


async def _after(first: bytes, pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for piece in pieces:
        yield piece


def _headers(file: ServedFile, tag: str) -> dict[str, str]:
    plain = file.name.encode("ascii", "replace").decode().replace("?", "_")
    disposition = "inline" if file.inline else "attachment"
    return {
        "Cache-Control": f"private, max-age={file.valid_ms // 1000}, immutable",
        "Content-Disposition": f"{disposition}; filename=\"{plain}\"; filename*=UTF-8''{quote(file.name, safe='')}",
        "Content-Security-Policy": _POLICY,
        "ETag": tag,
        "X-Content-Type-Options": "nosniff",
    }
