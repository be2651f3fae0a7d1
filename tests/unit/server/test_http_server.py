"""The listeners, over real sockets of the loopback address."""

from __future__ import annotations

import asyncio
import errno
import io
import logging
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosedError, InvalidStatus

import tureen.server.http_server as http_server
from tureen.server.addresses import Listener
from tureen.server.certificates import lan_certificate
from tureen.server.errors import ServeError
from tureen.server.http_server import HEAD_BYTES, Certificate, HttpServer, bind

PLAIN = Listener(address="127.0.0.1", tls=False)
TLS = Listener(address="127.0.0.1", tls=True)
MESSAGE_BYTES = 1000


async def query_length(request: Request) -> PlainTextResponse:
    return PlainTextResponse(str(len(request.url.query)))


async def echo(websocket: WebSocket) -> None:
    if "refuse" in websocket.query_params:
        await websocket.send_denial_response(PlainTextResponse("requested room does not exist", 404))
        return
    await websocket.accept()
    await websocket.send_text(str(len(websocket.url.query)))
    async for message in websocket.iter_bytes():
        await websocket.send_bytes(message)


app = Starlette(routes=[Route("/length", query_length), WebSocketRoute("/rtc", echo)])


@asynccontextmanager
async def running(listener: Listener = PLAIN, certificate: Certificate | None = None) -> AsyncIterator[int]:
    """The port of a server."""
    bound = bind([listener], 0)
    server = HttpServer(app, bound, certificate, MESSAGE_BYTES)
    with bound[0].socket:
        await server.start()
        try:
            yield bound[0].socket.getsockname()[1]
        finally:
            await server.stop(at_once=False)


async def exchange(port: int, request: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    return answer


class TestRequestLines:
    @pytest.mark.parametrize("length", [10, 20_000, 64 * 1024])
    async def test_joins_with_their_offer_fit(self, length: int) -> None:
        async with running() as port:
            request = f"GET /length?{'x' * length} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
            assert (await exchange(port, request.encode())).endswith(str(length).encode())
            async with connect(f"ws://127.0.0.1:{port}/rtc?{'x' * length}") as socket:
                assert await socket.recv() == str(length)

    async def test_beyond_the_bound_they_are_refused(self) -> None:
        async with running() as port:
            request = f"GET /length?{'x' * (HEAD_BYTES + 70_000)} HTTP/1.1\r\nHost: a\r\n\r\n"
            try:
                answer = await exchange(port, request.encode())
            except ConnectionResetError:  # the server closed before it had read everything
                return
            assert answer.startswith(b"HTTP/1.1 4")

    async def test_never_reach_the_log(self) -> None:
        stream = io.StringIO()
        handler = logging.StreamHandler(stream)
        logging.getLogger().addHandler(handler)
        try:
            async with running() as port:
                async with connect(f"ws://127.0.0.1:{port}/rtc?access_token=hunter2"):
                    pass
                await exchange(
                    port, b"GET /length?access_token=hunter2 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
                )
                await exchange(port, b"NONSENSE access_token=hunter2\r\n\r\n")
        finally:
            logging.getLogger().removeHandler(handler)
        assert "hunter2" not in stream.getvalue()


class TestWebSockets:
    async def test_a_refusal_reaches_the_client_with_status_and_text(self) -> None:
        async with running() as port:
            with pytest.raises(InvalidStatus) as refused:
                await connect(f"ws://127.0.0.1:{port}/rtc?refuse=1")
            assert refused.value.response.status_code == 404
            assert refused.value.response.body == b"requested room does not exist"

    async def test_a_refusal_is_no_trouble_of_ours(self, caplog: pytest.LogCaptureFixture) -> None:
        with caplog.at_level(logging.WARNING):
            async with running() as port:
                with pytest.raises(InvalidStatus):
                    await connect(f"ws://127.0.0.1:{port}/rtc?refuse=1")
        assert caplog.messages == []

    async def test_messages_are_bounded(self) -> None:
        async with running() as port, connect(f"ws://127.0.0.1:{port}/rtc") as socket:
            await socket.recv()
            await socket.send(b"x" * MESSAGE_BYTES)
            assert await socket.recv() == b"x" * MESSAGE_BYTES
            await socket.send(b"x" * (MESSAGE_BYTES + 1))
            with pytest.raises(ConnectionClosedError) as closed:
                await socket.recv()
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 1009

    async def test_are_closed_when_the_server_stops(self) -> None:
        async with running() as port:
            socket = await connect(f"ws://127.0.0.1:{port}/rtc")
            await socket.recv()
        with pytest.raises(ConnectionClosedError):
            await socket.recv()


class TestSilence:
    async def test_a_connection_that_asks_nothing_is_closed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(http_server, "HEAD_S", 0.05)
        async with running() as port:
            assert await exchange(port, b"GET /length HTTP/1.1\r\n") == b""

    async def test_a_websocket_may_be_silent(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(http_server, "HEAD_S", 0.05)
        async with running() as port, connect(f"ws://127.0.0.1:{port}/rtc") as socket:
            await socket.recv()
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(socket.recv(), 0.2)
            await socket.send(b"still here")
            assert await socket.recv() == b"still here"


class TestTls:
    async def test_with_the_certificate_of_the_local_network(self, tmp_path: Path) -> None:
        file = lan_certificate(tmp_path, ["127.0.0.1"], "kitchen", datetime.now(UTC))
        trust = ssl.create_default_context(cafile=str(file))
        async with (
            running(TLS, Certificate(chain=file)) as port,
            connect(f"wss://127.0.0.1:{port}/rtc", ssl=trust) as socket,
        ):
            assert await socket.recv() == "0"

    async def test_files_that_are_no_certificate(self, tmp_path: Path) -> None:
        file = tmp_path / "cert.pem"
        file.write_text("garbage")
        with pytest.raises(ServeError, match="belong together"):
            async with running(TLS, Certificate(chain=file)):
                pass


class TestBinding:
    def test_a_taken_port_is_explained(self) -> None:
        (first,) = bind([PLAIN], 0)
        with first.socket, pytest.raises(ServeError, match=r"another program does.*--port"):
            bind([PLAIN], first.socket.getsockname()[1])

    def test_a_foreign_address_is_explained(self) -> None:
        with pytest.raises(ServeError, match="--host"):
            bind([Listener(address="203.0.113.1", tls=False)], 0)

    @pytest.mark.parametrize(
        ("number", "hint"), [(errno.EACCES, "CAP_NET_BIND_SERVICE"), (errno.ENOBUFS, "No buffer space available")]
    )
    def test_what_the_system_refuses_is_explained(
        self, number: int, hint: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(*_: object) -> None:
            raise OSError(number, "refused")

        monkeypatch.setattr("tureen.server.http_server.socket.socket", refuse)
        with pytest.raises(ServeError, match=hint):
            bind([PLAIN], 80)

    def test_a_presumed_address_may_be_missing(self) -> None:
        bound = bind([PLAIN, Listener(address="203.0.113.1", tls=False, required=False)], 0)
        assert [each.listener.address for each in bound] == ["127.0.0.1"]
        bound[0].socket.close()

    def test_the_first_address_is_released_when_the_second_fails(self) -> None:
        (probe,) = bind([PLAIN], 0)
        port = probe.socket.getsockname()[1]
        probe.socket.close()
        with pytest.raises(ServeError):
            bind([PLAIN, Listener(address="203.0.113.1", tls=False)], port)
        (again,) = bind([PLAIN], port)
        again.socket.close()
