"""Calls over HTTP: an application brings one to the server, and lets it go."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest

from tests.unit.calls.office import Office, talking
from tests.unit.people.building import Town
from tureen.api.bearer import Bearers
from tureen.api.calls import CallsApi
from tureen.auth.secret import Secret
from tureen.auth.tokens import issue_token
from tureen.config.load import load_settings
from tureen.model.grant import Grant, PeopleGrant
from tureen.model.ids import Identity
from tureen.protocol.commands import CallMove
from tureen.protocol.errors import CommandError
from tureen.protocol.resources import MediaPath
from tureen.server.application import build_app
from tureen.server.health import Health, NodeState
from tureen.telemetry.metrics import Metrics

KEY, SECRET = "key", Secret("secret")


class Node:
    """The API of an office's calls; tokens are a town's."""

    def __init__(self, town: Town) -> None:
        self.office = Office()
        self._town = town
        health = Health()
        health.move_to(NodeState.READY)
        api = CallsApi(self.office.service, Bearers({KEY: SECRET}, town.revocations, town.clock))
        app = build_app(load_settings({"keys": f"{KEY}: {SECRET.reveal()}"}), api.routes, health, Metrics())
        self.http = httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://node.test")

    async def require(self, call: str, body: object, *, admin: bool = True) -> tuple[int, Any]:
        """Status and JSON."""
        grant = Grant(identity=Identity("app"), api_key=KEY, expires_at=0.0, people=PeopleGrant(admin=admin))
        headers = {"Authorization": f"Bearer {issue_token(grant, KEY, SECRET, self._town.clock.now(), 600)}"}
        answer = await self.http.put(f"/v1/calls/{call}/room", json=body, headers=headers)
        return answer.status_code, answer.json()


@pytest.fixture
async def node() -> AsyncIterator[Node]:
    town = Town()
    node = Node(town)
    yield node
    await node.http.aclose()
    town.close()


async def test_a_call_comes_to_the_server_and_stays_while_the_application_needs_it(node: Node) -> None:
    _ann, bob, call = await talking(node.office)
    status, answer = await node.require(call, {"required": True})
    assert (status, answer["id"], answer["path"], answer["generation"]) == (200, call, "room", 2)
    with pytest.raises(CommandError, match="The server takes part"):
        await bob.do(CallMove, call, path=MediaPath.DIRECT)
    status, answer = await node.require(call, {"required": False})
    assert (status, answer["path"], answer["generation"]) == (200, "room", 2)
    await bob.do(CallMove, call, path=MediaPath.DIRECT)
    assert bob.sees.path is MediaPath.DIRECT


async def test_calls_that_are_unknown_or_over_cannot_be_moved(node: Node) -> None:
    ann, _bob, call = await talking(node.office)
    await ann.hang_up(call)
    await node.office.quiet()
    for name in (call, "CA_nowhere", "x" * 500, "%00"):
        status, answer = await node.require(name, {"required": True})
        assert (status, answer["error"]["code"]) == (404, "not_found")


async def test_only_the_application_says_where_calls_meet(node: Node) -> None:
    _ann, bob, call = await talking(node.office)
    assert (await node.require(call, {"required": True}, admin=False))[0] == 403
    assert (await node.http.put(f"/v1/calls/{call}/room", json={"required": True})).status_code == 401
    for body in ({}, {"required": "yes"}, {"required": True, "more": 1}):
        assert (await node.require(call, body))[0] == 400
    assert bob.sees.path is MediaPath.DIRECT
