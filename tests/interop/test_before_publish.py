"""An application that has a say before messages are published, and that fails in every way, beside a started server."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer
from livekit import api

from benches.tokens import person_token
from tests.hostile.native_client import NativeClient
from tests.hostile.raw_client import check_no_defect
from tests.server import KEY, SECRET, TureenServer

BUDGET_MS = 4000
"""More than it takes to be asked on a busy machine, and less than a test's patience."""

HOOK_KEY, HOOK_SECRET = "hooks", secrets.token_hex(32)

FAILURES = 5
"""In a row, of different people, open the breaker."""


class Application:
    """Answers each question by what its text says."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.genuine = 0
        app = web.Application()
        app.router.add_post("/hook", self._take)
        self.server = TestServer(app, host="127.0.0.1")

    @property
    def url(self) -> str:
        return str(self.server.make_url("/hook"))

    async def _take(self, request: web.Request) -> web.StreamResponse:
        body = await request.text()
        # As applications check the webhooks of LiveKit, with its own library.
        event = api.WebhookReceiver(api.TokenVerifier(HOOK_KEY, HOOK_SECRET)).receive(
            body, request.headers["Authorization"]
        )
        question = await request.json()
        assert (event.event, event.id, event.created_at) == (question["event"], question["id"], question["createdAt"])
        self.genuine += 1
        self.asked.append(question["message"])
        return await ANSWERS[question["message"].get("text", "").partition(" ")[0]](request)


def _json(**answer: Any) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def reply(_request: web.Request) -> web.Response:
        return web.json_response(answer)

    return reply


async def _hang(_request: web.Request) -> web.Response:
    await asyncio.sleep(600)  # nobody waits for it: the server goes away, and the task with its connection
    return web.Response()


async def _crash(_request: web.Request) -> web.Response:
    raise ZeroDivisionError


async def _break_off(request: web.Request) -> web.Response:
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


async def _rubbish(_request: web.Request) -> web.Response:
    return web.Response(body=secrets.token_bytes(1000))


async def _ten_megabytes(_request: web.Request) -> web.Response:
    return web.Response(body=b'{"action": "publish"}' + b" " * 10_000_000)


async def _elsewhere(_request: web.Request) -> web.Response:
    raise web.HTTPTemporaryRedirect("/hook")


async def _publish(_request: web.Request) -> web.Response:
    return web.Response(status=204)


ANSWERS = {
    "": _publish,
    "publish": _publish,
    "rewrite": _json(action="rewrite", text="rewritten", mentions=["bob", "stranger"]),
    "refuse": _json(action="refuse", reason="Not on a Sunday."),
    "hang": _hang,
    "crash": _crash,
    "break_off": _break_off,
    "rubbish": _rubbish,
    "ten_megabytes": _ten_megabytes,
    "elsewhere": _elsewhere,
}
FAILING = ("hang", "crash", "break_off", "rubbish", "ten_megabytes", "elsewhere")


@pytest.fixture
async def application() -> AsyncIterator[Application]:
    running = Application()
    await running.server.start_server()
    yield running
    await running.server.close()


@contextlib.asynccontextmanager
async def asking(folder: Path, application: Application, **settings: str) -> AsyncIterator[TureenServer]:
    """A server of the test's own."""
    environment = {
        "TUREEN_KEYS": f"{KEY}: {SECRET}, {HOOK_KEY}: {HOOK_SECRET}",
        "TUREEN_HOOKS_KEY": HOOK_KEY,
        "TUREEN_HOOKS_BEFORE_PUBLISH_URL": application.url,
        "TUREEN_HOOKS_BUDGET_MS": str(BUDGET_MS),
        **settings,
    }
    server = await asyncio.to_thread(TureenServer.start, folder, environment=environment)
    try:
        yield server
        check_no_defect(server)
    finally:
        await asyncio.to_thread(server.stop)


async def group(client: NativeClient, *users: str) -> str:
    answer = await client.asks("conversation.create", title="soup", users=list(users))
    conversation: str = answer["conversation"]["id"]
    return conversation


async def history(client: NativeClient, conversation: str) -> list[dict[str, Any]]:
    messages: list[dict[str, Any]] = (await client.asks("history.get", conversation=conversation))["messages"]
    return messages


