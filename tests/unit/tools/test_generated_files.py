"""Generated files are compared with what would be written."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tools.generated_files import write_or_check


def test_a_file_that_says_something_else_is_a_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "docs" / "page.md"
    files = {page: lambda: "port 7880"}
    monkeypatch.setattr(sys, "argv", ["tool", "--check"])
    assert write_or_check(files, "the tree") == 1
    assert not page.exists(), "a check writes nothing"
    monkeypatch.setattr(sys, "argv", ["tool"])
    assert write_or_check(files, "the tree") == 0
    monkeypatch.setattr(sys, "argv", ["tool", "--check"])
    assert write_or_check(files, "the tree") == 0
    page.write_text("port 7881")
    assert write_or_check(files, "the tree") == 1
    assert "page.md is not what the tree says. Run: make docs" in capsys.readouterr().err
