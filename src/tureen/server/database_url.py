"""Which database a node uses."""

from __future__ import annotations

from tureen.config.settings import Settings
from tureen.server.certificates import state_folder
from tureen.storage.url import sqlite_url


def database_url(settings: Settings) -> str:
    """That of the settings, or a file of this user's. It may hold a password."""
    if settings.storage.url is not None:
        return settings.storage.url.reveal()
    return sqlite_url(state_folder() / "tureen.db")
