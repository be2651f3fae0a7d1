"""Requests that no honest client sends, to the web app, the API and the probes."""

from __future__ import annotations

import json
import socket
import time

import pytest

from tests.hostile.raw_client import check_no_defect
from tests.hostile.raw_http import RawResponse, exchange
from tests.hostile.upgrade import UPGRADE
from tests.server import HOST, TureenServer

HEAD_S = 10.0
"""How long the server waits for a request to be stated."""


def get(target: str, *headers: str, method: str = "GET") -> bytes:
    return "\r\n".join(
        [f"{method} {target} HTTP/1.1", "Host: localhost", "Connection: close", *headers, "", ""]
    ).encode()


def post(body: bytes, *headers: str, path: str = "/api/dev/token") -> bytes:
    json_type = (
        () if any(it.lower().startswith("content-type") for it in headers) else ("Content-Type: application/json",)
    )
    return get(path, f"Content-Length: {len(body)}", *json_type, *headers, method="POST") + body


def check_safe(response: RawResponse) -> None:
    assert response.headers["x-content-type-options"] == "nosniff"
    assert "frame-ancestors 'none'" in response.headers["content-security-policy"]
    assert response.headers["referrer-policy"] == "no-referrer"


def check_error(response: RawResponse, status: int) -> None:
    """Our own errors say what is wrong in JSON."""
    assert response.status == status
    check_safe(response)
    error = json.loads(response.body)["error"]
    assert error["message"]
    assert error["code"]


@pytest.mark.parametrize(
    "path",
    [
        "/../pyproject.toml",
        "/assets/../../server/runtime.py",
        "/assets/%2e%2e/%2e%2e/server/runtime.py",
        "/assets/..%2f..%2fserver%2fruntime.py",
        "/assets/..%5c..%5cserver%5cruntime.py",
        "/assets/%252e%252e/%252e%252e/etc/passwd",
        "/assets//etc/passwd",
        "//etc/passwd",
        "/%2fetc%2fpasswd",
        "/%2e%2e%2fserver%2fruntime.py",
        "/..%00/index.html",
        "/assets/%00",
        "/assets/..",
        "/assets/.",
        "/assets/",
        "/assets/" + "a" * 5000,
        "/assets/" + "a/" * 5000,
        "/%ff%fe",
        "/%",
        "/index.html%00.png",
        "/.env",
        "/.git/config",
        "/_native.abi3.so",
        "/api/",
        "/api/dev/",
        "/rtc/v2",
        "/metrics/x",
    ],
)
def test_paths_lead_nowhere_else(server: TureenServer, path: str) -> None:
    check_error(exchange(server.port, get(path)), 404)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "/", 405),
        ("PUT", "/r/soup", 405),
        ("DELETE", "/healthz", 405),
        ("GET", "/api/dev/token", 405),
        ("TRACE", "/", 405),
        ("BREW", "/", 405),
        ("CONNECT", "/", 405),
        ("POST", "/rtc/v1/validate", 405),
    ],
)
def test_methods_that_nobody_offers(server: TureenServer, method: str, path: str, status: int) -> None:
    response = exchange(server.port, get(path, method=method))
    assert response.status == status
    check_safe(response)


@pytest.mark.parametrize(
    "raw",
    [
        b"\r\n\r\n\r\n",
        b"hello\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nX y: z\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n",
        b"GET /\xff HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200) + b"\r\n\r\n",
        bytes(200_000),
        b"GET /" + b"a" * 200_000,
        b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"a" * 200_000,
        b"GET / HTTP/1.1\r\nHost: a\r\n" + b"X: y\r\n" * 30_000,
        b"GET / HTTP/1.1\r\n" + b"\r\n".join(b"X%d: y" % number for number in range(20_000)),
    ],
    ids=lambda raw: repr(raw[:40]),
)
def test_what_is_no_request_is_refused_at_once(server: TureenServer, raw: bytes) -> None:
    began = time.monotonic()
    response = exchange(server.port, raw)
    assert time.monotonic() - began < 2.0
    assert response.status == 400
    check_safe(response)


@pytest.mark.parametrize(
    "headers",
    [
        [f"X-{number}: y" for number in range(5000)],
        ["X: " + "y" * 90_000],
        ["X: \u00fc"],
        ["Sec-WebSocket-Protocol: " + ",".join(["a"] * 20_000)],
        ["Sec-WebSocket-Extensions: " + "permessage-deflate; " * 2000],
    ],
    ids=["many", "long", "not ASCII", "protocols", "extensions"],
)
@pytest.mark.parametrize("target", ["/rtc/v1", "/nowhere"])
def test_a_flood_of_headers_is_no_upgrade(server: TureenServer, target: str, headers: list[str]) -> None:
    upgrade = [f"{name}: {value}" for name, value in UPGRADE.items()]
    lines = "\r\n".join([f"GET {target} HTTP/1.1", "Host: localhost", *upgrade, *headers, "", ""])
    response = exchange(server.port, lines.encode("latin-1"))
    assert response.status in (400, 401, 404)
    check_safe(response)


