"""``--lan``: HTTPS on the network's address, with a certificate that a client can check."""

from __future__ import annotations

import http.client
import ssl
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.lan import origin, phone_link, require_lan, start_on_lan
from tests.server import TureenServer
from tureen.server.certificates import lan_certificate


@pytest.fixture
def address() -> str:
    return require_lan()


def health(server: TureenServer, host: str, trusted: Path) -> str:
    """What a client says that trusts this certificate only, and checks the name in it."""
    context = ssl.create_default_context(cafile=str(trusted))
    connection = http.client.HTTPSConnection(host, server.port, timeout=5.0, context=context)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().read().decode()
    finally:
        connection.close()


def test_the_certificate_names_the_address_and_survives_restarts(address: str, tmp_path: Path) -> None:
    kept = tmp_path / "state" / "tureen" / "lan-certificate.pem"
    seen = []
    for _ in range(2):
        with start_on_lan(tmp_path) as server:
            assert health(server, address, kept) == "ok\n"
            seen.append(ssl.get_server_certificate((address, server.port)))
            assert phone_link(server).startswith(f"{origin(server, address)}/r/")
    assert seen[0] == seen[1]


def test_loopback_stays_plain_for_this_machine(address: str, tmp_path: Path) -> None:
    with start_on_lan(tmp_path) as server:
        assert server.get("/healthz") == (200, "ok\n")


def test_own_certificate_files_are_served(address: str, tmp_path: Path) -> None:
    own = lan_certificate(tmp_path / "own", [address], "kitchen", datetime.now(UTC))
    with start_on_lan(tmp_path, "--tls-certificate", str(own), "--tls-key", str(own)) as server:
        assert health(server, address, own) == "ok\n"
        assert not (tmp_path / "state" / "tureen" / "lan-certificate.pem").exists()
        assert "self-signed" not in server.log
