"""The HTTP application as browsers, scrapers and SDKs see it."""

from __future__ import annotations

import gzip
import json
import re
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.testclient import TestClient, WebSocketDenialResponse
from starlette.websockets import WebSocket

from tureen.auth.tokens import check_token_untrusted
from tureen.config.load import load_settings
from tureen.server.application import build_app
from tureen.server.health import Health, NodeState
from tureen.server.web_app import WebApp
from tureen.telemetry.metrics import Metrics

ME = ("127.0.0.1", 50_000)
STRANGER = ("203.0.113.9", 50_000)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "secret.txt").write_text("not served")
    folder = tmp_path / "webapp"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html><title>Tureen</title>")
    (folder / "favicon.svg").write_text("<svg/>")
    (folder / "service-worker.js").write_text("self.addEventListener('push', () => {});")
    (folder / "manifest.webmanifest").write_text("{}")
    (folder / "assets" / "app-0a1b2c.js").write_text("console.log(1);" * 100)
    return folder


class Node:
    """An application with a state that tests can move."""

    def __init__(self, folder: Path, flags: dict[str, Any], routes: Sequence[BaseRoute] = ()) -> None:
        self.settings = load_settings(flags)
        self.health = Health()
        self.health.move_to(NodeState.READY)
        self.metrics = Metrics()
        self.app = build_app(self.settings, routes, self.health, self.metrics, WebApp(folder))

    def client(self, peer: tuple[str, int] = ME) -> TestClient:
        return TestClient(self.app, base_url="http://localhost", client=peer, raise_server_exceptions=False)


@pytest.fixture
def dev(folder: Path) -> Node:
    return Node(folder, {"dev": True})


