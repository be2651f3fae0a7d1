"""Sources to settings."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from tureen.config.errors import ConfigError
from tureen.config.explain import explain
from tureen.config.settings import Settings
from tureen.config.sources import from_environment, from_file, from_flags


def load_settings(flags: Mapping[str, object] | None = None, file: Path | None = None) -> Settings:
    """The settings: flags before environment before file before defaults.

    ``flags``: values by dotted path (``log.level``), ``None`` where not given. ``file``: TOML, nested by section.
    Raises `ConfigError`, which names every wrong setting.
    """
    sources = [from_flags(flags or {}), from_environment()]
    if file is not None:
        sources.append(from_file(file))
    merged: dict[str, Any] = {}
    for source in reversed(sources):
        merged = _overlaid(merged, source.values)
    try:
        return Settings(**merged)
    except ValidationError as error:
        raise ConfigError(explain(error, sources)) from None


def _overlaid(base: Mapping[str, Any], upper: Mapping[str, Any]) -> dict[str, Any]:
    """Sections are merged; a table of keys is one value and is replaced as a whole."""
    result = dict(base)
    for name, value in upper.items():
        below = result.get(name)
        if name != "keys" and isinstance(value, Mapping) and isinstance(below, Mapping):
            result[name] = {**below, **value}
        else:
            result[name] = value
    return result
