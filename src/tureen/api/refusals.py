"""Errors as answers: ``{"error": {"code", "message", "hint", "retry_after_ms"?}}``, the codes as on the native door."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable

import msgspec
import structlog
from starlette.requests import Request
from starlette.responses import Response

from tureen.attachments.errors import ObjectStoreError, OffsetError
from tureen.protocol.errors import CommandError, ErrorCode
from tureen.storage.errors import StorageError

_LOG = structlog.get_logger(__name__)

Endpoint = Callable[[Request], Awaitable[Response]]


def refusal(error: CommandError) -> Response:
    """The answer to a request that is refused."""
    content: dict[str, object] = {"code": error.error_code, "message": error.message, "hint": error.hint}
    if error.retry_after_ms is not None:
        content["retry_after_ms"] = error.retry_after_ms
    response = Response(
        msgspec.json.encode({"error": content}),
        status_code=error.meaning.status,
        media_type="application/json",
        headers={"Cache-Control": "no-store"},
    )
    if error.retry_after_ms is not None:
        response.headers["Retry-After"] = str(math.ceil(error.retry_after_ms / 1000))
    if isinstance(error, OffsetError):
        response.headers["Upload-Offset"] = str(error.offset)
    return response


def refusing(endpoint: Endpoint) -> Endpoint:
    """The endpoint, with its refusals and the failures of disks and databases as answers."""

    async def answer(request: Request) -> Response:
        try:
            return await endpoint(request)
        except CommandError as error:
            return refusal(error)
        except (ObjectStoreError, StorageError) as error:
            _LOG.exception("api.storage_fails", code=error.code)
            return refusal(
                CommandError(
                    ErrorCode.UNAVAILABLE,
                    "The server cannot read or store this now.",
                    "Try again in a moment.",
                    retry_after_ms=5_000,
                )
            )

    return answer
