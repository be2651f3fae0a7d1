"""The HTTP application: routes of the doors, the web app, the small API that the web app needs, the probes."""

from __future__ import annotations

import socket
from collections.abc import Awaitable, Callable, Sequence

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket

from tureen.api.error_responses import (
    error_response,
    handle_api_error,
    handle_command_error,
    handle_defect,
    handle_http_exception,
    handle_storage_error,
    json_response,
)
from tureen.api.errors import ApiError
from tureen.config.settings import Settings
from tureen.protocol.errors import CommandError
from tureen.server.dev_login import DevLogin
from tureen.server.draining import RefuseWhileDraining
from tureen.server.health import HealthPort
from tureen.server.known_hosts import KnownHosts, machine_names
from tureen.server.probes import Probes
from tureen.server.response_headers import CountResponses, OneLeadingSlash, SafeHeaders
from tureen.server.version import package_version
from tureen.server.web_app import WebApp
from tureen.storage.errors import StorageError
from tureen.telemetry.metrics import Metrics


def build_app(
    settings: Settings,
    door_routes: Sequence[BaseRoute],
    health: HealthPort,
    metrics: Metrics,
    web_app: WebApp | None = None,
) -> Starlette:
    """The application of one server. ``door_routes`` come first; ``web_app``: another folder than the built-in one."""
    web_app = web_app or WebApp()
    probes = Probes(health, metrics, settings.metrics.token)
    app = Starlette(
        routes=[
            *door_routes,
            Route("/healthz", probes.live),
            Route("/readyz", probes.ready),
            Route("/metrics", probes.scrape),
            Route("/api/app", _about(settings)),
            Route("/api/dev/token", DevLogin(settings).handle, methods=["POST"]),
            Route("/", web_app.page),
            Route("/index.html", web_app.page),
            Route("/r/{room:path}", web_app.page),
            Route("/c/{conversation}", web_app.page),
            Route("/c/{conversation}/{thread}", web_app.page),
            Route("/assets/{name:path}", web_app.asset),
            # Last: one path segment may be anything.
            Route("/{name}", web_app.file),
            WebSocketRoute("/{path:path}", _no_such_socket),
        ],
        middleware=[
            Middleware(CountResponses, metrics=metrics),
            Middleware(OneLeadingSlash),
            Middleware(SafeHeaders),
            *_known_hosts(settings),
            Middleware(RefuseWhileDraining, health=health),
        ],
        exception_handlers={
            ApiError: handle_api_error,
            CommandError: handle_command_error,
            StorageError: handle_storage_error,
            404: web_app.handle_not_found,
            HTTPException: handle_http_exception,
            Exception: handle_defect,
        },
    )
    # No answer repeats what the request says about our host.
    app.router.redirect_slashes = False
    return app


def _known_hosts(settings: Settings) -> list[Middleware]:
    """In production everything takes a token, and which names lead here is the operator's business."""
    if not settings.dev:
        return []
    return [Middleware(KnownHosts, names=(*machine_names(socket.gethostname()), *settings.dev_hosts))]


async def _no_such_socket(websocket: WebSocket) -> None:
    await websocket.send_denial_response(
        error_response(404, "not_found", "There is no WebSocket here.", "See /rtc/v1 and /v1/connect.")
    )


def _about(settings: Settings) -> Callable[[Request], Awaitable[Response]]:
    answer = {
        "dev": settings.dev,
        "version": package_version(),
        "max_file_bytes": settings.attachments.max_bytes,
    }

    async def about(_request: Request) -> Response:
        return json_response(answer)

    return about