async def test_it_rewrites_and_refuses_and_no_failure_closes_a_socket(tmp_path: Path, application: Application) -> None:
    async with (
        asking(tmp_path, application) as server,
        NativeClient.enter(server, "bob") as bob,
        NativeClient.enter(server, "ann") as ann,
    ):
        conversation = await group(ann, "bob")

        async def say(text: str, **fields: Any) -> dict[str, Any]:
            return await ann.asks("message.send", conversation=conversation, text=text, **fields)

        first = await say("publish this")
        assert (await say("rewrite this"))["type"] == "sent"
        refused = await say("refuse this")
        assert (refused["code"], refused["message"]) == ("rejected", "Not on a Sunday.")
        assert not refused.get("retryable", False)
        for name in FAILING:
            failed = await say(name)
            assert (failed["code"], failed["retryable"], failed["retry_after_ms"]) == ("unavailable", True, 1000), name
            assert "EV_" in failed["message"]
            (correlation,) = (word for word in failed["message"].replace("(", " ").split() if word.startswith("EV_"))
            assert correlation.rstrip(").") in server.log
        edit = {"conversation": conversation, "message": first["message"]}
        assert (await ann.asks("message.edit", **edit, version=1, text="refuse that"))["code"] == "rejected"
        assert (await ann.asks("message.edit", **edit, version=1, text="rewrite that"))["type"] == "sent"
        custom = {"kind": "poll", "data": {"question": "Soup?"}}
        assert (await say("", custom=custom))["type"] == "sent"
        assert application.asked[-1]["custom"] == custom

        assert [(each.get("text", ""), each.get("mentions", [])) for each in await history(ann, conversation)] == [
            ("rewritten", ["bob"]),
            ("rewritten", ["bob"]),
            ("", []),
        ]
        assert (await history(bob, conversation))[0]["text"] == "rewritten"
        asked = len(application.asked)
        for kind, fields in (("typing", {}), ("signal.send", {"name": "n"}), ("state.set", {"key": "k", "data": 1})):
            assert (await ann.asks(kind, conversation=conversation, **fields))["type"] == "done"
        assert len(application.asked) == asked == application.genuine
        metrics = server.metrics()
        assert metrics['tureen_hook_calls_total{hook="message.before_publish",outcome="timeout"}'] == 1
        assert metrics['tureen_hook_calls_total{hook="message.before_publish",outcome="refused"}'] == 2
        assert sum(value for name, value in metrics.items() if name.startswith("tureen_goodbyes")) == 0
        assert metrics["tureen_sockets"] == 2


async def test_a_dead_application_is_left_alone_and_asked_again(tmp_path: Path, application: Application) -> None:
    people = [f"u{number}" for number in range(FAILURES)]
    async with asking(tmp_path, application) as server, contextlib.AsyncExitStack() as stack:
        clients = [await stack.enter_async_context(NativeClient.enter(server, user)) for user in people]
        conversation = await group(clients[0], *people[1:])
        for client in clients:
            assert (await client.asks("message.send", conversation=conversation, text="crash"))["code"] == "unavailable"
        asked = len(application.asked)
        left_alone = await clients[0].asks("message.send", conversation=conversation, text="publish")
        assert (left_alone["code"], len(application.asked)) == ("unavailable", asked)
        assert 0 < left_alone["retry_after_ms"] <= 2000
        assert server.metrics()['tureen_hook_breaker_open{hook="message.before_publish"}'] == 1
        async with asyncio.timeout(30):
            while left_alone["type"] == "failed":
                # As a client does that is told when to come again.
                await asyncio.sleep(left_alone["retry_after_ms"] / 1000)
                left_alone = await clients[0].asks("message.send", conversation=conversation, text="publish")
        assert server.metrics()['tureen_hook_breaker_open{hook="message.before_publish"}'] == 0


async def test_by_http_and_where_failures_are_allowed(tmp_path: Path, application: Application) -> None:
    async with (
        asking(tmp_path, application, TUREEN_HOOKS_BEFORE_PUBLISH_FAILURE="allow") as server,
        NativeClient.enter(server, "ann") as ann,
        ClientSession(headers={"Authorization": f"Bearer {person_token('app', admin=True)}"}) as http,
    ):
        conversation = await group(ann)
        url = f"http://127.0.0.1:{server.port}/v1/conversations/{conversation}/messages"

        async def write(**body: Any) -> tuple[int, dict[str, Any]]:
            async with http.post(url, json={"sender": "ann", **body}) as response:
                return response.status, await response.json()

        status, refused = await write(text="refuse this")
        assert (status, refused["error"]["code"], refused["error"]["message"]) == (
            422,
            "rejected",
            "Not on a Sunday.",
        )
        for name in FAILING:
            assert (await write(text=name))[0] == 201, name
        place = await write(text="publish", id="order-1")
        asked = len(application.asked)
        assert await write(text="refuse", id="order-1") == place
        assert len(application.asked) == asked
        assert [each["text"] for each in await history(ann, conversation)] == [*FAILING, "publish"]
