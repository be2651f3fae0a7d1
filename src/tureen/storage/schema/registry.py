"""All tables at once."""

from __future__ import annotations

import importlib
import pkgutil

from sqlalchemy import MetaData

from tureen.storage import schema
from tureen.storage.schema.metadata import METADATA


def all_tables() -> MetaData:
    """`METADATA`, with the tables of every module of this package."""
    for module in pkgutil.iter_modules(schema.__path__):
        importlib.import_module(f"{schema.__name__}.{module.name}")
    return METADATA
