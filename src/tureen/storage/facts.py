"""What the database knows of itself: its name among all databases there ever were."""

from __future__ import annotations

import secrets

from sqlalchemy import bindparam, insert, select

from tureen.storage.database import Database
from tureen.storage.schema.facts import FACTS
from tureen.storage.script import Script, execute, first

DATABASE_ID = "database_id"
_FIND = select(FACTS.c.value).where(FACTS.c.name == bindparam("fact"))
_INSERT = insert(FACTS)


async def database_id(database: Database) -> str:
    """Names the history that this database holds (the epoch of its positions): 16 hexadecimal digits.

    Given when the tables were made; a database that was moved elsewhere by export and import keeps it.
    """
    known = await database.read(_find)
    return known if known is not None else await database.write(_name, secrets.token_hex(8))


def _find() -> Script[str | None]:
    row = yield from first(_FIND, fact=DATABASE_ID)
    return None if row is None else str(row["value"])


def _name(proposed: str) -> Script[str]:
    known = yield from _find()
    if known is None:
        yield from execute(_INSERT, name=DATABASE_ID, value=proposed)
    return known or proposed
