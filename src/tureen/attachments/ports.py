"""What attachments need from outside."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Protocol

from msgspec import Struct

from tureen.model.actor import Actor
from tureen.model.ids import ConversationId


class ObjectStore(Protocol):
    """Bytes by name: a folder, or any store that speaks S3. Raises `ObjectStoreError` where it fails.

    Names are ASCII with slashes. What was put is there entirely or not at all, and on the disk when `put` returns.
    """

    async def put(self, key: str, content: bytes) -> None:
        """Stores a small object; replaces one of this name."""

    async def put_file(self, key: str, file: Path) -> None:
        """Stores a copy of a file of any size, with bounded memory."""

    def get(self, key: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """The bytes from ``start`` to before ``end``, in pieces. Raises `ObjectMissingError`."""

    async def delete(self, keys: Iterable[str]) -> None:
        """Those that are not there are passed over."""

    def keys(self, prefix: str) -> AsyncIterator[str]:
        """Names below ``prefix``, which ends in a slash or is empty; in no certain order."""


class Examination(Struct, frozen=True, kw_only=True):
    """What a file turned out to be."""

    file: Path
    """All of it; gone when the context of the examination is left."""
    media_type: str
    width: int | None = None
    height: int | None = None
    thumbnail: bytes = b""
    """WebP, at most 512 pixels wide and high, without any metadata; empty if there is none."""


class Examiner(Protocol):
    """Looks into files without letting anything in them out."""

    def examine(self, content: AsyncIterator[bytes], name: str) -> AbstractAsyncContextManager[Examination]:
        """Entering raises `CommandError`: a final one for a refused file, ``unavailable`` if it cannot be told now."""


class Scanner(Protocol):
    """Knows harmful files."""

    async def scan(self, file: Path) -> str | None:
        """Why it is refused, for its uploader; ``None`` if nothing was found.

        Raises `CommandError` (``unavailable``) if it cannot be told now: nothing passes unscanned.
        """


class Audience(Protocol):
    """Knows who may write where: the conversations."""

    async def may_write(self, actor: Actor, conversation: ConversationId) -> bool:
        """Whether the actor could post a message there now. Raises `CommandError` where it can say why not."""
