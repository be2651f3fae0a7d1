"""Conversations over HTTP, as an application and a person's own program see them."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.requests import Request
from starlette.testclient import TestClient

from tests.unit.messaging.world import World
from tureen.api.conversations import ConversationsApi
from tureen.api.moderation import ModerationApi
from tureen.auth.secret import Secret
from tureen.auth.tokens import check_token_untrusted, issue_token
from tureen.config.load import load_settings
from tureen.doors.system_entropy import SystemEntropy
from tureen.model.grant import Grant, PeopleGrant
from tureen.model.ids import Identity
from tureen.protocol.commands import MessageReport
from tureen.protocol.errors import CommandError, ErrorCode, forbidden
from tureen.server.application import build_app
from tureen.server.health import Health, NodeState
from tureen.telemetry.metrics import Metrics

KEY, SECRET = "key", Secret("secret")
PAGE = Path(__file__).parents[3] / "docs" / "reference" / "http-api.md"


class Bearers:
    """Tokens of one key; none is revoked."""

    def grant_untrusted(self, request: Request) -> Grant:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme != "Bearer":
            raise CommandError(ErrorCode.UNAUTHENTICATED, "No token was sent.")
        return check_token_untrusted(token, {KEY: SECRET}, time.time())

    def application_untrusted(self, request: Request) -> Grant:
        grant = self.grant_untrusted(request)
        if not grant.people.admin:
            raise forbidden("The token does not allow this.")
        return grant


class Node:
    def __init__(self, world: World) -> None:
        self.world = world
        bearers = Bearers()
        routes = [
            *ConversationsApi(world.service, bearers, SystemEntropy()).routes,
            *ModerationApi(world.service, bearers, SystemEntropy()).routes,
        ]
        health = Health()
        health.move_to(NodeState.READY)
        settings = load_settings({"keys": f"{KEY}: {SECRET.reveal()}"})
        self.client = TestClient(build_app(settings, routes, health, Metrics()), raise_server_exceptions=False)

    def ask(self, method: str, path: str, body: object = None, *, by: str | None = "app") -> tuple[int, Any]:
        """Status and JSON. ``by``: the application, a person by name, or nobody."""
        headers = {}
        if by is not None:
            rights = PeopleGrant(admin=True) if by in ("app", "") else PeopleGrant(connect=True)
            grant = Grant(identity=Identity(by), api_key=KEY, expires_at=0.0, name=by.title(), people=rights)
            headers["Authorization"] = f"Bearer {issue_token(grant, KEY, SECRET, time.time(), 600)}"
        response = self.client.request(method, path, headers=headers, json=body)
        return response.status_code, response.json()

    def group(self, *users: str) -> str:
        body = {"creator": users[0], "kind": "group", "title": "soup", "users": list(users[1:])}
        status, answer = self.ask("POST", "/v1/conversations", body)
        assert status == 201
        return str(answer["id"])

    def write(self, conversation: str, sender: str, text: str, **fields: Any) -> tuple[int, Any]:
        body = {"sender": sender, "text": text, **fields}
        return self.ask("POST", f"/v1/conversations/{conversation}/messages", body)

    def report(self, conversation: str, reporter: str, message: str, reason: str) -> None:
        actor = self.world.person(reporter).actor
        command = MessageReport(id="r1", conversation=conversation, message=message, reason=reason)
        asyncio.run(self.world.do(actor, command))

    def reports(self, state: str) -> list[Any]:
        found: list[Any] = self.ask("GET", f"/v1/moderation/reports?state={state}")[1]["reports"]
        return found


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    world = World(tmp_path / "tureen.db")
    yield Node(world)
    world.close()


class TestMessages:
    def test_in_somebodys_name(self, node: Node) -> None:
        bob = node.world.person("bob")
        group = node.group("ann", "bob")
        status, place = node.write(group, "ann", "soup", id="order-1", mentions=["bob"])
        assert (status, place["seq"]) == (201, 2)
        assert bob.seqs(group) == [1, 2]
        assert node.write(group, "ann", "soup", id="order-1") == (201, place)
        assert node.write(group, "ann", "stew")[1]["seq"] == 3
        status, page = node.ask("GET", f"/v1/conversations/{group}/messages?limit=1", by="bob")
        assert (status, [message["text"] for message in page["messages"]], page["more"]) == (200, ["stew"], True)
        status, page = node.ask("GET", f"/v1/conversations/{group}/messages?before=3")
        assert [message["text"] for message in page["messages"]] == ["soup"]

    def test_in_a_room_nobody_is_called_as_the_application(self, node: Node) -> None:
        _, room = node.ask("POST", "/v1/conversations", {"creator": "ann", "kind": "room", "room": "soup"})
        assert node.write(room["id"], "ann", "hello")[0] == 201
        _, page = node.ask("GET", f"/v1/conversations/{room['id']}/messages")
        assert ["sender_name" in message for message in page["messages"]] == [False]

    def test_only_of_members(self, node: Node) -> None:
        group = node.group("ann")
        assert node.write(group, "bob", "x")[0] == 404
        assert node.write("CV_nowhere", "ann", "x")[0] == 404

    def test_only_by_the_application(self, node: Node) -> None:
        group = node.group("ann")
        body = {"sender": "ann", "text": "x"}
        for by, status in (("ann", 403), (None, 401)):
            assert node.ask("POST", f"/v1/conversations/{group}/messages", body, by=by)[0] == status

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"sender": "ann"},
            {"sender": "ann", "text": "x" * 9_000},
            {"sender": "ann", "text": "x", "colour": 1},
            {"sender": "ann\0", "text": "x"},
            {"sender": "ann", "custom": {"kind": "k", "data": "\0"}},
            {"sender": "ann", "text": "x", "id": "a b"},
            [],
        ],
        ids=str,
    )
    def test_bad_bodies(self, body: object, node: Node) -> None:
        group = node.group("ann")
        status, answer = node.ask("POST", f"/v1/conversations/{group}/messages", body)
        assert status in (400, 404)
        assert set(answer["error"]) == {"code", "message", "hint"}

    @pytest.mark.parametrize("query", ["limit=0", "limit=201", "before=x", "before=-1", "after=1&before=1", "thread="])
    def test_bad_parameters(self, query: str, node: Node) -> None:
        group = node.group("ann")
        status, answer = node.ask("GET", f"/v1/conversations/{group}/messages?{query}")
        assert (status, answer["error"]["code"]) == (400, "invalid")


class TestConversations:
    def test_as_the_bearer_sees_them(self, node: Node) -> None:
        group = node.group("ann", "bob")
        node.write(group, "ann", "soup")
        status, seen = node.ask("GET", f"/v1/conversations/{group}", by="bob")
        assert (status, seen["unread"], seen["title"]) == (200, 1, "soup")
        assert node.ask("GET", f"/v1/conversations/{group}")[1]["member_count"] == 2
        unknown = node.ask("GET", "/v1/conversations/CV_nowhere", by="cid")
        assert node.ask("GET", f"/v1/conversations/{group}", by="cid") == unknown
        assert unknown[0] == 404

    def test_nobody_has_a_name_that_cannot_be_stored(self, node: Node) -> None:
        body = {"creator": "ann\0", "kind": "group"}
        assert node.ask("POST", "/v1/conversations", body)[0] == 400
        assert node.ask("GET", "/v1/conversations/%00") == node.ask("GET", "/v1/conversations/CV_nowhere")

    def test_of_two_and_of_rooms(self, node: Node) -> None:
        for body in ({"kind": "direct", "user": "bob"}, {"kind": "room", "room": "soup"}):
            made = [node.ask("POST", "/v1/conversations", {"creator": "ann", **body}) for _ in range(2)]
            assert [status for status, _ in made] == [201, 201]
            assert made[0][1]["id"] == made[1][1]["id"]
            assert node.write(made[0][1]["id"], "ann", "hello")[0] == 201
        assert node.ask("POST", "/v1/conversations", {"creator": "ann", "kind": "direct"})[0] == 400
        assert node.ask("POST", "/v1/conversations", {"creator": "ann", "kind": "group"}, by="ann")[0] == 403


class TestModeration:
    def test_holds_and_forgetting(self, node: Node) -> None:
        group = node.group("ann", "bob")
        node.write(group, "ann", "soup")
        assert node.ask("PUT", f"/v1/conversations/{group}/hold", {"held": True}) == (200, {"held": True})
        assert node.ask("DELETE", "/v1/messages?sender=ann") == (200, {"deleted": 0})
        node.ask("PUT", f"/v1/conversations/{group}/hold", {"held": False})
        assert node.ask("DELETE", "/v1/messages?sender=ann") == (200, {"deleted": 1})
        status, page = node.ask("GET", "/v1/moderation/audit?limit=2")
        assert (status, [entry["act"] for entry in page["entries"]]) == (200, ["user_forgotten", "hold_lifted"])
        before = page["entries"][-1]["number"]
        older = node.ask("GET", f"/v1/moderation/audit?before={before}")[1]["entries"]
        assert [entry["act"] for entry in older] == ["user_forgotten", "hold_set"]
        assert node.ask("DELETE", "/v1/messages")[0] == 400
        assert node.ask("PUT", "/v1/conversations/CV_nowhere/hold", {"held": True})[0] == 404

    @pytest.mark.parametrize(
        ("method", "path"),
        [
            ("GET", "/v1/moderation/reports"),
            ("GET", "/v1/moderation/audit"),
            ("DELETE", "/v1/messages?sender=bob"),
            ("PUT", "/v1/conversations/CV_1/hold"),
            ("DELETE", "/v1/conversations/CV_1"),
            ("GET", "/v1/conversations/CV_1/members"),
            ("PATCH", "/v1/conversations/CV_1/members/bob"),
            ("DELETE", "/v1/conversations/CV_1/members/bob"),
            ("DELETE", "/v1/conversations/CV_1/messages/MS_1"),
        ],
    )
    def test_is_for_the_application(self, method: str, path: str, node: Node) -> None:
        assert node.ask(method, path, by="ann")[0] == 403
        assert node.ask(method, path, by=None)[0] == 401

    def test_members(self, node: Node) -> None:
        group = node.group("ann", "bob", "c/d")
        place = f"/v1/conversations/{group}/members"
        until = int(node.world.clock.now() * 1000) + 60_000
        assert node.ask("PATCH", f"{place}/bob", {"muted_until": until}) == (200, {"muted_until": until})
        assert node.write(group, "bob", "x")[0] == 403
        assert node.ask("PATCH", f"{place}/bob", {"role": "moderator", "muted_until": None})[0] == 200
        assert node.write(group, "bob", "x")[0] == 201
        status, page = node.ask("GET", f"{place}?limit=2")
        assert (status, [member["user"] for member in page["members"]]) == (200, ["ann", "bob"])
        assert page["members"][1]["role"] == "moderator"
        assert [each["user"] for each in node.ask("GET", f"{place}?after=bob")[1]["members"]] == ["c/d"]
        assert node.ask("DELETE", f"{place}/c/d?ban=true") == (200, {"removed": True, "banned": True})
        assert node.ask("DELETE", f"{place}/bob") == (200, {"removed": True, "banned": False})
        assert node.write(group, "bob", "x")[0] == 404
        entries = node.ask("GET", "/v1/moderation/audit")[1]["entries"]
        assert {entry["moderator"] for entry in entries} == {"app"}
        assert [(entry["act"], entry["user"]) for entry in entries] == [
            ("member_removed", "bob"),
            ("member_banned", "c/d"),
            ("member_unmuted", "bob"),
            ("role_changed", "bob"),
            ("member_muted", "bob"),
        ]

    @pytest.mark.parametrize(
        ("method", "path", "body", "status"),
        [
            ("PATCH", "members/ann", {"role": "king"}, 400),
            ("PATCH", "members/ann", {"mute_until": 1}, 400),
            ("PATCH", "members/ann", {"role": "member"}, 403),
            ("PATCH", "members/nobody", {"role": "member"}, 404),
            ("PATCH", f"members/{'x' * 129}", {"role": "member"}, 404),
            ("DELETE", "members/ann?ban=maybe", None, 400),
            ("DELETE", "messages/MS_none", None, 404),
            ("GET", "members?limit=0", None, 400),
        ],
    )
    def test_misfits(self, method: str, path: str, body: object, status: int, node: Node) -> None:
        group = node.group("ann")
        assert node.ask(method, f"/v1/conversations/{group}/{path}", body)[0] == status
        assert node.ask(method, f"/v1/conversations/CV_none/{path}", body)[0] in (400, 404)

    def test_a_moderator_has_a_name(self, node: Node) -> None:
        group = node.group("ann", "bob")
        status, answer = node.ask("DELETE", f"/v1/conversations/{group}/members/bob", by="")
        assert (status, answer["error"]["code"]) == (400, "invalid")
        assert node.write(group, "bob", "still there")[0] == 201

    def test_a_message_and_then_all_of_a_conversation_are_deleted(self, node: Node) -> None:
        group = node.group("ann", "bob")
        message = node.write(group, "ann", "rude")[1]["message"]
        place = f"/v1/conversations/{group}"
        assert node.ask("DELETE", f"{place}/messages/{message}") == (200, {"deleted": True})
        assert node.ask("DELETE", f"{place}/messages/{message}")[0] == 410
        node.ask("PUT", f"{place}/hold", {"held": True})
        assert node.ask("DELETE", place)[0] == 422
        node.ask("PUT", f"{place}/hold", {"held": False})
        assert node.ask("DELETE", place) == (200, {"deleted": True})
        assert node.ask("GET", place)[0] == node.ask("DELETE", place)[0] == 404

    def test_reports(self, node: Node) -> None:
        assert node.ask("GET", "/v1/moderation/reports") == (200, {"reports": []})

    def test_a_report_is_dealt_with(self, node: Node) -> None:
        group = node.group("ann", "bob")
        message = node.write(group, "ann", "rude")[1]["message"]
        node.report(group, "bob", message, "It is.")
        ((number, reporter),) = [(one["number"], one["reporter"]) for one in node.reports("open")]
        assert (reporter, node.reports("resolved")) == ("bob", [])
        place = f"/v1/moderation/reports/{number}"
        status, report = node.ask("PATCH", place, {"resolved": True, "resolution": "They talked."})
        assert (status, report["resolver"], report["resolution"]) == (200, "app", "They talked.")
        assert node.ask("PATCH", place, {"resolved": True, "resolution": "Again."}) == (200, report)
        assert (node.reports("open"), node.reports("resolved")) == ([], [report])
        assert "resolved_at" not in node.ask("PATCH", place, {"resolved": False})[1]

    @pytest.mark.parametrize(
        ("path", "body", "status"),
        [
            ("1", {"resolved": True}, 404),
            ("x", {"resolved": True}, 404),
            ("-1", {"resolved": True}, 404),
            ("9" * 400, {"resolved": True}, 404),
            ("1", {}, 400),
            ("1", {"resolved": "yes"}, 400),
            ("1", {"resolved": True, "who": "me"}, 400),
            ("1", {"resolved": False, "resolution": "none"}, 400),
            ("1", {"resolved": True, "resolution": "x" * 100_000}, 413),
        ],
    )
    def test_a_report_that_is_none_and_words_that_are_none(
        self, node: Node, path: str, body: dict[str, Any], status: int
    ) -> None:
        assert node.ask("PATCH", f"/v1/moderation/reports/{path}", body)[0] == status

    def test_a_state_that_is_none(self, node: Node) -> None:
        assert node.ask("GET", "/v1/moderation/reports?state=done")[0] == 400


def test_the_reference_names_every_route(node: Node) -> None:
    text = PAGE.read_text()
    bearers = Bearers()
    routes = [
        *ConversationsApi(node.world.service, bearers, SystemEntropy()).routes,
        *ModerationApi(node.world.service, bearers, SystemEntropy()).routes,
    ]
    for route in routes:
        for method in getattr(route, "methods", set()) - {"HEAD"}:
            path = re.sub(r"\{(\w+)(?::\w+)?\}", r"{\1}", getattr(route, "path", ""))
            assert f"`{method} {path}" in text, (method, path)
    for example in re.findall(r"```json\n(.*?)```", text, re.DOTALL):
        json.loads(example)
