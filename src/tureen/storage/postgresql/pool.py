"""Pools of connections as the engine wants them."""

from __future__ import annotations

from typing import Any, TypeAlias

import asyncpg

from tureen.storage.postgresql.faults import FAULTS, as_storage_error

Pool: TypeAlias = "asyncpg.Pool[Any]"

CONNECT_TIMEOUT_S = 10.0
STATEMENT_TIMEOUT_S = 30.0
STATEMENTS = 512
"""Prepared ones that a connection keeps; more than the program has."""


async def open_pool(url: str, connections: int, *, read_only: bool) -> Pool:
    """Connects once, to see that it can. Raises `StorageError`."""
    settings = {
        "application_name": "tureen",
        # A node that is suspended within a transaction keeps no row from the others.
        "idle_in_transaction_session_timeout": "10s",
        # Queries are short: compiling one costs more than it saves.
        "jit": "off",
        "default_transaction_read_only": "on" if read_only else "off",
    }
    try:
        return await asyncpg.create_pool(
            url,
            min_size=1,
            max_size=connections,
            timeout=CONNECT_TIMEOUT_S,
            command_timeout=STATEMENT_TIMEOUT_S,
            statement_cache_size=STATEMENTS,
            max_cached_statement_lifetime=0,
            server_settings=settings,
            init=_prepare,
            # Scripts leave nothing behind in a session, so there is nothing to reset, and a round trip to save.
            reset=_leave,
        )
    except (*FAULTS, ValueError) as error:
        raise as_storage_error(error) from error


async def _prepare(connection: asyncpg.Connection[Any]) -> None:
    # Sums of BIGINT are NUMERIC; rows hold int and float.
    await connection.set_type_codec("numeric", schema="pg_catalog", encoder=str, decoder=_as_number, format="text")


def _as_number(text: str) -> int | float:
    try:
        return int(text)
    except ValueError:
        return float(text)


async def _leave(connection: asyncpg.Connection[Any]) -> None:
    """Does nothing."""
