"""ASGI middleware: a node that is going away takes nothing new."""

from __future__ import annotations

from starlette.types import ASGIApp, Receive, Scope, Send

from tureen.api.error_responses import json_response
from tureen.server.health import HealthPort, NodeState

PROBE_PATHS = frozenset({"/healthz", "/readyz", "/metrics"})


class RefuseWhileDraining:
    """Answers 503 to newcomers, HTTP and WebSocket alike; what is under way goes on, and probes are answered."""

    def __init__(self, app: ASGIApp, health: HealthPort) -> None:
        self._app = app
        self._health = health

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Lets a request through or refuses it."""
        if self._health.state.value < NodeState.DRAINING.value or scope["path"] in PROBE_PATHS:
            await self._app(scope, receive, send)
            return
        refusal = json_response(
            {
                "error": {
                    "code": "draining",
                    "message": "This server is shutting down.",
                    "hint": "Connect again; another server or the restarted one will answer.",
                }
            },
            503,
        )
        refusal.headers["Retry-After"] = "1"
        # For a WebSocket, Starlette's responses use the "denial response" extension of ASGI by themselves.
        await refusal(scope, receive, send)
