"""Brings a database to the tables of this program."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from tureen.storage import migrations
from tureen.storage.errors import StorageVersionError
from tureen.storage.schema.registry import all_tables

VERSION_TABLE = "tureen_schema_version"
"""Not Alembic's own name for it: an application may keep its tables in the same database."""

LEXEME_INDEXES = frozenset({"ix_messages_words"})
"""PostgreSQL's full-text indexes, which SQLite has no like of: steps make them by hand."""

_LOCK = 0x7475_7265_656E
"""Of PostgreSQL's advisory locks: nodes that start together do not both migrate."""


def upgrade(connection: Connection) -> None:
    """Runs the steps that are missing, in the transaction that is open: all of them or none.

    Raises `StorageVersionError` if the database is newer than this program or has such tables from elsewhere.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
    present = version(connection)
    if present == newest():
        return
    if present is None:
        _check_no_strangers(connection)
    elif present not in {step.revision for step in _steps().walk_revisions()}:
        raise StorageVersionError(
            f"The database has version {present} of the tables, which this program does not know; it knows up to "
            f"{newest()}.",
            "Start the newer Tureen that made it, or restore a backup of the time before.",
        )
    command.upgrade(alembic_config(connection), "head")


def version(connection: Connection) -> str | None:
    """Which step the database has reached; None: it has no tables of ours."""
    return MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE}).get_current_revision()


def newest() -> str:
    """The step that this program's tables are those of."""
    return str(_steps().get_current_head())


def alembic_config(connection: Connection) -> Config:
    """What Alembic's commands take; there is no file of it."""
    config = Config()
    config.set_main_option("script_location", str(_folder()).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.set_main_option("file_template", "r%%(rev)s_%%(slug)s")
    config.attributes.update(connection=connection, configuration=configuration(connection))
    return config


def configuration(connection: Connection) -> dict[str, Any]:
    """How Alembic compares and changes tables."""
    by_hand = _virtual_tables(connection) | LEXEME_INDEXES

    def is_compared(_: object, name: str | None, kind: str, reflected: bool, counterpart: object) -> bool:
        return not (kind in ("table", "index") and reflected and counterpart is None and name in by_hand)

    return {
        "target_metadata": all_tables(),
        "version_table": VERSION_TABLE,
        # SQLite changes a table by making a new one.
        "render_as_batch": True,
        "compare_server_default": True,
        "include_object": is_compared,
    }


def _virtual_tables(connection: Connection) -> frozenset[str]:
    """SQLite's full-text indexes and the tables that they are kept in: steps make them by hand."""
    if connection.dialect.name != "sqlite":
        return frozenset()
    tables = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'table'")).all()
    virtual = [name for name, sql in tables if sql and sql.upper().startswith("CREATE VIRTUAL TABLE")]
    return frozenset(name for name, _ in tables for index in virtual if name == index or name.startswith(f"{index}_"))


def _steps() -> ScriptDirectory:
    return ScriptDirectory(str(_folder()))


def _folder() -> Path:
    return Path(migrations.__path__[0])


def _check_no_strangers(connection: Connection) -> None:
    taken = sorted(set(inspect(connection).get_table_names()) & set(all_tables().tables))
    if taken:
        raise StorageVersionError(
            f"The database has tables that are not Tureen's but have the same names: {', '.join(taken[:5])}.",
            "Name an empty database in storage.url.",
        )
