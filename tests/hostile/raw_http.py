"""HTTP without a library: a test writes any bytes and reads whatever comes back."""

from __future__ import annotations

import contextlib
import socket
from dataclasses import dataclass, field

from tests.server import HOST


@dataclass(frozen=True)
class RawResponse:
    """The first response on a connection; status 0 if the server hung up without one."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    """Names in lower case."""
    body: bytes = b""


def exchange(port: int, *pieces: bytes, within_s: float = 5.0) -> RawResponse:
    """Sends the pieces and reads until the server closes or ``Content-Length`` is reached. Raises `TimeoutError`."""
    with socket.create_connection((HOST, port), timeout=within_s) as connection:
        with contextlib.suppress(ConnectionError):  # it may have refused before all was sent
            for piece in pieces:
                connection.sendall(piece)
        received = b""
        with contextlib.suppress(ConnectionError):
            while not _is_whole(received) and (more := connection.recv(65536)):
                received += more
    return _read(received)


def _is_whole(received: bytes) -> bool:
    response = _read(received)
    length = response.headers.get("content-length")
    return length is not None and len(response.body) >= int(length)


def _read(received: bytes) -> RawResponse:
    head, separator, body = received.partition(b"\r\n\r\n")
    if not separator:
        return RawResponse()
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return RawResponse(int(first.split(" ")[1]), headers, body)
