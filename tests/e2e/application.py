"""What an application does over HTTP, with its own token."""

from __future__ import annotations

import json
import urllib.request
from typing import Any

from tests.hostile.misfit_tokens import claims, signed
from tests.server import TureenServer


def post(server: TureenServer, path: str, body: object) -> Any:
    """The answer's JSON. Raises `urllib.error.HTTPError`."""
    token = signed(claims(video=None, people={"admin": True}))
    request = urllib.request.Request(
        f"{server.url}{path}",
        data=json.dumps(body).encode(),
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def write(server: TureenServer, conversation: str, sender: str, text: str) -> None:
    """A message in somebody's name."""
    post(server, f"/v1/conversations/{conversation}/messages", {"sender": sender, "text": text})