def test_a_long_target_is_no_upgrade(server: TureenServer) -> None:
    upgrade = [f"{name}: {value}" for name, value in UPGRADE.items()]
    for size in (70_000, 90_000, 100_000, 150_000):
        lines = "\r\n".join([f"GET /rtc/v1?access_token={'a' * size} HTTP/1.1", "Host: localhost", *upgrade, "", ""])
        response = exchange(server.port, lines.encode())
        assert response.status in (400, 401)
        check_safe(response)


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"", [], 400),
        (b"{", [], 400),
        (b"[]", [], 400),
        (b"null", [], 400),
        (b'"room"', [], 400),
        (b'{"room": 7}', [], 400),
        (b'{"room": ""}', [], 400),
        (b'{"room": "   "}', [], 400),
        (b'{"room": "\\u0000"}', [], 400),
        (b'{"room": "\\u202e"}', [], 400),
        (b'{"room": "\\ud800"}', [], 400),
        (b'{"room": "\xff"}', [], 400),
        (b'{"room": "' + b"r" * 257 + b'"}', [], 400),
        (b'{"room": "soup", "name": "' + b"n" * 257 + b'"}', [], 400),
        (b'{"room": "soup", "name": "a\\nb"}', [], 400),
        (b'{"room": "soup", "name": []}', [], 400),
        (b'{"room": "soup", "identity": ""}', [], 400),
        (b'{"room": "soup", "identity": {}}', [], 400),
        (b'{"room":' + b"[" * 4000 + b"]" * 4000 + b"}", [], 400),
        (b'{"room": "' + b"r" * 10_000 + b'"}', [], 413),
        (b"room=soup", ["Content-Type: application/x-www-form-urlencoded"], 415),
        (b'{"room": "soup"}', ["Content-Type: text/plain"], 415),
        (b'{"room": "soup"}', ["Content-Type: "], 415),
        (b'{"room": "soup"}', ["Content-Type: multipart/form-data; boundary=application/json"], 415),
    ],
)
def test_malformed_requests_for_a_token(server: TureenServer, body: bytes, headers: list[str], status: int) -> None:
    check_error(exchange(server.port, post(body, *headers)), status)


def test_a_body_that_never_ends_is_cut_off(server: TureenServer) -> None:
    head = get("/api/dev/token", "Content-Type: application/json", f"Content-Length: {10**12}", method="POST")
    check_error(exchange(server.port, head, *[bytes(10_000)] * 100), 413)
    head = get("/api/dev/token", "Content-Type: application/json", "Transfer-Encoding: chunked", method="POST")
    check_error(exchange(server.port, head, *[b"2710\r\n" + bytes(10_000) + b"\r\n"] * 100), 413)


def test_a_broken_chunk_is_refused(server: TureenServer) -> None:
    head = get("/api/dev/token", "Content-Type: application/json", "Transfer-Encoding: chunked", method="POST")
    assert exchange(server.port, head, b"zz\r\nx").status == 400


def test_who_states_no_request_is_hung_up_on(server: TureenServer) -> None:
    """Silence, half a head, and half a second head: none of them keeps a connection."""
    whole = get("/healthz").replace(b"Connection: close\r\n", b"")
    beginnings = (b"", b"GET / HT", whole + b"GET / HT", get("/healthz", "Content-Length: 9").replace(b"close", b"x"))
    connections = []
    for beginning in beginnings:
        connection = socket.create_connection((HOST, server.port), timeout=2 * HEAD_S)
        connection.sendall(beginning)
        connections.append(connection)
    for connection in connections:
        with connection:
            while connection.recv(65536):
                """The answer to the first request."""


def test_silent_connections_leave_room_for_one_more(server: TureenServer) -> None:
    crowd = [socket.create_connection((HOST, server.port), timeout=5.0) for _ in range(500)]
    try:
        assert server.get("/healthz")[0] == 200
    finally:
        for connection in crowd:
            connection.close()


@pytest.mark.parametrize("header", ["X-Forwarded-For: 127.0.0.1", "Forwarded: for=127.0.0.1", "Via: 1.1 proxy"])
def test_metrics_are_not_for_those_behind_a_proxy(server: TureenServer, header: str) -> None:
    check_error(exchange(server.port, get("/metrics", header)), 403)


def test_the_server_logged_no_defect(server: TureenServer) -> None:
    check_no_defect(server)
