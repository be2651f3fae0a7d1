"""People at the native door of a started server, by the Python client."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator, Callable
from typing import TypeVar

from benches.tokens import person_token
from tureen.client import Client, Listener, connect
from tureen.protocol.events import AnyEvent, ConversationEvent, Posted

E = TypeVar("E")

WITHIN_S = 10.0
"""Deadline of whatever somebody waits for; on an idle machine it takes milliseconds."""


def somebody(name: str) -> str:
    """An id that no other test uses: tests share a server and its database."""
    return f"{name}-{secrets.token_hex(4)}"


@contextlib.asynccontextmanager
async def person(url: str, user: str, device: str = "d1") -> AsyncIterator[Client]:
    """Somebody on one device, connected."""
    async with connect(url, person_token(user), device=device) as client:
        yield client


async def heard(listener: Listener, kind: type[E], accept: Callable[[E], bool] = lambda _event: True) -> E:
    """The next event of a kind that is accepted; others before it are skipped. Raises `TimeoutError`."""
    async with asyncio.timeout(WITHIN_S):
        async for event in listener:
            if isinstance(event, kind) and accept(event):
                return event
    raise AssertionError("the client was closed")


def text_of(event: AnyEvent) -> str | None:
    """Of a posted message; None of all other events."""
    if isinstance(event, ConversationEvent) and isinstance(event.event, Posted):
        return event.event.message.text
    return None


async def texts(listener: Listener, count: int, within_s: float = WITHIN_S) -> list[str]:
    """Of the next posted messages. Raises `TimeoutError`."""
    found: list[str] = []
    async with asyncio.timeout(within_s):
        async for event in listener:
            text = text_of(event)
            if text is not None:
                found.append(text)
            if len(found) == count:
                break
    return found
