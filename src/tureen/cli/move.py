"""``tureen export`` and ``tureen import``: from one database to another."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from tureen.storage.archive import Manifest

ArchiveFile = Annotated[Path, typer.Argument(help="The archive.", metavar="FILE", show_default=False)]
StorageUrl = Annotated[
    str | None,
    typer.Option(help="The database, if it is not that of the settings.", metavar="URL"),
]
ConfigFile = Annotated[
    Path | None, typer.Option(help="TOML file of settings.", envvar="TUREEN_CONFIG", show_default=False)
]


def export_command(file: ArchiveFile, storage_url: StorageUrl = None, config: ConfigFile = None) -> None:
    """Write all of a database into an archive."""
    from tureen.storage.archive import export_database

    _tell("Exported", asyncio.run(export_database(_url(storage_url, config), file)), file)


def import_command(file: ArchiveFile, storage_url: StorageUrl = None, config: ConfigFile = None) -> None:
    """Fill an empty database from an archive."""
    from tureen.storage.archive import import_database

    _tell("Imported", asyncio.run(import_database(_url(storage_url, config), file)), file)


def _url(storage_url: str | None, config: Path | None) -> str:
    from tureen.config.load import load_settings
    from tureen.server.database_url import database_url

    # Nobody is let in here, so it does not matter whether there is a signing key.
    return database_url(load_settings({"dev": True, "storage.url": storage_url}, config))


def _tell(done: str, manifest: Manifest, file: Path) -> None:
    typer.echo(f"{done} {manifest.rows} rows of {len(manifest.tables)} tables and {manifest.objects} objects: {file}")
