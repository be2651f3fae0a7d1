"""``tureen export`` and ``tureen import``: a database and its files, from one place to another."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

if TYPE_CHECKING:
    from tureen.storage.archive import Progress
    from tureen.storage.objects import LibraryObjects

T = TypeVar("T")

ArchiveFile = Annotated[Path, typer.Argument(help="The archive.", metavar="FILE", show_default=False)]
StorageUrl = Annotated[
    str | None,
    typer.Option(help="The database, if it is not that of the settings.", metavar="URL"),
]
ConfigFile = Annotated[
    Path | None, typer.Option(help="TOML file of settings.", envvar="TUREEN_CONFIG", show_default=False)
]
WithoutFiles = Annotated[
    bool, typer.Option("--without-files", help="Leave the files of messages where they are: rows only.")
]
SkipMissing = Annotated[
    bool, typer.Option("--skip-missing", help="Leave out files that are lost, rather than write no archive.")
]


def export_command(
    file: ArchiveFile,
    storage_url: StorageUrl = None,
    config: ConfigFile = None,
    without_files: WithoutFiles = False,
    skip_missing: SkipMissing = False,
) -> None:
    """Write all of a database, and the files of its messages, into an archive."""
    from tureen.storage.archive import Files, export_database

    files = Files.NONE if without_files else Files.PRESENT if skip_missing else Files.ALL
    done = _run(
        storage_url,
        config,
        lambda url, objects, progress: export_database(url, file, objects, files=files, progress=progress),
    )
    tables, objects = len(done.tables), f"{done.objects} objects ({done.object_bytes} bytes)"
    typer.echo(f"Exported {done.rows} rows of {tables} tables and {objects}: {file}")
    if done.left_out:
        why = "they stay where they are" if without_files else "they are not in the store"
        typer.echo(f"Left out {done.left_out} objects: {why}.", err=True)


def import_command(file: ArchiveFile, storage_url: StorageUrl = None, config: ConfigFile = None) -> None:
    """Fill an empty database, and a store of files, from an archive."""
    from tureen.storage.archive import import_database

    done = _run(
        storage_url, config, lambda url, objects, progress: import_database(url, file, objects, progress=progress)
    )
    manifest = done.manifest
    rows = f"{manifest.rows} rows of {len(manifest.tables)} tables"
    objects = f"{done.objects_stored} objects"
    typer.echo(f"Imported {'0 rows' if done.rows_were_there else rows} and {objects}: {file}")
    if done.rows_were_there or done.objects_kept:
        were_there = f"{rows} and " if done.rows_were_there else ""
        typer.echo(f"There already: {were_there}{done.objects_kept} objects.")
    if manifest.left_out:
        typer.echo(f"The archive was made without {manifest.left_out} objects of its messages.", err=True)


def _run(
    storage_url: str | None, config: Path | None, work: Callable[[str, LibraryObjects, Progress], Awaitable[T]]
) -> T:
    """On the database and the store of the settings, with progress if somebody looks."""
    from tureen.cli.move_progress import shown_progress
    from tureen.config.load import load_settings
    from tureen.server.attachments import file_folder, object_store
    from tureen.server.database_url import database_url

    # Nobody is let in here, so it does not matter whether there is a signing key.
    settings = load_settings({"dev": True, "storage.url": storage_url}, config)

    async def run() -> T:
        objects = object_store(settings.attachments, file_folder())
        try:
            with shown_progress() as progress:
                return await work(database_url(settings), objects, progress)
        finally:
            await objects.close()

    return asyncio.run(run())
