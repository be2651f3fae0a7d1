"""How settings reach the native door, and that it opens and closes with the node."""

from __future__ import annotations

import asyncio
import re
import time
from pathlib import Path

import httpx2
import pytest
from starlette.applications import Starlette

from tests.unit.doors.fakes import FakeEntropy
from tureen.auth.secret import Secret
from tureen.auth.tokens import issue_token
from tureen.config.load import load_settings
from tureen.doors.loop_clock import LoopClock
from tureen.doors.open_sockets import OpenSockets
from tureen.model.grant import Grant, PeopleGrant
from tureen.model.ids import Identity
from tureen.server.people_composition import PeopleNeeds, compose_people
from tureen.server.people_settings import native_door_settings
from tureen.telemetry.metrics import Metrics


def test_every_setting_of_sessions_reaches_them() -> None:
    names = ("grace_s", "queue_bytes", "devices", "commands_per_second", "kept_replies_bytes")
    flags = {f"sessions.{name}": 100_000 + at for at, name in enumerate(names)} | {"sessions.grace_s": 7}
    settings = load_settings({"keys": "mine: s", "sessions.catch_ups_at_once": 9, **flags})
    door = native_door_settings(settings)
    assert {name: getattr(door.sessions, name) for name in names} == {
        name: getattr(settings.sessions, name) for name in names
    }
    assert (door.catch_ups_at_once, door.keys) == (9, {"mine": Secret("s")})
    assert door.sessions.queue_bytes == 100_001


def needs_with(metrics: Metrics) -> PeopleNeeds:
    return PeopleNeeds(
        settings=load_settings({"dev": True}),
        metrics=metrics,
        clock=LoopClock(asyncio.get_running_loop()),
        entropy=FakeEntropy(),
        sockets=OpenSockets(),
    )


async def test_a_person_who_is_removed_leaves_conversations(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    admin = Grant(identity=Identity("app"), api_key="devkey", expires_at=0, people=PeopleGrant(admin=True))
    token = issue_token(admin, "devkey", Secret("secret"), time.time(), 60)
    async with compose_people(needs_with(Metrics())) as people:
        transport = httpx2.ASGITransport(app=Starlette(routes=people.routes))
        headers = {"Authorization": f"Bearer {token}"}
        async with httpx2.AsyncClient(transport=transport, base_url="http://node.test", headers=headers) as app:
            await app.put("/v1/people", json={"people": [{"id": "ann"}, {"id": "ben"}]})
            body = {"creator": "ann", "kind": "group", "title": "soup", "users": ["ben"], "id": "1"}
            group = (await app.post("/v1/conversations", json=body)).json()["id"]
            assert (await app.delete("/v1/people/ann")).json() == {"removed": 1}
            members = (await app.get(f"/v1/conversations/{group}")).json()["members"]
        assert [(member["user"], member["role"]) for member in members] == [("ben", "owner")]


async def test_it_is_counted_and_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    metrics = Metrics()
    async with compose_people(needs_with(metrics)) as people:
        paths = {getattr(route, "path", "") for route in people.routes}
        assert {"/v1/connect", "/v1/people", "/v1/conversations"} <= paths
        page = metrics.render().decode()
        assert "tureen_sessions 0.0" in page
        assert "tureen_goodbyes_resync_total 0.0" in page
        asked = dict(re.findall(r"^tureen_storage_(reads|writes)_total (\S+)$", page, re.MULTILINE))
        assert float(asked["reads"]) >= 2, "open calls, and those that left no trace yet, were asked for"
        assert float(asked["writes"]) >= 1, "revocations that are over were forgotten"
        people.say_goodbye()
    await asyncio.sleep(0)
    assert len(asyncio.all_tasks()) == 1, "only this test's own"
