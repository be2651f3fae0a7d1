"""Rows as lines of JSON."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from sqlalchemy import Column, Float, Integer, LargeBinary, Numeric, Table
from sqlalchemy.sql.type_api import TypeEngine

from tureen.storage.errors import ArchiveError

_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(dict[str, int | float | str | None])


def stored_columns(table: Table) -> list[Column[Any]]:
    """Those that hold something; what the database computes by itself is left out."""
    return [column for column in table.columns if column.computed is None]


def encode_row(row: Mapping[Any, Any]) -> bytes:
    """A line. Bytes become base64 text."""
    return _encoder.encode(dict(row)) + b"\n"


class RowDecoder:
    """Reads the lines of one table."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._decoders = {column.name: _decoder_of(column.type) for column in stored_columns(table)}

    def decode_untrusted(self, line: bytes) -> dict[str, Any]:
        """The row. Raises `ArchiveError` for one that is not of this table."""
        try:
            row = _decoder.decode(line)
            # Columns that are no column of the table fail in the first look, those that are missing in the second.
            decoded = {name: None if value is None else self._decoders[name](value) for name, value in row.items()}
            return {name: decoded[name] for name in self._decoders}
        except (ValueError, TypeError, KeyError) as error:  # those of msgspec and of base64 are ValueError
            reason = f"the column {error}" if isinstance(error, KeyError) else str(error)
            raise ArchiveError(f"The archive has a row that is none of {self._table.name}: {reason}.") from error


def _decoder_of(kind: TypeEngine[Any]) -> Callable[[Any], Any]:
    """SQLite would keep text in a column of numbers."""
    if isinstance(kind, LargeBinary):
        return _as_bytes
    if isinstance(kind, Integer):
        return _checked(int)
    if isinstance(kind, Float | Numeric):
        return _checked(int, float)
    return _checked(str)


def _as_bytes(value: object) -> bytes:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no base64")
    return b64decode(value, validate=True)


def _checked(*types: type) -> Callable[[Any], Any]:
    def check(value: object) -> object:
        if type(value) not in types:
            raise TypeError(f"{value!r} has the wrong type")
        return value

    return check
