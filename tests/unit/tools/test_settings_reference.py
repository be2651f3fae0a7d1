"""The page of settings says what the tree says."""

from __future__ import annotations

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
