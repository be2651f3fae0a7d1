"""Objects in a folder or in a store that speaks S3, by the library obstore.

Its asynchronous functions call back into the interpreter from threads of their own, which aborts the process if the
interpreter ends just then. So the blocking ones are used, on threads of ours.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import obstore
from msgspec import Struct
from obstore.exceptions import BaseError
from obstore.store import LocalStore, S3Store

from tureen.attachments.errors import ObjectMissingError, ObjectStoreError
from tureen.auth.secret import Secret

P = ParamSpec("P")
T = TypeVar("T")

_THREADS = 8
_PIECE_BYTES = 256 * 1024
_MULTIPART_BYTES = 8 << 20
"""Of a part of a large object; S3 wants at least 5 MiB, and at most 10,000 parts."""

_FAILURES = (OSError, BaseError)


class S3Settings(Struct, frozen=True, kw_only=True):
    """A bucket. What is not given comes from the environment or the machine, as the tools of AWS do it."""

    bucket: str
    prefix: str = ""
    endpoint: str | None = None
    """``https://…`` of another provider; with ``http`` it is spoken to in the clear."""
    region: str | None = None
    access_key_id: str | None = None
    secret_access_key: Secret | None = None


class LibraryObjects:
    """Implements `attachments.ports.ObjectStore`. At most so many operations at a time as it has threads."""

    def __init__(self, store: LocalStore | S3Store, settle: Callable[[str], None] | None = None) -> None:
        """``settle``: called with a new object's name, on one of its threads; returns when it is on the disk."""
        self._store = store
        self._settle = settle
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="objects")

    async def put(self, key: str, content: bytes) -> None:
        """See `ObjectStore.put`."""
        await self._run(self._put, key, content)

    async def put_file(self, key: str, file: Path) -> None:
        """See `ObjectStore.put_file`."""
        await self._run(self._put, key, file)

    async def put_pieces(self, key: str, pieces: Iterator[bytes]) -> None:
        """Stores an object of any size, whole or not at all. ``pieces`` is run on another thread; what it raises is
        raised, and nothing is stored then.
        """
        await self._run(self._put, key, pieces)

    async def size(self, key: str) -> int | None:
        """In bytes; None: there is no such object."""
        try:
            return int((await self._run(obstore.head, self._store, key))["size"])
        except ObjectMissingError:
            return None

    async def get(self, key: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """See `ObjectStore.get`."""
        if end is not None and end <= start:
            return
        pieces = await self._run(self._open, key, start, end)
        while (piece := await self._run(next, pieces, None)) is not None:
            yield bytes(piece)

    async def delete(self, keys: Iterable[str]) -> None:
        """See `ObjectStore.delete`."""
        await self._run(self._delete, list(keys))

    async def keys(self, prefix: str) -> AsyncIterator[str]:
        """See `ObjectStore.keys`."""
        batches = await self._run(obstore.list, self._store, prefix or None, chunk_size=1000)
        while (batch := await self._run(next, batches, None)) is not None:
            for each in batch:
                yield each["path"]

    async def close(self) -> None:
        """Waits for what was begun."""
        await asyncio.to_thread(self._threads.shutdown)

    async def _run(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, lambda: call(*args, **kwargs))
        except FileNotFoundError as error:
            raise ObjectMissingError("There is no such object.") from error
        except _FAILURES as error:
            # What the library says may name the bucket and more: for the log, not for clients.
            raise ObjectStoreError(
                "The object store fails.", "See whether its disk is full, or its server answers and knows the keys."
            ) from error

    def _put(self, key: str, content: bytes | Path | Iterator[bytes]) -> None:
        obstore.put(self._store, key, content, chunk_size=_MULTIPART_BYTES, max_concurrency=2)
        if self._settle is not None:
            self._settle(key)

    def _open(self, key: str, start: int, end: int | None) -> Any:  # noqa: ANN401 - the library has no name for it
        whole = start == 0 and end is None
        options: Any = {} if whole else {"range": {"offset": start} if end is None else (start, end)}
        return obstore.get(self._store, key, options=options).stream(min_chunk_size=_PIECE_BYTES)

    def _delete(self, keys: Iterable[str]) -> None:
        for key in keys:
            try:
                obstore.delete(self._store, key)
            except FileNotFoundError:
                continue


def objects_in_folder(folder: Path) -> LibraryObjects:
    """The folder is made if it is not there. Raises `ObjectStoreError`."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        store = LocalStore(folder, automatic_cleanup=True)
    except _FAILURES as error:
        raise ObjectStoreError(
            f"The folder {folder} cannot be used: {error}.", "Let the server write there."
        ) from error

    def settle(key: str) -> None:
        # The entry in its folder has to reach the disk too.
        for path in (folder / key, (folder / key).parent):
            descriptor = os.open(path, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)

    return LibraryObjects(store, settle)


def objects_in_s3(settings: S3Settings) -> LibraryObjects:
    """Nothing is asked of the server yet. Raises `ObjectStoreError` for settings that cannot be right."""
    config: dict[str, Any] = {
        "endpoint": settings.endpoint,
        "region": settings.region,
        "access_key_id": settings.access_key_id,
        "secret_access_key": settings.secret_access_key and settings.secret_access_key.reveal(),
    }
    plain = bool(settings.endpoint and settings.endpoint.startswith("http://"))
    try:
        store = S3Store(
            settings.bucket,
            prefix=settings.prefix or None,
            client_options={"allow_http": plain, "timeout": timedelta(seconds=60)},
            retry_config={"max_retries": 3, "retry_timeout": timedelta(seconds=60)},
            **{name: value for name, value in config.items() if value},
        )
    except _FAILURES as error:
        raise ObjectStoreError(f"The S3 store cannot be used: {error}.", "Correct its settings.") from error
    return LibraryObjects(store)
