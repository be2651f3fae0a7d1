"""The store of attachments, as far as archives go."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator
from typing import Protocol


class ObjectSource(Protocol):
    """What is exported."""

    def keys(self) -> AsyncIterator[str]:
        """Of all objects: relative paths with ``/``."""

    def chunks(self, key: str) -> AsyncIterator[bytes]:
        """The content, in parts of bounded size."""


class ObjectSink(Protocol):
    """What is imported to."""

    async def put(self, key: str, chunks: AsyncIterable[bytes]) -> None:
        """Stores an object, whole or not at all. An object of this key is replaced."""