class TestPages:
    @pytest.mark.parametrize("path", ["/", "/r/soup", "/r/a%2Fb", "//", "/r/"])
    def test_every_address_of_the_app_gets_the_page(self, path: str, dev: Node) -> None:
        answer = dev.client().get(path)
        assert answer.status_code == 200
        assert "Tureen" in answer.text
        assert answer.headers["cache-control"] == "no-cache"

    def test_the_policy_allows_nothing_inline_and_nothing_foreign(self, dev: Node) -> None:
        headers = dev.client().get("/r/soup").headers
        policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
        assert policy["default-src"] == "'none'"
        assert policy["script-src"] == policy["style-src"] == "'self'"
        assert policy["frame-ancestors"] == "'none'"
        assert "unsafe" not in str(policy)
        assert "camera=(self)" in headers["permissions-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"

    def test_head_is_answered(self, dev: Node) -> None:
        answer = dev.client().head("/")
        assert (answer.status_code, answer.content) == (200, b"")

    def test_a_page_that_has_not_changed_is_not_sent_again(self, dev: Node) -> None:
        etag = dev.client().get("/").headers["etag"]
        assert dev.client().get("/", headers={"If-None-Match": etag}).status_code == 304
        assert dev.client().get("/", headers={"If-None-Match": '"other"'}).status_code == 200

    def test_a_page_that_has_changed_is_sent(self, dev: Node, folder: Path) -> None:
        dev.client().get("/")
        (folder / "index.html").write_text("<!doctype html><title>New</title>")
        assert "New" in dev.client().get("/").text

    @pytest.mark.parametrize("path", ["/nowhere", "/x/soup", "/api/nothing"])
    def test_a_person_at_a_wrong_address_gets_a_page_that_says_so(self, path: str, dev: Node) -> None:
        answer = dev.client().get(path, headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
        assert answer.status_code == 404
        assert answer.headers["content-type"].startswith("text/html")
        assert "script-src 'self'" in answer.headers["content-security-policy"]
        assert "etag" not in answer.headers

    def test_the_page_works_by_its_file_name_too(self, dev: Node) -> None:
        assert "script-src 'self'" in dev.client().get("/index.html").headers["content-security-policy"]

    def test_without_a_build_the_page_says_what_to_do(self, tmp_path: Path) -> None:
        answer = Node(tmp_path / "absent", {"dev": True}).client().get("/r/soup")
        assert answer.status_code == 200
        assert "make build" in answer.text


class TestAssets:
    def test_are_kept_for_ever(self, dev: Node) -> None:
        answer = dev.client().get("/assets/app-0a1b2c.js")
        assert "immutable" in answer.headers["cache-control"]
        assert answer.headers["content-type"].startswith("text/javascript")
        assert answer.text.startswith("console.log")

    def test_are_compressed_for_those_who_ask(self, dev: Node) -> None:
        with dev.client().stream("GET", "/assets/app-0a1b2c.js", headers={"Accept-Encoding": "gzip"}) as answer:
            raw = b"".join(answer.iter_raw())
        assert answer.headers["content-encoding"] == "gzip"
        assert gzip.decompress(raw).startswith(b"console.log")
        plain = dev.client().get("/assets/app-0a1b2c.js", headers={"Accept-Encoding": "identity"})
        assert "content-encoding" not in plain.headers

    def test_files_beside_the_page(self, dev: Node) -> None:
        assert dev.client().get("/favicon.svg").headers["content-type"] == "image/svg+xml"
        assert dev.client().get("/manifest.webmanifest").headers["content-type"] == "application/manifest+json"

    def test_the_service_worker_governs_all_pages_and_is_never_an_old_one(self, dev: Node) -> None:
        answer = dev.client().get("/service-worker.js")
        assert answer.headers["content-type"].startswith("text/javascript")
        assert answer.headers["cache-control"] == "no-cache"
        assert answer.headers["content-security-policy"] == "default-src 'none'; img-src 'self'"

    @pytest.mark.parametrize(
        "path",
        [
            "/assets/absent.js",
            "/assets/",
            "/assets/../../secret.txt",
            "/assets/..%2f..%2fsecret.txt",
            "/assets/%2e%2e/%2e%2e/secret.txt",
            "/..%2fsecret.txt",
            "/assets",
            "/assets/%00",
            "/" + "x" * 5000,
            "/assets//etc/passwd",
        ],
    )
    def test_nothing_outside_the_folder(self, path: str, dev: Node) -> None:
        answer = dev.client().get(path, follow_redirects=False)
        assert answer.status_code in (404, 307)
        assert "not served" not in answer.text

    def test_links_that_lead_out_are_not_followed(self, dev: Node, folder: Path) -> None:
        (folder / "assets" / "link.txt").symlink_to(folder.parent / "secret.txt")
        assert dev.client().get("/assets/link.txt").status_code == 404


class TestDevLogin:
    def test_gives_a_token_that_joins_the_room(self, dev: Node) -> None:
        answer = dev.client().post("/api/dev/token", json={"room": " soup ", "name": "Ada Lovelace", "identity": None})
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "no-store"
        body = answer.json()
        grant = check_token_untrusted(body["token"], dev.settings.keys, time.time())
        assert (grant.identity, grant.name, grant.room.room) == (body["identity"], "Ada Lovelace", "soup")
        assert grant.room.join
        assert grant.room.publish
        assert body["room"] == "soup"
        assert re.fullmatch(r"ada-lovelace-[0-9a-f]{8}", body["identity"])

    def test_everybody_is_a_person_too_with_or_without_a_room(self, dev: Node) -> None:
        for request in ({"room": "soup"}, {}):
            body = dev.client().post("/api/dev/token", json=request).json()
            grant = check_token_untrusted(body["token"], dev.settings.keys, time.time())
            assert grant.people.connect
            assert not grant.people.admin
            assert (grant.room.join, grant.room.room) == ("room" in request, request.get("room"))

    def test_namesakes_differ(self, dev: Node) -> None:
        def ask() -> str:
            return str(dev.client().post("/api/dev/token", json={"room": "soup", "name": "Ada"}).json()["identity"])

        assert ask() != ask()

    def test_keeps_an_identity_that_is_given(self, dev: Node) -> None:
        answer = dev.client().post("/api/dev/token", json={"room": "soup", "identity": "ada-1"})
        assert answer.json()["identity"] == "ada-1"

    @pytest.mark.parametrize("name", ["", "日本語", "!!", "Ł"])
    def test_any_name_gets_an_identity(self, name: str, dev: Node) -> None:
        answer = dev.client().post("/api/dev/token", json={"room": "soup", "name": name})
        assert answer.status_code == 200
        assert len(answer.json()["identity"]) > 8

    @pytest.mark.parametrize(
        "body",
        [
            {"room": ""},
            {"room": "  "},
            {"room": 1},
            {"room": "x" * 257},
            {"room": "a\nb"},
            {"room": "soup", "name": "x" * 257},
            {"room": "soup", "identity": ""},
            {"room": "soup", "identity": "a\x00"},
            {"identity": "a" * 129},
            [],
            None,
            "soup",
        ],
        ids=str,
    )
    def test_bad_bodies(self, body: object, dev: Node) -> None:
        raw = json.dumps(body)
        answer = dev.client().post("/api/dev/token", content=raw, headers={"Content-Type": "application/json"})
        assert answer.status_code == 400
        error = answer.json()["error"]
        assert set(error) == {"code", "message", "hint"}
        assert error["code"] == "invalid_body"

    @pytest.mark.parametrize(
        "name",
        ["\N{DEVANAGARI LETTER KA}\N{DEVANAGARI SIGN VIRAMA}\u200d", "\N{WOMAN}\u200d\N{PERSONAL COMPUTER}", "José 🍲"],
    )
    def test_names_of_all_scripts(self, name: str, dev: Node) -> None:
        answer = dev.client().post("/api/dev/token", json={"room": "soup", "name": name})
        assert answer.status_code == 200

    def test_names_that_turn_the_text_around_them(self, dev: Node) -> None:
        answer = dev.client().post(
            "/api/dev/token", json={"room": "soup", "name": "Ada\N{RIGHT-TO-LEFT OVERRIDE}nimda"}
        )
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_body")

    @pytest.mark.parametrize("raw", [b"", b"{", b"\xff", b"[" * 6000])
    def test_bytes_that_are_not_json(self, raw: bytes, dev: Node) -> None:
        answer = dev.client().post("/api/dev/token", content=raw, headers={"Content-Type": "application/json"})
        assert answer.status_code == 400

    def test_large_bodies(self, dev: Node) -> None:
        answer = dev.client().post("/api/dev/token", json={"room": "x" * 10_000})
        assert (answer.status_code, answer.json()["error"]["code"]) == (413, "too_large")

    def test_forms_of_foreign_sites(self, dev: Node) -> None:
        answer = dev.client().post("/api/dev/token", content='{"room":"x"}', headers={"Content-Type": "text/plain"})
        assert answer.status_code == 415

    def test_exists_in_development_only(self, folder: Path) -> None:
        answer = Node(folder, {"keys": "a: b"}).client().post("/api/dev/token", json={"room": "soup"})
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_in_dev_mode")

    def test_get_is_not_a_method_of_it(self, dev: Node) -> None:
        answer = dev.client().get("/api/dev/token")
        assert (answer.status_code, answer.json()["error"]["code"]) == (405, "method_not_allowed")


class TestAbout:
    def test_says_the_mode(self, folder: Path) -> None:
        assert Node(folder, {"dev": True}).client().get("/api/app").json()["dev"] is True
        about = Node(folder, {"keys": "a: b"}).client().get("/api/app").json()
        assert about["dev"] is False
        assert about["version"]
        assert about["max_file_bytes"] == 25 * 1024 * 1024

    def test_unknown_paths_get_a_typed_error(self, dev: Node) -> None:
        answer = dev.client().get("/api/nothing")
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")


class TestProbes:
    def test_follow_the_life_of_the_node(self, dev: Node) -> None:
        client = dev.client()
        assert client.get("/healthz").status_code == 200
        assert client.get("/readyz").text == "ready\n"
        dev.health.move_to(NodeState.DRAINING)
        assert client.get("/healthz").status_code == 200
        assert (client.get("/readyz").status_code, client.get("/readyz").text) == (503, "draining\n")

    def test_not_ready_before_the_start_is_complete(self, dev: Node) -> None:
        app = build_app(dev.settings, [], Health(), Metrics())
        assert TestClient(app, base_url="http://localhost").get("/readyz").status_code == 503

    def test_a_state_never_goes_back(self) -> None:
        health = Health()
        health.move_to(NodeState.DRAINING)
        health.move_to(NodeState.READY)
        assert health.state is NodeState.DRAINING


class TestMetrics:
    @pytest.mark.parametrize("peer", [ME, ("::1", 1), ("::ffff:127.0.0.1", 1)])
    def test_are_for_this_machine(self, peer: tuple[str, int], dev: Node) -> None:
        dev.client().get("/healthz")
        answer = dev.client(peer).get("/metrics")
        assert 'tureen_http_responses_total{method="GET",status="200"} 1.0' in answer.text
        assert answer.headers["content-type"].startswith("text/plain")

    def test_are_not_for_strangers(self, dev: Node) -> None:
        assert dev.client(STRANGER).get("/metrics").status_code == 403

    @pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "Via"])
    def test_are_not_for_strangers_behind_a_proxy_of_ours(self, header: str, dev: Node) -> None:
        assert dev.client().get("/metrics", headers={header: "x"}).status_code == 403

    def test_are_for_bearers_of_the_token(self, folder: Path) -> None:
        client = Node(folder, {"dev": True, "metrics.token": "t0ken"}).client(STRANGER)
        assert client.get("/metrics", headers={"Authorization": "Bearer t0ken"}).status_code == 200
        assert client.get("/metrics", headers={"Authorization": "Bearer other"}).status_code == 403
        assert (
            client.get("/metrics", headers={b"Authorization": "Bearer tok\xe9n".encode("latin-1")}).status_code == 403
        )
        assert client.get("/metrics").status_code == 403
        # A proxy on this machine may speak for strangers without saying so.
        assert Node(folder, {"dev": True, "metrics.token": "t0ken"}).client(ME).get("/metrics").status_code == 403


