"""Questions by HTTP against applications that answer, fail, and worse."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping

import jwt
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from tureen.auth.secret import Secret
from tureen.auth.tokens import check_token_untrusted
from tureen.doors.loop_clock import LoopClock
from tureen.hooks.channel import MAX_ANSWER_BYTES
from tureen.hooks.errors import Failure, HookError
from tureen.hooks.web_channel import WebChannel, WebChannelSettings
from tureen.model.grant import PeopleGrant, RoomGrant

SECRET = Secret("a secret of more than thirty-two bytes")
WITHIN_S = 10.0

Answering = Callable[[web.Request], Awaitable[web.StreamResponse]]


def channel_to(url: str) -> WebChannel:
    return WebChannel(WebChannelSettings(url=url, key="mykey", secret=SECRET), LoopClock(asyncio.get_running_loop()))


class Application:
    def __init__(self) -> None:
        self.answer: Answering = answers()
        self.bodies: list[bytes] = []
        self.requests: list[web.Request] = []
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._take)
        self.server = TestServer(app, host="127.0.0.1")

    async def _take(self, request: web.Request) -> web.StreamResponse:
        self.bodies.append(await request.read())
        self.requests.append(request)
        return await self.answer(request)


def answers(status: int = 200, body: bytes = b"{}", headers: Mapping[str, str] | None = None) -> Answering:
    async def answer(_request: web.Request) -> web.Response:
        return web.Response(status=status, body=body, headers=headers)

    return answer


@pytest.fixture
async def application() -> AsyncIterator[Application]:
    running = Application()
    await running.server.start_server()
    yield running
    await running.server.close()


@pytest.fixture
async def channel(application: Application) -> AsyncIterator[WebChannel]:
    opened = channel_to(str(application.server.make_url("/hook?tenant=7")))
    yield opened
    await opened.close()


async def failure(channel: WebChannel) -> HookError:
    async with asyncio.timeout(WITHIN_S):
        with pytest.raises(HookError) as caught:
            await channel.ask(b"{}")
    return caught.value


async def test_a_question_is_signed_as_a_whole(application: Application, channel: WebChannel) -> None:
    assert await channel.ask(b'{"a": 1}') == b"{}"
    (request,), (body,) = application.requests, application.bodies
    assert (request.method, request.path_qs, body) == ("POST", "/hook?tenant=7", b'{"a": 1}')
    assert request.content_type == "application/webhook+json"
    token = request.headers["Authorization"]
    claims = jwt.decode(token, SECRET.reveal(), algorithms=["HS256"], issuer="mykey", options={"require": ["exp"]})
    assert base64.b64decode(claims["sha256"]) == hashlib.sha256(body).digest()
    assert 0 < claims["exp"] - claims["nbf"] <= 600
    with pytest.raises(jwt.InvalidSignatureError):
        jwt.decode(token, "another secret of more than thirty-two", algorithms=["HS256"])


async def test_the_signature_opens_no_door_of_ours(application: Application, channel: WebChannel) -> None:
    await channel.ask(b"{}")
    token = application.requests[0].headers["Authorization"]
    now = LoopClock(asyncio.get_running_loop()).now()
    grant = check_token_untrusted(token, {"mykey": SECRET}, now)
    assert (grant.people, grant.identity) == (PeopleGrant(), "")
    assert grant.room == RoomGrant()


async def test_no_content_means_no_objection(application: Application, channel: WebChannel) -> None:
    application.answer = answers(204, b"")
    assert await channel.ask(b"{}") is None


@pytest.mark.parametrize("status", [201, 202, 301, 302, 307, 400, 401, 404, 429, 500, 503])
async def test_other_statuses_are_failures_and_no_redirect_is_followed(
    application: Application, channel: WebChannel, status: int
) -> None:
    application.answer = answers(status, headers={"Location": "/elsewhere"})
    error = await failure(channel)
    assert (error.failure, str(status) in error.message) == (Failure.BAD_STATUS, True)
    assert len(application.requests) == 1


async def test_the_longest_answer_is_read_and_no_longer_one(application: Application, channel: WebChannel) -> None:
    application.answer = answers(body=b"x" * MAX_ANSWER_BYTES)
    assert await channel.ask(b"{}") == b"x" * MAX_ANSWER_BYTES
    application.answer = answers(body=b"x" * (MAX_ANSWER_BYTES + 1))
    assert (await failure(channel)).failure is Failure.BAD_ANSWER


async def test_an_endless_answer_is_given_up(application: Application, channel: WebChannel) -> None:
    sent = 0

    async def endless(request: web.Request) -> web.StreamResponse:
        nonlocal sent
        response = web.StreamResponse()
        await response.prepare(request)
        with contextlib.suppress(ConnectionError):
            while True:
                await response.write(b"x" * 65536)
                sent += 65536
        return response

    application.answer = endless
    assert (await failure(channel)).failure is Failure.BAD_ANSWER
    application.answer = answers()
    assert await channel.ask(b"{}") == b"{}", "on another connection"


async def test_nothing_is_unpacked(application: Application, channel: WebChannel) -> None:
    application.answer = answers(body=b"\x1f\x8b not really", headers={"Content-Encoding": "gzip"})
    assert await channel.ask(b"{}") == b"\x1f\x8b not really"
    assert application.requests[0].headers["Accept-Encoding"] == "identity"


async def test_nobody_listens() -> None:
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        channel = channel_to(f"http://127.0.0.1:{reserved.getsockname()[1]}/secret-path")
        error = await failure(channel)
        await channel.close()
    assert error.failure is Failure.UNREACHABLE
    assert "secret-path" not in error.message


async def test_a_crash_breaks_off(application: Application, channel: WebChannel) -> None:
    async def crash(request: web.Request) -> web.Response:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    application.answer = crash
    assert (await failure(channel)).failure is Failure.BROKEN_OFF
    assert len(application.requests) <= 2
    application.answer = answers()
    assert await channel.ask(b"{}") == b"{}"


async def test_what_is_no_http_is_a_failure() -> None:
    async def chat(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example.org ESMTP\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(chat, "127.0.0.1", 0) as server:
        channel = channel_to(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/")
        assert (await failure(channel)).failure is Failure.BROKEN_OFF
        await channel.close()


async def test_a_kept_connection_that_ended_is_no_failure(application: Application, channel: WebChannel) -> None:
    """The end of the old connection crosses the new question: it is asked again on a fresh one."""
    closing = asyncio.Event()

    async def goodbye(request: web.Request) -> web.Response:
        if not closing.is_set():
            closing.set()
            assert request.transport is not None
            request.transport.close()
        return web.Response(body=b"{}")

    await channel.ask(b"1")
    application.answer = goodbye
    assert await channel.ask(b"2") == b"{}"
    assert application.bodies == [b"1", b"2", b"2"]
