"""How settings reach what asks the application, and what metrics show of it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

import pytest

from tests.unit.doors.fakes import FakeEntropy
from tests.unit.hooks.asked import ACTOR, DRAFT
from tureen.config.errors import ConfigError
from tureen.config.load import load_settings
from tureen.config.settings import Settings
from tureen.doors.loop_clock import LoopClock
from tureen.model.ids import AttachmentId
from tureen.protocol.errors import CommandError
from tureen.protocol.resources import Attachment
from tureen.server.hooks import HookNeeds, guard_settings, open_before_publish
from tureen.telemetry.metrics import Metrics

NOWHERE = "http://127.0.0.1:9/hook"
"""The discard service of RFC 863, which nobody runs any more."""


async def no_files(_ids: Sequence[AttachmentId]) -> Mapping[AttachmentId, Attachment]:
    return {}


def needs(settings: Settings, metrics: Metrics) -> HookNeeds:
    return HookNeeds(
        settings=settings.hooks,
        keys=settings.keys,
        metrics=metrics,
        clock=LoopClock(asyncio.get_running_loop()),
        entropy=FakeEntropy(),
        views=no_files,
    )


def test_bounds_reach_the_guard() -> None:
    settings = load_settings({"dev": True, "hooks.budget_ms": 1500, "hooks.at_once": 3, "hooks.in_line": 4})
    guard = guard_settings(settings.hooks)
    assert (guard.budget_s, guard.at_once, guard.in_line) == (1.5, 3, 4)


async def test_nobody_is_asked_by_default() -> None:
    async with open_before_publish(needs(load_settings({"dev": True}), Metrics())) as hook:
        assert hook is None


async def test_failures_are_counted_and_what_becomes_of_the_message_is_a_setting() -> None:
    metrics = Metrics()
    flags = {"dev": True, "hooks.before_publish_url": NOWHERE, "hooks.budget_ms": 10_000}
    async with open_before_publish(needs(load_settings(flags), metrics)) as hook:
        assert hook is not None
        with pytest.raises(CommandError):
            await hook.before_publish(ACTOR, DRAFT)
        page = metrics.render().decode()
        about = '{hook="message.before_publish"'
        assert f'tureen_hook_calls_total{about},outcome="unreachable"}} 1.0' in page
        assert f"tureen_hook_seconds_count{about}}} 1.0" in page
        for level in ("under_way", "in_line", "breaker_open"):
            assert f"tureen_hook_{level}{about}}} 0.0" in page
    allowing = {**flags, "hooks.before_publish_failure": "allow"}
    async with open_before_publish(needs(load_settings(allowing), Metrics())) as hook:
        assert hook is not None
        assert await hook.before_publish(ACTOR, DRAFT) is DRAFT


@pytest.mark.parametrize(
    ("flags", "path"),
    [
        ({"hooks.key": "other"}, "hooks.key"),
        ({"hooks.before_publish_url": "example.org/hook"}, "hooks.before_publish_url"),
        ({"hooks.before_publish_url": "ftp://example.org/hook"}, "hooks.before_publish_url"),
        ({"hooks.before_publish_url": "https://me:word@example.org/"}, "hooks.before_publish_url"),
        ({"hooks.before_publish_url": "https://example.org:99999/"}, "hooks.before_publish_url"),
        ({"hooks.before_publish_url": "https:///hook"}, "hooks.before_publish_url"),
        ({"hooks.before_publish_failure": "shrug"}, "hooks.before_publish_failure"),
        ({"hooks.budget_ms": 0}, "hooks.budget_ms"),
    ],
)
def test_what_cannot_be_used_is_said_at_the_start(flags: dict[str, object], path: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_settings({"dev": True, **flags})
    (problem,) = caught.value.problems
    assert problem.path == path
    assert problem.fix
    assert "word" not in str(problem)


def test_a_key_may_be_named() -> None:
    assert load_settings({"keys": "one: s, two: t", "hooks.key": "two"}).hooks.key == "two"
