"""The HTTP API without a library: one request, and all of the answer."""

from __future__ import annotations

import asyncio
import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.hostile.misfit_tokens import claims, signed
from tests.server import HOST, TureenServer


@dataclass(frozen=True)
class Answer:
    """Headers in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body."""
        return json.loads(self.body)


async def ask(
    server: TureenServer,
    method: str,
    path: str,
    body: bytes | str | object = b"",
    *,
    token: str = "",
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """``body``: bytes as they are, or what becomes JSON. Raises `OSError` when nobody answers."""
    sent = dict(headers or {})
    if token:
        sent["Authorization"] = f"Bearer {token}"
    if not isinstance(body, bytes):
        body = json.dumps(body).encode()
        sent.setdefault("Content-Type", "application/json")
    return await asyncio.to_thread(_ask, server.port, method, path, body, sent)


def application() -> str:
    """A token of the application."""
    return signed(claims(sub="application", people={"admin": True}, video=None))


def _ask(port: int, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> Answer:
    connection = http.client.HTTPConnection(HOST, port, timeout=30.0)
    try:
        connection.request(method, path, body=body or None, headers=dict(headers))
        response = connection.getresponse()
        return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, response.read())
    finally:
        connection.close()
