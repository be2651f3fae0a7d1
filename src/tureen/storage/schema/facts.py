"""What the database knows of itself."""

from __future__ import annotations

from sqlalchemy import Column, Table, Text

from tureen.storage.schema.metadata import METADATA

FACTS = Table(
    "facts",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)
"""``database_id``: see `storage.facts`."""
