"""ASGI middleware of development mode: the server answers to the names of its machine only.

In development mode anybody who asks gets a token and sees the rooms, since nobody but this machine can ask. A web page
could, though: its own name may lead to this machine on the second look (DNS rebinding), and to the browser both are one
origin then. What such a page cannot do is to ask under a name that is not its own. Where there is TLS, the certificate
is the check.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

from tureen.api.error_responses import error_response

MISDIRECTED: Final = 421
"""RFC 9110 section 15.5.20."""

_PLAIN: Final = frozenset({"http", "ws"})
_LOCAL: Final = "localhost"
"""With all names below it: they lead to this machine, whatever name servers say (RFC 6761 section 6.3)."""


class KnownHosts:
    """Refuses requests for unknown hosts, HTTP and WebSocket alike. Of literal addresses no page can make a name."""

    def __init__(self, app: ASGIApp, names: Iterable[str]) -> None:
        """``names``: in lower case, beside ``localhost``."""
        self._app = app
        self._names = frozenset(names)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Lets a request through or refuses it."""
        if scope["type"] not in ("http", "websocket") or scope["scheme"] not in _PLAIN or self._knows(scope):
            await self._app(scope, receive, send)
            return
        # What the request says about our host is not repeated.
        refusal = error_response(
            MISDIRECTED,
            "unknown_host",
            "In development mode this server answers to localhost, its machine's name and literal addresses only.",
            "Use one of these, or name this host in dev_hosts (TUREEN_DEV_HOSTS), for example that of a tunnel.",
        )
        await refusal(scope, receive, send)

    def _knows(self, scope: Scope) -> bool:
        # Without any (HTTP/1.0) no browser asks.
        return all(self._is_known_untrusted(value) for name, value in scope["headers"] if name == b"host")

    def _is_known_untrusted(self, value: bytes) -> bool:
        host = _without_port(value.decode("latin-1")).lower()
        if host.startswith("["):
            return _is_address(host[1:-1])
        name = host.removesuffix(".")
        return name == _LOCAL or name.endswith(f".{_LOCAL}") or name in self._names or _is_address(host)


def machine_names(hostname: str) -> tuple[str, ...]:
    """Under which others on its network know this machine, from what it calls itself; in lower case."""
    name = hostname.lower().removesuffix(".")
    short, dot, _ = name.partition(".")
    return (name, short, f"{short}.local") if dot else (name, f"{name}.local")


def _without_port(authority: str) -> str:
    host, colon, port = authority.rpartition(":")
    return host if colon and (port == "" or port.isdecimal()) and not host.endswith(":") else authority


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
