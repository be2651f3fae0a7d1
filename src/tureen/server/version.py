"""The version of this build."""

from __future__ import annotations

from functools import cache
from importlib import metadata


@cache
def package_version() -> str:
    """The installed distribution's version; ``0.0.0+source`` when run from a source tree that was never installed."""
    try:
        return metadata.version("tureen")
    except metadata.PackageNotFoundError:
        return "0.0.0+source"
