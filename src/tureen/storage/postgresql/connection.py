"""Connections as the engine wants them."""

from __future__ import annotations

from typing import Any, TypeAlias

import asyncpg

from tureen.storage.errors import StorageError
from tureen.storage.postgresql.faults import FAULTS, as_storage_error

Connection: TypeAlias = "asyncpg.Connection[Any]"

OLDEST = 15
"""Major version of the server that statements may count on."""

CONNECT_TIMEOUT_S = 10.0
STATEMENT_TIMEOUT_S = 30.0
STATEMENTS = 512
"""Prepared ones that a connection keeps; more than the program has."""


async def connect(url: str, *, read_only: bool) -> Connection:
    """Raises `StorageError`."""
    settings = {
        "application_name": "tureen",
        # A node that is suspended within a transaction keeps no row from the others.
        "idle_in_transaction_session_timeout": "10s",
        # Queries are short: compiling one costs more than it saves.
        "jit": "off",
        "default_transaction_read_only": "on" if read_only else "off",
    }
    try:
        connection: Connection = await asyncpg.connect(
            url,
            timeout=CONNECT_TIMEOUT_S,
            command_timeout=STATEMENT_TIMEOUT_S,
            statement_cache_size=STATEMENTS,
            max_cached_statement_lifetime=0,
            server_settings=settings,
        )
        # Sums of BIGINT are NUMERIC; rows hold int and float.
        await connection.set_type_codec("numeric", schema="pg_catalog", encoder=str, decoder=_as_number, format="text")
        if await connection.fetchval("SHOW synchronous_commit") == "off":
            # What is acknowledged is on the disk, whatever the server does for others.
            await connection.execute("SET synchronous_commit = on")
    except (*FAULTS, ValueError) as error:
        raise as_storage_error(error) from error
    return connection


async def check_server(connection: Connection) -> None:
    """Whether the server and the database are fit for our statements. Raises `StorageError`."""
    version = connection.get_server_version()
    if version.major < OLDEST:
        raise StorageError(
            f"PostgreSQL {version.major} is too old: at least {OLDEST} is needed.", "Upgrade the server."
        )
    encoding = await connection.fetchval("SHOW server_encoding")
    if encoding != "UTF8":
        raise StorageError(f"The database keeps text as {encoding}.", "Make one with ENCODING 'UTF8'.")


def _as_number(text: str) -> int | float:
    try:
        return int(text)
    except ValueError:
        return float(text)
