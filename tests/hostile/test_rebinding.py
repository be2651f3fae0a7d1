"""A page of somebody else's, whose name leads to this machine: a started development server tells it nothing."""

from __future__ import annotations

import http.client
import json
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from benches.tokens import person_token
from tests.lan import require_lan, start_on_lan
from tests.server import HOST, TureenServer
from tureen.server.addresses import in_url

UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}
TUNNEL = "soup.example.org"


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TureenServer]:
    environment = {"TUREEN_DEV_HOSTS": f"{TUNNEL}, other.example.org"}
    with TureenServer.start(tmp_path_factory.mktemp("known"), environment=environment) as server:
        yield server


def ask(
    server: TureenServer, host: str, path: str, method: str = "GET", body: str = "", address: str = HOST, **more: str
) -> tuple[int, str]:
    connection = http.client.HTTPConnection(address, server.port, timeout=10.0)
    try:
        headers = {
            "Host": host,
            "Content-Type": "application/json",
            **{k.replace("_", "-"): v for k, v in more.items()},
        }
        connection.request(method, path, body.encode() or None, headers)
        response = connection.getresponse()
        return response.status, response.read().decode() if response.status != 101 else ""
    finally:
        connection.close()


PATHS = (
    ("GET", "/", ""),
    ("GET", "/api/rooms", ""),
    ("GET", "/api/app", ""),
    ("GET", "/healthz", ""),
    ("GET", "/metrics", ""),
    ("POST", "/api/dev/token", json.dumps({"room": "soup", "name": "Mallory"})),
    ("GET", "/no/such/page", ""),
)


@pytest.mark.parametrize(("method", "path", "body"), PATHS)
@pytest.mark.parametrize("host", ["evil.example", "evil.example:{port}", "localhost.evil.example"])
def test_a_foreign_name_is_told_what_to_do_and_nothing_else(
    known: TureenServer, method: str, path: str, body: str, host: str
) -> None:
    status, answer = ask(known, host.format(port=known.port), path, method, body)
    error = json.loads(answer)["error"]
    assert (status, error["code"]) == (421, "unknown_host")
    assert "TUREEN_DEV_HOSTS" in error["hint"]
    assert "evil" not in answer


@pytest.mark.parametrize("path", ["/v1/connect", "/rtc/v1?access_token=x", "/rtc", "/none"])
def test_sockets_are_refused_alike(known: TureenServer, path: str) -> None:
    status, answer = ask(known, "evil.example", path, **UPGRADE)
    assert (status, json.loads(answer)["error"]["code"]) == (421, "unknown_host")


def test_a_token_does_not_help(known: TureenServer) -> None:
    bearer = f"Bearer {person_token('app', admin=True)}"
    assert ask(known, "evil.example", "/v1/people", Authorization=bearer)[0] == 421
    assert ask(known, "localhost", "/v1/people", Authorization=bearer)[0] == 200
    assert ask(known, "evil.example", "/api/app", X_Forwarded_Host="localhost", X_Forwarded_Proto="https")[0] == 421


@pytest.mark.parametrize(
    "host",
    ["localhost:{port}", "127.0.0.1:{port}", "[::1]:{port}", "soup.localhost", "{machine}:{port}", TUNNEL, "192.0.2.7"],
)
def test_own_names_go_on(known: TureenServer, host: str) -> None:
    named = host.format(port=known.port, machine=socket.gethostname())
    assert ask(known, named, "/api/app")[0] == 200
    assert ask(known, named, "/v1/connect", **UPGRADE)[0] == 101


def test_the_network_is_served_by_its_addresses_and_names(tmp_path: Path) -> None:
    address = require_lan()
    with start_on_lan(tmp_path) as server:
        trusted = tmp_path / "state" / "tureen" / "lan-certificate.pem"
        context = ssl.create_default_context(cafile=str(trusted))
        for host in (in_url(address), f"{in_url(address)}:{server.port}", "soup.fritz.box"):
            connection = http.client.HTTPSConnection(address, server.port, timeout=10.0, context=context)
            try:
                connection.request("GET", "/api/app", headers={"Host": host})
                assert connection.getresponse().status == 200
            finally:
                connection.close()
        assert ask(server, "evil.example", "/api/app")[0] == 421
        assert ask(server, f"localhost:{server.port}", "/api/app")[0] == 200
