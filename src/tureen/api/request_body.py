"""Bodies of requests, read with a bound."""

from __future__ import annotations

import asyncio
from typing import TypeVar

import msgspec
from starlette.requests import ClientDisconnect, Request

from tureen.api.errors import ApiError
from tureen.protocol.errors import CommandError, ErrorCode
from tureen.protocol.texts import check_texts_untrusted

T = TypeVar("T")

BODY_S = 10
"""How long a body may take."""

_CODES = {413: ErrorCode.TOO_LARGE, 415: ErrorCode.UNSUPPORTED_MEDIA}


async def read_command_untrusted(request: Request, kind: type[T], max_bytes: int) -> T:
    """The same for the API under ``/v1``. Raises `CommandError` and nothing else."""
    try:
        return await read_json_untrusted(request, kind, max_bytes)
    except ApiError as error:
        code = _CODES.get(error.status, ErrorCode.INVALID)
        raise CommandError(code, error.message, error.hint) from error


async def read_json_untrusted(request: Request, kind: type[T], max_bytes: int) -> T:
    """The body as a ``kind`` (a msgspec type). Raises `ApiError` and nothing else."""
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type != "application/json":
        # Forms of foreign sites cannot send this type unasked.
        raise ApiError(415, "unsupported_media_type", "The body is not JSON.", "Send Content-Type: application/json.")
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_S):
            async for chunk in request.stream():
                body += chunk
                if len(body) > max_bytes:
                    raise ApiError(413, "too_large", f"The body is larger than {max_bytes} bytes.", "Send less.")
    except ClientDisconnect as error:
        raise ApiError(400, "incomplete", "The body ended early.", "Send all of it.") from error
    except TimeoutError as error:
        raise ApiError(408, "timeout", f"The body did not come within {BODY_S} s.", "Send it at once.") from error
    raw = bytes(body)
    try:
        check_texts_untrusted(raw)
        return msgspec.json.decode(raw, type=kind)
    except CommandError as error:
        raise ApiError(400, "invalid_body", error.message, error.hint) from error
    except (msgspec.MsgspecError, RecursionError, ValueError) as error:
        raise ApiError(400, "invalid_body", f"The body cannot be used: {error}.", "See the API's reference.") from error
