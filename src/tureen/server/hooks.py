"""Puts together what asks the application."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from msgspec import Struct

from tureen.auth.secret import Secret
from tureen.config.settings import HooksSettings, OnFailure
from tureen.hooks.answers import BEFORE_PUBLISH
from tureen.hooks.before_publish import AskingBeforePublish, BeforePublishParts, FileViews
from tureen.hooks.breaker import BreakerState
from tureen.hooks.guard import Guard, GuardSettings
from tureen.hooks.web_channel import WebChannel, WebChannelSettings
from tureen.messaging import BeforePublish
from tureen.ports import Clock, Entropy
from tureen.telemetry.hook_metrics import HookMetrics
from tureen.telemetry.metrics import Metrics


class HookNeeds(Struct, frozen=True, kw_only=True):
    """What hooks are made from."""

    settings: HooksSettings
    keys: Mapping[str, Secret]
    metrics: Metrics
    clock: Clock
    entropy: Entropy
    views: FileViews


@asynccontextmanager
async def open_before_publish(needs: HookNeeds) -> AsyncIterator[BeforePublish | None]:
    """Asks until the context is left; None: nobody wants to be asked."""
    settings = needs.settings
    if settings.before_publish_url is None:
        yield None
        return
    guard = Guard(BEFORE_PUBLISH, needs.clock, guard_settings(settings))

    def levels() -> Mapping[str, float]:
        return {
            "under_way": guard.under_way,
            "in_line": guard.in_line,
            "breaker_open": float(guard.state is not BreakerState.CLOSED),
        }

    key = settings.key or next(iter(needs.keys))
    channel = WebChannel(
        WebChannelSettings(
            url=settings.before_publish_url, key=key, secret=needs.keys[key], connections=settings.at_once
        ),
        needs.clock,
    )
    try:
        yield AskingBeforePublish(
            BeforePublishParts(
                channel=channel,
                guard=guard,
                clock=needs.clock,
                entropy=needs.entropy,
                watcher=HookMetrics(needs.metrics, BEFORE_PUBLISH, levels),
                views=needs.views,
                allow_on_failure=settings.before_publish_failure is OnFailure.ALLOW,
            )
        )
    finally:
        await channel.close()


def guard_settings(settings: HooksSettings) -> GuardSettings:
    """Of one hook."""
    return GuardSettings(
        budget_s=settings.budget_ms / 1000,
        at_once=settings.at_once,
        in_line=settings.in_line,
        of_one_author=settings.of_one_author,
    )
