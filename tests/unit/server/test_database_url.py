"""Which database a node uses."""

from __future__ import annotations

from pathlib import Path

import pytest

from tureen.config.load import load_settings
from tureen.server.database_url import database_url
from tureen.storage.url import sqlite_path


def test_a_file_of_this_user_if_nothing_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    state = tmp_path / "50 % of ü"
    monkeypatch.setenv("XDG_STATE_HOME", str(state))
    url = database_url(load_settings({"dev": True}))
    assert sqlite_path(url) == state / "tureen" / "tureen.db"


def test_that_of_the_settings() -> None:
    url = "postgresql://tureen:secret@db.example.com/tureen"
    assert database_url(load_settings({"dev": True, "storage.url": url})) == url
    assert sqlite_path(url) is None


def test_a_relative_file() -> None:
    assert sqlite_path("sqlite:///tureen.db") == Path("tureen.db")
