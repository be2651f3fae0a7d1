"""Where the database is."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote

from tureen.storage.errors import StorageError

SQLITE = "sqlite:///"
POSTGRESQL = ("postgresql://", "postgres://")


def sqlite_path(url: str) -> Path | None:
    """Of ``sqlite:///file`` (relative) or ``sqlite:////folder/file``; None for a PostgreSQL URL.

    Raises `StorageError` for any other.
    """
    if url.startswith(POSTGRESQL):
        return None
    path = unquote(url.removeprefix(SQLITE))
    if not url.startswith(SQLITE) or not path or path.startswith(":") or "?" in path:
        # The text is not quoted in the error: it may hold a password.
        raise StorageError(
            "The database's URL names neither a SQLite file nor a PostgreSQL server.",
            "Write sqlite:////folder/file.db or postgresql://user:password@host/name in storage.url.",
        )
    return Path(path)


def sqlite_url(path: Path) -> str:
    """The URL of a file."""
    return f"{SQLITE}{str(path).replace('%', '%25')}"
