"""The page of settings says what the tree says."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tools import settings_reference
from tureen.config.tree import setting_fields


def test_every_setting_has_a_row_with_a_meaning() -> None:
    page = settings_reference.render()
    for path, field in setting_fields().items():
        assert field.description
        assert f"| `{'.'.join(path)}` |" in page
    assert "| `log.format` | `--log-format` | `TUREEN_LOG_FORMAT` | `auto`, `text`, `json` | `auto` |" in page.replace(
        '"', ""
    )
    assert "| `port` | `--port` | `TUREEN_PORT` | 1 to 65535 | `7880` |" in page


def test_a_page_that_says_something_else_is_a_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "docs" / "reference" / "settings.md"
    monkeypatch.setattr(settings_reference, "ROOT", tmp_path)
    monkeypatch.setattr(settings_reference, "PAGE", page)
    monkeypatch.setattr(sys, "argv", ["tool", "--check"])
    assert settings_reference.main() == 1
    monkeypatch.setattr(sys, "argv", ["tool"])
    assert settings_reference.main() == 0
    monkeypatch.setattr(sys, "argv", ["tool", "--check"])
    assert settings_reference.main() == 0
    page.write_text(page.read_text().replace("7880", "7881"))
    assert settings_reference.main() == 1
    assert "make docs" in capsys.readouterr().err
