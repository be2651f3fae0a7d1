"""Which hosts a development server answers to."""

from __future__ import annotations

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from tureen.server.known_hosts import KnownHosts, machine_names

KNOWN = (
    "localhost",
    "localhost:7880",
    "LocalHost.",
    "soup.localhost:7880",
    "127.0.0.1",
    "127.0.0.1:7880",
    "[::1]:7880",
    "[::1]",
    "192.168.1.20:7880",
    "[fd00::1]:7880",
    "kitchen",
    "KITCHEN.local:7880",
    "kitchen.local.",
    "soup.example.org:443",
)
UNKNOWN = (
    "evil.example",
    "evil.example:7880",
    "localhost.evil.example",
    "notlocalhost",
    "127.0.0.1.evil.example",
    "kitchen.evil.example",
    "soup.example.org.evil.example",
    "x.soup.example.org",
    "localhost@evil.example",
    "evil.example:localhost",
    "[evil.example]",
    "[localhost]",
    "::1:x",
    "127.1",
    "0x7f.1",
    "",
    ":7880",
    ".",
    "\xff",
)


def ask(host: str, scheme: str = "http") -> int:
    async def answer(_request: Request) -> PlainTextResponse:
        return PlainTextResponse("soup")

    app = Starlette(routes=[Route("/", answer)])
    known = KnownHosts(app, [*machine_names("Kitchen"), "soup.example.org"])
    client = TestClient(known, base_url=f"{scheme}://localhost")
    return client.get("/", headers={b"Host": host.encode("latin-1")}).status_code


@pytest.mark.parametrize("host", KNOWN)
def test_own_names_and_addresses_are_known(host: str) -> None:
    assert ask(host) == 200


@pytest.mark.parametrize("host", UNKNOWN)
def test_others_are_not(host: str) -> None:
    assert ask(host) == 421


def test_where_there_is_a_certificate_it_is_the_check() -> None:
    assert ask("evil.example", "https") == 200


@pytest.mark.parametrize(
    ("hostname", "names"),
    [
        ("Kitchen", ("kitchen", "kitchen.local")),
        ("kitchen.example.org", ("kitchen.example.org", "kitchen", "kitchen.local")),
        ("kitchen.local.", ("kitchen.local", "kitchen", "kitchen.local")),
    ],
)
def test_names_of_the_machine(hostname: str, names: tuple[str, ...]) -> None:
    assert machine_names(hostname) == names
