"""How settings reach the native door, and that it opens and closes with the node."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest

from tests.unit.doors.fakes import FakeEntropy
from tureen.auth.secret import Secret
from tureen.config.load import load_settings
from tureen.doors.loop_clock import LoopClock
from tureen.doors.open_sockets import OpenSockets
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


async def test_it_is_counted_and_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    metrics = Metrics()
    clock = LoopClock(asyncio.get_running_loop())
    needs = PeopleNeeds(
        settings=load_settings({"dev": True}),
        metrics=metrics,
        clock=clock,
        entropy=FakeEntropy(),
        sockets=OpenSockets(),
    )
    async with compose_people(needs) as people:
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
