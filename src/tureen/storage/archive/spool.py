"""A sequence that may be longer than memory: lines of JSON in a temporary file."""

from __future__ import annotations

from collections.abc import Iterator
from tempfile import TemporaryFile
from typing import Generic, TypeVar

import msgspec

T = TypeVar("T", bound=msgspec.Struct)


class Spool(Generic[T]):
    """Is filled first and read then."""

    def __init__(self, kind: type[T]) -> None:
        self._file = TemporaryFile()  # noqa: SIM115 - `close` closes it
        self._encoder = msgspec.json.Encoder()
        self._decoder = msgspec.json.Decoder(kind)
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[T]:
        return map(self._decoder.decode, self.lines())

    def add(self, item: T) -> None:
        """One more, at the end."""
        self._file.write(self._encoder.encode(item) + b"\n")
        self._count += 1

    def lines(self) -> Iterator[bytes]:
        """As they are, from the first one."""
        self._file.seek(0)
        return iter(self._file)

    def close(self) -> None:
        """It is gone then."""
        self._file.close()
