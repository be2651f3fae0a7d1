"""One request to the LiveKit door as bytes on a connection, and all of the answer."""

from __future__ import annotations

import http.client
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from tests.server import HOST

UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
}
BESIDES = frozenset({"connection", "date", "vary"})
"""Headers that tell of the time and of the kind of request only."""


@dataclass(frozen=True)
class Answer:
    """Status, body and headers, these in lower case."""

    status: int
    body: bytes
    headers: Mapping[str, str]


def ask(port: int, path: str, headers: Mapping[str, str], query: Mapping[str, str]) -> Answer:
    """A GET. Raises `OSError` when nobody answers."""
    connection = http.client.HTTPConnection(HOST, port, timeout=5.0)
    try:
        connection.request("GET", f"{path}?{urlencode(query)}", headers=dict(headers))
        response = connection.getresponse()
        # After a switch of protocols there is no body.
        body = b"" if response.status == 101 else response.read()
        kept = {name.lower(): value for name, value in response.getheaders() if name.lower() not in BESIDES}
        return Answer(response.status, body, kept)
    finally:
        connection.close()
