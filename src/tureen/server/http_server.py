"""The HTTP and WebSocket listeners: one socket for each address, all on one event loop."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import socket
import ssl
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import uvicorn
import websockets.http11
from h11 import Request
from msgspec import Struct
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.protocol import State
from websockets.server import ServerProtocol

from tureen.doors.handover import EXTENSION, HandedOver, ServedConnection
from tureen.server.addresses import Listener
from tureen.server.errors import ServeError
from tureen.server.response_headers import SAFE_HEADERS

if TYPE_CHECKING:
    from uvicorn._types import ASGISendEvent
    from websockets.http11 import Request as WebSocketRequest

REQUEST_LINE_BYTES = 64 * 1024
"""A join with its offer and its token travels in the request line."""

HEAD_BYTES = REQUEST_LINE_BYTES + 16 * 1024
HEAD_S = 10.0
"""How long a connection may take to state its first request, or another one."""

WEBSOCKET_PING_S = 10.0
WEBSOCKET_PONG_S = 15.0
CLOSE_S = 1
"""How long answers that are under way may take when the server stops."""

BACKLOG = 2048
_NO_SUCH_ADDRESS = (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)


class Certificate(Struct, frozen=True, kw_only=True):
    """Files for HTTPS."""

    chain: Path
    key: Path | None = None
    """``None``: the key stands in ``chain``."""


class BoundListener(Struct, frozen=True, kw_only=True):
    """A listener and its socket."""

    listener: Listener
    socket: socket.socket


def bind(listeners: Sequence[Listener], port: int) -> tuple[BoundListener, ...]:
    """Sockets that listen. Raises `ServeError` if one that is required cannot."""
    bound: list[BoundListener] = []
    try:
        for listener in listeners:
            opened = _listening_socket(listener, port)
            if opened is not None:
                bound.append(BoundListener(listener=listener, socket=opened))
    except ServeError:
        for each in bound:
            each.socket.close()
        raise
    return tuple(bound)


class HttpServer:
    """Serves one application on bound sockets, plain and TLS, until it is stopped."""

    def __init__(
        self,
        app: ASGIApp,
        bound: Sequence[BoundListener],
        certificate: Certificate | None,
        max_websocket_message_bytes: int,
    ) -> None:
        self._app = _without_cancellation(app)
        self._bound = tuple(bound)
        self._certificate = certificate
        self._max_websocket_message_bytes = max_websocket_message_bytes
        self._servers: list[uvicorn.Server] = []
        self._loops: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Begins to accept. Raises `ServeError` when the certificate cannot be used."""
        # The WebSocket parser reads the upgrade request once more, with a limit of its own that only the module knows.
        websockets.http11.MAX_LINE_LENGTH = HEAD_BYTES
        plain = [each.socket for each in self._bound if not each.listener.tls]
        tls = [each.socket for each in self._bound if each.listener.tls]
        # Both are prepared before either accepts: a bad certificate then leaves nothing running.
        prepared = [
            (uvicorn.Server(self._config(certificate)), sockets)
            for certificate, sockets in ((None, plain), (self._certificate, tls))
            if sockets
        ]
        for server, sockets in prepared:
            server.lifespan = server.config.lifespan_class(server.config)
            await server.startup(sockets)
            self._servers.append(server)
            self._loops.append(asyncio.create_task(server.main_loop()))

    async def stop(self, *, at_once: bool) -> None:
        """Closes every connection; answers that are under way get `CLOSE_S` unless ``at_once``."""
        for server in self._servers:
            server.should_exit = True
            server.force_exit = at_once
        await asyncio.gather(*self._loops)
        await asyncio.gather(*(server.shutdown() for server in self._servers))
        for each in self._bound:
            each.socket.close()

    def _config(self, certificate: Certificate | None) -> uvicorn.Config:
        config = uvicorn.Config(
            self._app,
            http=_PunctualHttp,
            ws=_WebSocket,
            ws_max_size=self._max_websocket_message_bytes,
            ws_ping_interval=WEBSOCKET_PING_S,
            ws_ping_timeout=WEBSOCKET_PONG_S,
            # Signal messages are small; compression costs memory on every connection.
            ws_per_message_deflate=False,
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            reset_contextvars=True,
            timeout_graceful_shutdown=CLOSE_S,
            h11_max_incomplete_event_size=HEAD_BYTES,
            ssl_certfile=certificate.chain if certificate else None,
            ssl_keyfile=certificate.key if certificate else None,
        )
        try:
            config.load()
        except (OSError, ssl.SSLError) as error:
            raise ServeError(
                f"The certificate cannot be used: {error}.",
                "Check that tls.certificate and tls.key are PEM files that belong together.",
            ) from error
        return config


def _without_cancellation(app: ASGIApp) -> ASGIApp:
    """Only the end of the server cancels what is under way; Uvicorn would log each as a failure of the application."""

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        with contextlib.suppress(asyncio.CancelledError):
            await app(scope, receive, send)

    return serve


