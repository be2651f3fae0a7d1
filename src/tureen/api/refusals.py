"""What the routes of files answer when they refuse, or when a disk or the database fails."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import structlog
from starlette.requests import Request
from starlette.responses import Response

from tureen.api.error_responses import command_error_response
from tureen.attachments.errors import ObjectStoreError, OffsetError
from tureen.protocol.errors import CommandError, ErrorCode
from tureen.storage.errors import StorageError

_LOG = structlog.get_logger(__name__)

Endpoint = Callable[[Request], Awaitable[Response]]


def refusal(error: CommandError) -> Response:
    """The answer to a request that is refused."""
    response = command_error_response(error)
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
