"""The web app's files: pages for people, assets that never change under their name."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from functools import lru_cache
from pathlib import Path

from msgspec import Struct
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from tureen.api.error_responses import handle_http_exception
from tureen.server.response_headers import PAGE_PERMISSIONS, PAGE_POLICY, WORKER_POLICY

FOLDER = Path(__file__).parent.parent / "webapp"
"""Where the build of ``web/`` puts the app, in a source tree and in a wheel alike."""

_COMPRESSIBLE = ("text/", "application/json", "application/javascript", "application/manifest+json", "image/svg+xml")
_PAGE_HEADERS = {
    "Content-Security-Policy": PAGE_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": PAGE_PERMISSIONS,
    "Cache-Control": "no-cache",
}
_FOR_EVER = {"Cache-Control": "public, max-age=31536000, immutable"}
_FOR_AN_HOUR = {"Cache-Control": "public, max-age=3600"}
_WORKER = "service-worker.js"
_WORKER_HEADERS = {
    "Content-Security-Policy": WORKER_POLICY,
    # Its name never changes, and an old one would go on showing notifications in the old way.
    "Cache-Control": "no-cache",
}
_NOT_BUILT = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Tureen</title>
<h1>Tureen is running</h1>
<p>The web app is not part of this build. Run <code>make build</code> in the source tree and reload this page.</p>
<p>SDKs can connect all the same.</p>
</html>
"""


class _File(Struct, frozen=True, kw_only=True):
    body: bytes
    compressed: bytes | None
    media_type: str
    etag: str


class WebApp:
    """Serves one folder. Files are read at their first request and again when they change."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._folder = folder.resolve()

    async def page(self, request: Request) -> Response:
        """``index.html`` for every address that the app itself understands."""
        file = await run_in_threadpool(self._load, "index.html")
        if file is None:
            return HTMLResponse(_NOT_BUILT, headers=_PAGE_HEADERS)
        return _respond(request, file, _PAGE_HEADERS)

    async def asset(self, request: Request) -> Response:
        """A file under ``assets/``: its name holds a hash of its content, so caches may keep it for ever."""
        return await self._serve(request, f"assets/{request.path_params['name']}", _FOR_EVER)

    async def file(self, request: Request) -> Response:
        """A file beside the page (icon, manifest, service worker)."""
        name = request.path_params["name"]
        return await self._serve(request, name, _WORKER_HEADERS if name == _WORKER else _FOR_AN_HOUR)

    async def handle_not_found(self, request: Request, error: Exception) -> Response:
        """A person at a wrong address gets the app, which says so; a program gets the typed error."""
        file = await run_in_threadpool(self._load, "index.html")
        if file is None or "text/html" not in request.headers.get("accept", ""):
            return await handle_http_exception(request, error)
        return Response(file.body, status_code=404, media_type=file.media_type, headers=_PAGE_HEADERS)

    async def _serve(self, request: Request, name: str, headers: dict[str, str]) -> Response:
        file = await run_in_threadpool(self._load, name)
        if file is None:
            raise HTTPException(404)
        return _respond(request, file, headers)

    def _load(self, name: str) -> _File | None:
        """The file of that name within the folder; ``None`` for anything else, links that lead out included."""
        try:
            path = (self._folder / name).resolve()
            if not path.is_relative_to(self._folder) or not path.is_file():
                return None
            return _read(path, path.stat().st_mtime_ns)
        except (OSError, ValueError):  # names too long, null bytes
            return None


@lru_cache(maxsize=256)
def _read(path: Path, _changed_ns: int) -> _File:
    body = path.read_bytes()
    media_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    if path.suffix in (".js", ".mjs"):
        # The system's table may say otherwise, and browsers refuse modules of any other type.
        media_type = "text/javascript"
    compressed = gzip.compress(body, 6, mtime=0) if media_type.startswith(_COMPRESSIBLE) else None
    return _File(
        body=body, compressed=compressed, media_type=media_type, etag=f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    )


def _respond(request: Request, file: _File, headers: dict[str, str]) -> Response:
    headers = headers | {"ETag": file.etag, "Vary": "Accept-Encoding"}
    if file.etag in (tag.strip() for tag in request.headers.get("if-none-match", "").split(",")):
        return Response(status_code=304, headers=headers)
    accepted = request.headers.get("accept-encoding", "")
    if file.compressed is not None and "gzip" in accepted:
        return Response(file.compressed, media_type=file.media_type, headers=headers | {"Content-Encoding": "gzip"})
    return Response(file.body, media_type=file.media_type, headers=headers)
