"""Errors of our own HTTP API: ``{"error": {"code", "message", "hint", "retry_after_ms"?}}``."""

from __future__ import annotations

import http
import math

import msgspec
import structlog
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from tureen.api.errors import ApiError
from tureen.protocol.errors import CommandError
from tureen.storage.errors import StorageBusyError, StorageError, refusal_of

_LOG: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(__name__)


def json_response(content: object, status: int = 200) -> Response:
    """``content``: anything that msgspec encodes. Never stored by caches: answers hold tokens and states."""
    return Response(
        msgspec.json.encode(content),
        status_code=status,
        media_type="application/json",
        headers={"Cache-Control": "no-store"},
    )


def error_response(status: int, code: str, message: str, hint: str) -> Response:
    """``code``: for programs; ``message`` and ``hint``: for people."""
    return json_response({"error": {"code": code, "message": message, "hint": hint}}, status)


async def handle_api_error(_request: Request, error: Exception) -> Response:
    """For an `ApiError` that a route raised."""
    if not isinstance(error, ApiError):
        raise error
    return error_response(error.status, error.wire_code, error.message, error.hint)


def command_error_response(error: CommandError) -> Response:
    """The answer to a request under ``/v1`` that is refused."""
    body: dict[str, object] = {"code": error.error_code, "message": error.message, "hint": error.hint}
    if error.retry_after_ms is not None:
        body["retry_after_ms"] = error.retry_after_ms
    response = json_response({"error": body}, error.meaning.status)
    if error.retry_after_ms is not None:
        # Whole seconds (RFC 9110 section 10.2.3), never too early.
        response.headers["Retry-After"] = str(math.ceil(error.retry_after_ms / 1000))
    if error.meaning.status == http.HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


async def handle_command_error(_request: Request, error: Exception) -> Response:
    """For a `CommandError` that a route under ``/v1`` raised."""
    if not isinstance(error, CommandError):
        raise error
    return command_error_response(error)


async def handle_storage_error(request: Request, error: Exception) -> Response:
    """For a database that can take no more at the moment, has no room, or fails."""
    refusal = refusal_of(error) if isinstance(error, StorageError) else None
    if refusal is None:
        raise error
    if not isinstance(error, StorageBusyError):
        _LOG.warning("the database fails", path=request.url.path, reason=str(error))
    return command_error_response(refusal)


async def handle_http_exception(_request: Request, error: Exception) -> Response:
    """For what the router refuses: unknown paths, wrong methods."""
    if not isinstance(error, HTTPException):
        raise error
    phrase = http.HTTPStatus(error.status_code).phrase
    response = error_response(error.status_code, phrase.lower().replace(" ", "_"), f"{phrase}.", "")
    response.headers.update(error.headers or {})
    return response


async def handle_defect(_request: Request, _error: Exception) -> Response:
    """For everything else: a defect of ours. The server logs it; the client learns nothing about it."""
    return error_response(500, "internal", "The server failed on this request.", "Try again; tell the operator.")
