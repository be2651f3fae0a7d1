"""ASGI middleware around every route: one leading slash, safe headers, a count of responses.

Request lines are not logged: LiveKit's JavaScript client puts its token into the query.
"""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tureen.telemetry.metrics import Metrics

PAGE_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "font-src 'self'",
        "media-src 'self' blob:",
        "worker-src 'self' blob:",
        "manifest-src 'self'",
        # Older browsers do not count ws: as 'self'.
        "connect-src 'self' ws: wss:",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
"""The web app's content security policy (CSP level 3): nothing inline, nothing from elsewhere."""

WORKER_POLICY = "default-src 'none'; img-src 'self'"
"""Of the service worker, which shows pictures of ours in notifications and fetches nothing."""

PAGE_PERMISSIONS = ", ".join(
    (
        *(
            f"{feature}=(self)"
            for feature in (
                "autoplay",
                "camera",
                "clipboard-write",
                "display-capture",
                "fullscreen",
                "microphone",
                "picture-in-picture",
                "screen-wake-lock",
                "speaker-selection",
            )
        ),
        *(f"{feature}=()" for feature in ("geolocation", "payment", "usb")),
    )
)
"""What the web app may ask the browser for (W3C Permissions Policy)."""

SAFE_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
"""What every response carries unless it needs more."""

_RESPONSE_STARTS = frozenset({"http.response.start", "websocket.http.response.start"})

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class OneLeadingSlash:
    """Takes ``//rtc`` as ``/rtc``: SDKs append paths to URLs that already end with a slash."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Rewrites the scope's path."""
        if scope["type"] in ("http", "websocket") and scope["path"].startswith("//"):
            scope = {**scope, "path": "/" + scope["path"].lstrip("/")}
            if scope.get("raw_path"):
                scope["raw_path"] = b"/" + scope["raw_path"].lstrip(b"/")
        await self._app(scope, receive, send)


class SafeHeaders:
    """Adds headers that forbid what no response of ours needs; routes that need more have set their own before."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Wraps ``send``; a refused WebSocket upgrade is an HTTP response too."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] in _RESPONSE_STARTS:
                headers = MutableHeaders(scope=message)
                for name, value in SAFE_HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_with_headers)


class CountResponses:
    """Counts HTTP responses, refused upgrades too, by method and status: bounded labels, no paths."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._responses = metrics.counter("http_responses", "HTTP responses.", ("method", "status"))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Wraps ``send``."""

        async def counting_send(message: Message) -> None:
            if message["type"] in ("http.response.start", "websocket.http.response.start"):
                method = scope.get("method", "GET")  # an upgrade is one (RFC 6455 section 4.1), without saying so
                self._responses.labels(method if method in _METHODS else "other", str(message["status"])).inc()
            await send(message)

        await self._app(scope, receive, counting_send)
