"""The page of calls says what the tables say."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tools import calls_reference


def test_every_move_is_an_arrow() -> None:
    page = calls_reference.render()
    assert "    pending --> delivered : device confirms\n" in page
    assert "    ringing --> answered_elsewhere : another device accepts\n" in page
    assert "    [*] --> created\n" in page
    assert "    ended --> [*]\n" in page
    assert "| 45 s | someone who rings has missed the call" in page


def test_a_page_that_says_something_else_is_a_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "docs" / "reference" / "calls.md"
    monkeypatch.setattr(calls_reference, "ROOT", tmp_path)
    monkeypatch.setattr(calls_reference, "PAGE", page)
    monkeypatch.setattr(sys, "argv", ["calls_reference.py", "--check"])
    assert calls_reference.main() == 1
    assert "make docs" in capsys.readouterr().err
    monkeypatch.setattr(sys, "argv", ["calls_reference.py"])
    assert calls_reference.main() == 0
    monkeypatch.setattr(sys, "argv", ["calls_reference.py", "--check"])
    assert calls_reference.main() == 0
