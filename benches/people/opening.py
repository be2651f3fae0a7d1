"""Connections to the bare server, which knows nobody."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from benches.people.device import Device, Heard, connect_all, hello

ATTEMPTS = 200
PAUSE_S = 0.05


async def open_bare(port: int, heard: Sequence[Callable[[Heard], None]]) -> list[Device]:
    """As many as hear, once it listens. Raises `OSError` if it never does."""
    greetings = [hello("")] * len(heard)
    for _ in range(ATTEMPTS - 1):
        try:
            first = await connect_all(port, greetings[:1], heard[:1])
        except OSError:
            await asyncio.sleep(PAUSE_S)  # not listening yet
        else:
            return first + await connect_all(port, greetings[1:], heard[1:])
    raise ConnectionError("the bare server does not listen")
