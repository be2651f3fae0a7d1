"""A file on its way to the server: piece by piece, from where it stands (docs/reference/http-api.md, "Files")."""

from __future__ import annotations

import asyncio
import random
from typing import BinaryIO

import aiohttp
import msgspec

from tureen.client.backoff import Backoff
from tureen.client.errors import ClientError, NotConnectedError, RefusedError
from tureen.protocol.errors import MEANINGS, ErrorCode
from tureen.protocol.replies import Failed
from tureen.protocol.resources import Attachment

MAX_FAILURES = 8
"""So many in a row without any progress are the end."""
PIECE_S = 120.0
"""For one piece; the last one is answered once the file was scanned and examined."""

_CONFLICT = 409


class _Refusal(msgspec.Struct):
    code: str = ""
    message: str = ""
    hint: str = ""
    retry_after_ms: int | None = None


class _Refused(msgspec.Struct):
    error: _Refusal


class _StumbledError(Exception):
    """A piece did not get through; the next may."""

    def __init__(self, reason: ClientError, wait_s: float = 0.0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.wait_s = wait_s


class Upload:
    """Of one file, over any number of connections."""

    def __init__(self, session: aiohttp.ClientSession, url: str, source: BinaryIO, *, size: int, chunk: int) -> None:
        """``url``: where the pieces go. ``size`` and ``chunk`` in bytes."""
        self._session = session
        self._url = url
        self._source = source
        self._size = size
        self._chunk = chunk
        self._backoff = Backoff(random.random)

    async def run(self) -> Attachment:
        """Raises `RefusedError`, or `NotConnectedError` once it has stumbled too often."""
        offset, is_certain, failures = 0, True, 0
        while True:
            try:
                step = await (self._send(offset) if is_certain else self._ask())
            except _StumbledError as stumbled:
                failures += 1
                if failures > MAX_FAILURES:
                    raise stumbled.reason from stumbled
                is_certain = False
                await asyncio.sleep(self._backoff.next_s(stumbled.wait_s))
                continue
            if isinstance(step, Attachment):
                return step
            if step > offset:
                failures = 0
                self._backoff.reset()
            offset, is_certain = step, True

    async def _send(self, offset: int) -> Attachment | int:
        """One piece. Returns where the next one begins, or what has become of the file."""
        piece = await asyncio.to_thread(self._read, offset)
        headers = {"Content-Type": "application/offset+octet-stream", "Upload-Offset": str(offset)}
        status, stands_at, body = await self._request("PATCH", headers, piece)
        if status == 200:
            return msgspec.json.decode(body, type=Attachment)
        return self._checked(stands_at)

    async def _ask(self) -> int:
        """Where the server stands."""
        _status, stands_at, _body = await self._request("HEAD", {}, b"")
        return self._checked(stands_at)

    def _read(self, offset: int) -> bytes:
        self._source.seek(offset)
        return self._source.read(min(self._chunk, self._size - offset))

    def _checked(self, stands_at: str) -> int:
        if not (stands_at.isascii() and stands_at.isdigit()) or int(stands_at) > self._size:
            raise ClientError("The server does not say how much of the file it has.")
        return int(stands_at)

    async def _request(self, method: str, headers: dict[str, str], body: bytes) -> tuple[int, str, bytes]:
        """The status, ``Upload-Offset`` and body of a good answer."""
        try:
            async with self._session.request(method, self._url, headers=headers, data=body) as answer:
                content = await answer.read()
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            reason = NotConnectedError(f"The file did not get through: {error!r}.", "Send it again later.")
            raise _StumbledError(reason) from error
        if answer.ok:
            return answer.status, answer.headers.get("Upload-Offset", ""), content
        refused = RefusedError(_refusal_untrusted(answer.status, content))
        if refused.retryable or answer.status == _CONFLICT:  # of the latter the server stands elsewhere
            raise _StumbledError(refused, (refused.retry_after_ms or 0) / 1000)
        raise refused


def _refusal_untrusted(status: int, body: bytes) -> Failed:
    """What the server said; where it was no word of ours, as of a proxy, the status must do."""
    try:
        said = msgspec.json.decode(body, type=_Refused).error
    except msgspec.DecodeError:
        said = _Refusal()
    by_status = [code for code, meaning in MEANINGS.items() if meaning.status == status]
    otherwise = ErrorCode.UNAVAILABLE if status >= 500 else ErrorCode.INVALID
    named = [code for code in ErrorCode if code.value == said.code]
    code = [*named, *by_status, otherwise][0]
    return Failed(
        id="",
        code=code,
        message=said.message or f"The server answered {status}.",
        hint=said.hint,
        retryable=MEANINGS[code].retryable,
        retry_after_ms=said.retry_after_ms,
    )
