"""Waiting for what a person would wait for: a condition with a deadline, never a fixed time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import pytest

POLL_S = 0.1
PATIENCE_S = 10.0

Seen = TypeVar("Seen")


async def eventually(
    probe: Callable[[], Awaitable[Seen]], holds: Callable[[Seen], bool], what: str, within_s: float = PATIENCE_S
) -> Seen:
    """Probes until ``holds``, and gives what was seen then; fails the test with ``what`` and the last sight of it."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + within_s
    while not holds(seen := await probe()):
        if loop.time() > deadline:
            pytest.fail(f"not within {within_s:g} s: {what}; last seen: {seen!r}")
        await asyncio.sleep(POLL_S)
    return seen
