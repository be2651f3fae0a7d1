"""Secrets that the server makes up once."""

from __future__ import annotations

from sqlalchemy import bindparam, select
from sqlalchemy.dialects import postgresql, sqlite

from tureen.auth.secret import Secret
from tureen.storage.database import Database
from tureen.storage.schema.secrets import SERVER_SECRETS
from tureen.storage.script import PerDialect, Script, execute, one

_INSERT = PerDialect(
    sqlite=sqlite.insert(SERVER_SECRETS)
    .values(name=bindparam("name"), value=bindparam("value"))
    .on_conflict_do_nothing(),
    postgresql=postgresql.insert(SERVER_SECRETS)
    .values(name=bindparam("name"), value=bindparam("value"))
    .on_conflict_do_nothing(),
)
_SELECT = select(SERVER_SECRETS.c.value).where(SERVER_SECRETS.c.name == bindparam("name"))


class SecretStore:
    """By name; whoever asks first decides the value, for all nodes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(self, name: str, proposal: Secret) -> Secret:
        """The secret of this name: the proposal, unless there is one already."""
        return Secret(await self._database.write(_keep, name, proposal.reveal()))


def _keep(name: str, value: str) -> Script[str]:
    yield from execute(_INSERT, name=name, value=value)
    row = yield from one(_SELECT, name=name)
    return str(row["value"])