class _PunctualHttp(H11Protocol):
    """HTTP/1.1 that hangs up on connections that do not state a request: each would cost a file descriptor for ever."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._head_deadline = self.loop.call_later(HEAD_S, self._hang_up_if_silent, None)

    def connection_lost(self, exc: Exception | None) -> None:
        self._head_deadline.cancel()
        super().connection_lost(exc)

    def on_response_complete(self) -> None:
        # A request that begins, or a body that goes on, turns off the keep-alive timer of the base class.
        super().on_response_complete()
        self._head_deadline.cancel()
        self._head_deadline = self.loop.call_later(HEAD_S, self._hang_up_if_silent, self.cycle)

    def handle_websocket_upgrade(self, event: Request) -> None:
        super().handle_websocket_upgrade(event)
        upgraded: Any = self.transport.get_protocol()
        if upgraded is not self and upgraded.conn.handshake_exc is not None:
            # Too long, or too many headers, for the WebSocket parser alone, which then waits in silence.
            self.send_400_response("This upgrade cannot be read: its head is too large or malformed.")
        elif upgraded is not self and (early := self.conn.trailing_data[0]):
            # A client should wait for the answer (RFC 6455 section 4.1); what one that does not sends is not lost.
            upgraded.data_received(early)

    def send_400_response(self, msg: str) -> None:
        # In the middle of another response it would be read as part of that one.
        cycle: Any = self.cycle
        if cycle is None or cycle.response_complete or not cycle.response_started:
            headers = {"Content-Type": "text/plain; charset=utf-8", "Connection": "close", **SAFE_HEADERS}
            lines = ["HTTP/1.1 400 Bad Request", *(f"{name}: {value}" for name, value in headers.items()), "", msg]
            self.transport.write("\r\n".join(lines).encode("ascii"))
        self.transport.close()

    def _hang_up_if_silent(self, last: object) -> None:
        was_upgraded = self.transport.get_protocol() is not self
        if self.cycle is last and not was_upgraded:
            self.transport.close()


class _WebSocket(WebSocketsSansIOProtocol):
    """WebSockets whose upgrade may be refused without an error in the log, and which doors may take over."""

    _came_early = False
    """Something of the client's came before the connection was handed over."""

    def data_received(self, data: bytes) -> None:
        self._came_early = self._came_early or self.handshake_initiated
        super().data_received(data)

    def handle_connect(self, event: WebSocketRequest) -> None:
        super().handle_connect(event)
        if not self.handshake_complete:
            # The task that serves it has not begun yet.
            extensions: Any = self.scope["extensions"]
            extensions[EXTENSION] = self._hand_over

    async def send(self, message: ASGISendEvent) -> None:
        # Uvicorn 0.54 does not count a whole refusal (ASGI's "denial response" extension) as the end of a handshake.
        await super().send(message)
        if message["type"] == "websocket.http.response.body" and not message.get("more_body", False):
            self.handshake_complete = True

    def _hand_over(self, make: Callable[[HandedOver], asyncio.Protocol]) -> None:
        """See `doors.handover`. This object hears nothing of the connection afterwards, and goes."""
        transport, connections = self.transport, cast("set[ServedConnection]", self.connections)
        # When the route returns, Uvicorn closes what it believes to be its own transport.
        self.transport = cast("asyncio.Transport", _NoTransport())
        self.stop_keepalive()
        if self.disconnected:
            return
        received: list[bytes | str] = []
        while not self.queue.empty():
            event: Any = self.queue.get_nowait()
            if event["type"] == "websocket.receive":
                received.append(event.get("text") or event.get("bytes") or "")
        connections.discard(cast("ServedConnection", self))
        websocket = self.conn
        if not self._came_early:
            # A parser that was there for the upgrade keeps the whole request for as long as it lives.
            websocket = ServerProtocol(state=State.OPEN, max_size=self.config.ws_max_size, logger=self.conn.logger)
        given = HandedOver(transport=transport, websocket=websocket, received=received, connections=connections)
        transport.set_protocol(make(given))
        if self.read_paused:
            transport.resume_reading()


class _NoTransport:
    """Of a connection that another protocol has taken over."""

    def close(self) -> None:
        """There is nothing to close."""


def _listening_socket(listener: Listener, port: int) -> socket.socket | None:
    family = socket.AF_INET6 if ":" in listener.address else socket.AF_INET
    place = f"port {port} of {listener.address}"
    opened: socket.socket | None = None
    try:
        opened = socket.socket(family, socket.SOCK_STREAM)
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family is socket.AF_INET6:
            # Both wildcards can then be bound side by side.
            opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        opened.bind((listener.address, port))
        opened.listen(BACKLOG)
        opened.setblocking(False)
    except OSError as error:
        if opened is not None:
            opened.close()
        if not listener.required and error.errno in _NO_SUCH_ADDRESS:
            return None
        raise _cannot_listen(place, error) from error
    return opened


def _cannot_listen(place: str, error: OSError) -> ServeError:
    match error.errno:
        case errno.EADDRINUSE:
            return ServeError(
                f"Cannot listen on {place}: another program does.",
                "Stop that program, or choose another port with --port.",
            )
        case errno.EACCES:
            return ServeError(
                f"Cannot listen on {place}: ports below 1024 need a privilege.",
                "Choose a higher port with --port, or grant CAP_NET_BIND_SERVICE.",
            )
        case errno.EADDRNOTAVAIL | errno.EAFNOSUPPORT:
            return ServeError(
                f"Cannot listen on {place}: this machine does not have that address.",
                "Choose one of its own addresses with --host.",
            )
        case number:
            return ServeError(f"Cannot listen on {place}: {os.strerror(number or 0)}.", "See --host and --port.")
