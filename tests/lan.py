"""A server that phones on the same network reach: tests of it need an address that others could reach."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.server import TureenServer
from tureen.server.addresses import in_url, lan_addresses

_PHONE_LINK = re.compile(r"On a phone\s+(?P<link>https://\S+)")


def require_lan() -> str:
    """This machine's address on its network; skips the test where it has none."""
    addresses = lan_addresses()
    if not addresses:
        pytest.skip("this machine has no address besides loopback")
    return addresses[0]


def start_on_lan(folder: Path, *arguments: str) -> TureenServer:
    """``tureen serve --dev --lan``; its certificate is kept in ``folder`` and nowhere else."""
    return TureenServer.start(folder, "--lan", *arguments, environment={"XDG_STATE_HOME": str(folder / "state")})


def origin(server: TureenServer, address: str) -> str:
    """Where the network finds the server."""
    return f"https://{in_url(address)}:{server.port}"


def phone_link(server: TureenServer) -> str:
    """The link that the server printed for phones."""
    found = _PHONE_LINK.search(server.log)
    assert found is not None, server.log
    return found["link"]