async def echo(websocket: WebSocket) -> None:
    await websocket.accept()
    await websocket.send_text(websocket.url.path)
    await websocket.close()


async def fail(_request: Request) -> PlainTextResponse:
    raise RuntimeError("secret detail")


class TestDoors:
    @pytest.fixture
    def node(self, folder: Path) -> Node:
        return Node(folder, {"dev": True}, [WebSocketRoute("/rtc/v1", echo), Route("/fail", fail)])

    @pytest.mark.parametrize("path", ["/rtc/v1", "//rtc/v1", "///rtc/v1"])
    def test_extra_leading_slashes(self, path: str, node: Node) -> None:
        # Written as a whole: the client would take "//rtc" for a host.
        with node.client().websocket_connect(f"ws://localhost{path}") as socket:
            assert socket.receive_text() == "/rtc/v1"

    def test_while_draining_newcomers_are_refused_with_a_status(self, node: Node) -> None:
        node.health.move_to(NodeState.DRAINING)
        with (
            pytest.raises(WebSocketDenialResponse) as refused,
            node.client().websocket_connect("ws://localhost/rtc/v1"),
        ):
            pass
        assert refused.value.status_code == 503
        assert 'tureen_http_responses_total{method="GET",status="503"} 1.0' in node.client().get("/metrics").text
        answer = node.client().get("/")
        assert (answer.status_code, answer.json()["error"]["code"]) == (503, "draining")

    def test_a_defect_shows_nothing_of_itself(self, node: Node) -> None:
        answer = node.client().get("/fail")
        assert (answer.status_code, answer.json()["error"]["code"]) == (500, "internal")
        assert "secret detail" not in answer.text
